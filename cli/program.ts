import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { parseDate } from "../falco/catalog/versions.ts";
import type { AdmitOptions } from "./admit-command.ts";
import type { ExitCode } from "./findings.ts";
import type { MaintainOptions } from "./maintain-command.ts";
import type { OutputFormat } from "./output.ts";
import type { PlanOptions } from "./plan-command.ts";
import { planHelp } from "./plan-help.ts";
import type { InputFiles } from "./read-inputs.ts";
import type { RenderOptions } from "./render-command.ts";
import type { Terminal } from "./terminal.ts";

/** What the program needs from the process. */
export interface ProgramContext {
  readonly terminal: Terminal;
  readonly version: string;
  readonly now: () => Date;
}

/** Runs the command line `argv` (as Node gives it, with the program's own name). */
export async function runProgram(argv: readonly string[], context: ProgramContext): Promise<ExitCode> {
  let ended: ExitCode = 0;
  const program = buildProgram(context, (code) => {
    ended = code;
  });
  try {
    await program.parseAsync(argv);
    return ended;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

/** Takes the exit code of the command that ran. */
type Ended = (code: ExitCode) => void;

const programHelp = `
Everything happens on this machine: no cluster is asked, nothing is downloaded.
Files may hold several objects; "-" is standard input. Messages go to standard error.

Exit codes:
  0  all is well (admit: allowed)
  1  the object has problems (admit: denied; maintain: no version is left for it)
  2  there was nothing to work with: an unreadable file, no YAML, a wrong option
  3  (plan) a cluster would be left without a usable version

Examples:
  $ gardener-falco render shoot.yaml
  $ gardener-falco admit shoot.yaml
  $ gardener-falco help render`;

const renderHelp = `
INPUT is a Shoot, a Seed, an Extension or a bare FalcoServiceConfig ("-" for standard input).

Targets:
  shoot, seed     the objects for the cluster that Falco runs in (default: what fits INPUT)
  control-plane   the objects for the namespace of the control plane in the seed
  all             both, and each says where it belongs

What is not given is filled in and said so: a Cluster is derived from the Shoot, certificates and tokens
are marked placeholders. Admission is not played: what it fills in, such as destinations of the landscape,
comes from "admit". The same input always gives the same output, byte for byte. Nothing is
written when there are problems.

Examples:
  $ gardener-falco render shoot.yaml
  $ gardener-falco render --resource cluster.yaml --resource secrets.yaml --target all -o dir=out shoot.yaml
  $ gardener-falco render --profile falco-profile.yaml --now 2027-01-31T00:00:00Z shoot.yaml
  $ kubectl get shoot my-shoot -o yaml | gardener-falco render -`;

const admitHelp = `
OBJECT is a Shoot, a Seed or a FalcoProfile ("-" for standard input). It is completed as the mutating webhook
does it, and the result is checked as the validating webhook does it.

Examples:
  $ gardener-falco admit shoot.yaml
  $ gardener-falco admit --old shoot-as-it-is.yaml shoot.yaml
  $ gardener-falco admit --only validate --restricted-usage --resource namespace.yaml -o text shoot.yaml
  $ gardener-falco admit falco-profile.yaml`;

const maintainHelp = `
SHOOT is a Shoot ("-" for standard input). The answer says what the maintenance in the garden would do with it at
that time: in the Shoot's maintenance window, less its last 15 minutes, or with the annotation
gardener.cloud/operation=maintain. At most its falcoVersion changes. A Seed is never changed.

  updated           whether the version changes now
  from, to, reason  the versions, and why: "expired", "unknown" (in no FalcoProfile) or "newer";
                    null when nothing changes
  object            the Shoot afterwards
  next              when its next window begins (maintenance is at a random moment in it); null when
                    the Shoot has no Falco

Examples:
  $ gardener-falco maintain shoot.yaml
  $ gardener-falco maintain --now 2027-01-31T22:30:00Z --profile falco-profile.yaml shoot.yaml
  $ kubectl get shoot my-shoot -o yaml | gardener-falco maintain -o text -`;

interface CatalogueFlags {
  readonly profile?: readonly string[];
  readonly now?: Date;
}

interface FileFlags extends CatalogueFlags {
  readonly config?: string;
  readonly resource?: readonly string[];
}

interface MaintainFlags extends CatalogueFlags {
  readonly output: MaintainOptions["output"];
}

interface PlanFlags extends CatalogueFlags, Pick<PlanOptions, "output"> {
  readonly config?: string;
  readonly oldProfile?: readonly string[];
  readonly all?: true;
}

interface RenderFlags extends FileFlags {
  readonly target?: NonNullable<RenderOptions["target"]>;
  readonly output: OutputFormat;
}

interface AdmitFlags extends FileFlags {
  readonly only?: NonNullable<AdmitOptions["only"]>;
  readonly old?: string;
  readonly operation?: "CREATE" | "UPDATE";
  readonly restrictedUsage?: true;
  readonly restrictedCentralizedLogging?: true;
  readonly otlpLogging?: true;
  readonly output: AdmitOptions["output"];
}

/** The command line. Commands are loaded when they run, so that help and mistakes answer at once. */
function buildProgram(context: ProgramContext, ended: Ended): Command {
  const { terminal } = context;
  const program = new Command("gardener-falco")
    .description("Shows offline what Gardener's Falco extension makes of a manifest.")
    .version(context.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .addHelpText("after", programHelp)
    .showHelpAfterError("(--help shows how it is used)")
    .configureOutput({
      writeOut: (text) => {
        terminal.out(text);
      },
      writeErr: (text) => {
        terminal.err([text.trimEnd()]);
      },
    })
    .exitOverride();
  program.addCommand(renderProgram(context, ended).copyInheritedSettings(program));
  program.addCommand(admitProgram(context, ended).copyInheritedSettings(program));
  program.addCommand(maintainProgram(context, ended).copyInheritedSettings(program));
  program.addCommand(planProgram(context, ended).copyInheritedSettings(program));
  return program;
}

function renderProgram({ terminal, now }: ProgramContext, ended: Ended): Command {
  return withFiles(new Command("render"))
    .summary("print the manifests that a Shoot, Seed, Extension or FalcoServiceConfig leads to")
    .description("Prints the manifests that a Shoot, Seed, Extension or FalcoServiceConfig leads to, in apply order.")
    .argument("<INPUT>", "what is rendered")
    .addOption(
      new Option("--target <target>", "which objects are wanted").choices(["shoot", "seed", "control-plane", "all"]),
    )
    .addOption(
      new Option("-o, --output <format>", "yaml, json, or dir=PATH for one file for each object")
        .argParser(parseOutput)
        .default({ kind: "yaml" }, "yaml"),
    )
    .addHelpText("after", renderHelp)
    .action(async (object: string, flags: RenderFlags) => {
      const { target, output } = flags;
      const { renderCommand } = await import("./render-command.ts");
      const options = { files: filesOf(object, flags), now: flags.now ?? now(), output };
      ended(await renderCommand(target === undefined ? options : { ...options, target }, terminal));
    });
}

function admitProgram({ terminal, now }: ProgramContext, ended: Ended): Command {
  return withFiles(new Command("admit"))
    .summary("say what the admission webhooks would do with a Shoot, Seed or FalcoProfile")
    .description("Says what the admission webhooks would do with a Shoot, a Seed or a FalcoProfile.")
    .argument("<OBJECT>", "what is to be admitted")
    .addOption(new Option("--only <webhook>", "run one of the two webhooks").choices(["mutate", "validate"]))
    .option("--old <file>", "the object before the change")
    .addOption(
      new Option("--operation <operation>", "default: UPDATE with --old, else CREATE").choices(["CREATE", "UPDATE"]),
    )
    .option("--restricted-usage", "Falco needs an annotation of the project's namespace")
    .option("--restricted-centralized-logging", 'the destination "central" needs an annotation, too')
    .option("--otlp-logging", 'offer the destination "otlp"')
    .addOption(new Option("-o, --output <format>", "how to answer").choices(["json", "yaml", "text"]).default("json"))
    .addHelpText("after", admitHelp)
    .action(async (object: string, flags: AdmitFlags, command: Command) => {
      const mistake = contradiction(flags);
      if (mistake !== undefined) command.error(`error: ${mistake}`);
      const { admitCommand } = await import("./admit-command.ts");
      ended(await admitCommand(admitOptions(object, flags, now), terminal));
    });
}

function maintainProgram({ terminal, now }: ProgramContext, ended: Ended): Command {
  return withCatalogue(new Command("maintain"))
    .summary("say what maintenance would do with a Shoot")
    .description("Says what maintenance would do with the version of Falco in a Shoot.")
    .argument("<SHOOT>", "what is maintained")
    .addOption(new Option("-o, --output <format>", "how to answer").choices(["json", "yaml", "text"]).default("json"))
    .addHelpText("after", maintainHelp)
    .action(async (shoot: string, { profile = [], output, ...flags }: MaintainFlags) => {
      const { maintainCommand } = await import("./maintain-command.ts");
      ended(await maintainCommand({ shoot, profile, now: flags.now ?? now(), output }, terminal));
    });
}

function planProgram({ terminal, now }: ProgramContext, ended: Ended): Command {
  return withConfig(new Command("plan"))
    .summary("say what a change of FalcoProfiles does to which clusters, and when")
    .description("Says what a change of FalcoProfiles does to which clusters, and when.")
    .argument("<SHOOTS...>", "the clusters that it is about")
    .requiredOption("--profile <file>", "the FalcoProfiles that there will be, any number of times", collect)
    .option("--old-profile <file>", "the FalcoProfiles that there are now, any number of times", collect)
    .option("--now <time>", "when the profiles change, such as 2027-01-31T00:00:00Z; default: the present", parseNow)
    .addOption(new Option("-o, --output <format>", "how to answer").choices(["table", "json"]).default("table"))
    .option("--all", "a line for each cluster, however many there are")
    .addHelpText("after", planHelp)
    .action(async (shoots: readonly string[], flags: PlanFlags) => {
      const { config, profile = [], oldProfile = [], all = false, output } = flags;
      const { planCommand } = await import("./plan-command.ts");
      const options = { profile, oldProfile, shoots, now: flags.now ?? now(), output, all };
      ended(await planCommand(config === undefined ? options : { ...options, config }, terminal));
    });
}

function admitOptions(object: string, flags: AdmitFlags, now: () => Date): AdmitOptions {
  const { only, old, restrictedUsage, restrictedCentralizedLogging, otlpLogging, output } = flags;
  return {
    files: filesOf(object, flags),
    now: flags.now ?? now(),
    ...(only !== undefined && { only }),
    ...(old !== undefined && { old }),
    restrictedUsage: restrictedUsage === true,
    restrictedCentralizedLogging: restrictedCentralizedLogging === true,
    otlpLogging: otlpLogging === true,
    output,
  };
}

function contradiction({ only, old, operation, ...flags }: AdmitFlags): string | undefined {
  if (operation === "UPDATE" && old === undefined)
    return "--operation UPDATE needs --old with the object before the change";
  if (operation === "CREATE" && old !== undefined) return "--old goes with --operation UPDATE, not with CREATE";
  if (only !== "mutate") return undefined;
  if (flags.restrictedUsage === true)
    return "--restricted-usage is about the validation, which --only mutate leaves out";
  if (flags.restrictedCentralizedLogging !== true) return undefined;
  return "--restricted-centralized-logging is about the validation, which --only mutate leaves out";
}

function withFiles(command: Command): Command {
  return withCatalogue(withConfig(command)).option(
    "--resource <file>",
    "Cluster, Secrets, ConfigMaps, Namespace, Project; also a Shoot or Seed; any number of times",
    collect,
  );
}

function withConfig(command: Command): Command {
  return command.option("--config <file>", "the landscape's configuration; without it the defaults");
}

function withCatalogue(command: Command): Command {
  return command
    .option("--profile <file>", "FalcoProfiles, any number of times; without it the one that ships", collect)
    .option("--now <time>", "the time to decide for, such as 2027-01-31T00:00:00Z; default: the present", parseNow);
}

function filesOf(object: string, { config, profile = [], resource = [] }: FileFlags): InputFiles {
  return { object, profile, resource, ...(config !== undefined && { config }) };
}

function collect(file: string, files: readonly string[] = []): readonly string[] {
  return [...files, file];
}

function parseNow(text: string): Date {
  const time = parseDate(text);
  if (time === undefined)
    throw new InvalidArgumentError("Write date and time as RFC 3339, such as 2027-01-31T00:00:00Z.");
  return new Date(time);
}

function parseOutput(text: string): OutputFormat {
  if (text === "yaml" || text === "json") return { kind: text };
  if (text.startsWith("dir=") && text.length > 4) return { kind: "folder", path: text.slice(4) };
  throw new InvalidArgumentError("Use yaml, json or dir=PATH.");
}
