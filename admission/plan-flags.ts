import { parseArgs } from "node:util";
import { type Result, failure, problem, type Problem, success } from "../falco/base/problem.ts";
import { nearest } from "../falco/api/nearest.ts";
import { parseDate } from "../falco/catalog/versions.ts";

/** What the command line of `plan` says. */
export interface PlanFlags {
  /** The virtual garden's API server. */
  readonly kubeconfig?: string;
  /** Files with the FalcoProfiles that are to be applied. */
  readonly profiles: readonly string[];
  /** The landscape's configuration. */
  readonly configFile?: string;
  /** When they are to be applied; now when absent. */
  readonly now?: Date;
  readonly output: "table" | "json";
  readonly all: boolean;
}

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const options = {
  kubeconfig: text,
  profile: { type: "string", multiple: true },
  config: text,
  now: text,
  output: { type: "string", short: "o", default: "table" },
  all: flag,
  help: { type: "boolean", short: "h" },
} as const;

/** What `plan --help` prints; `program` is how the admission was started. */
export function planUsage(program: string): string {
  return `Says what applying FalcoProfiles would do to which clusters of a garden, and when. Nothing is written.

Usage: ${program} plan --profile FILE [flags]

  --profile FILE     FalcoProfiles to be applied, any number of times; each takes the place of the one of its name
  --kubeconfig FILE  the virtual garden; else GARDEN_KUBECONFIG, KUBECONFIG, the pod's own account
  --config FILE      the landscape's configuration; it says where events go by default
  --now TIME         when they are to be applied, such as 2027-01-31T00:00:00Z; default: the present
  --output FORMAT    table or json (table)
  --all              a line for each cluster, however many there are

It may list Shoots, Seeds and FalcoProfiles. What it prints, and its exit codes, are those of "gardener-falco plan", which does the same with files:
3 when a cluster would be left without a usable version.
`;
}

type Values = ReturnType<typeof parsed>["values"];

function parsed(args: readonly string[]) {
  return parseArgs({ args: [...args], options, strict: false, tokens: true });
}

/** Reads what follows the word `plan`; every mistake is reported. */
export function readPlanFlags(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Result<PlanFlags | "help"> {
  const { values, tokens } = parsed(args);
  if (values.help === true) return success("help");
  const own = tokens.filter((token, index) => !isValueOfUnknown(token, tokens[index - 1]));
  const problems = [...own.flatMap(tokenProblems), ...valueProblems(values)];
  if (problems.length > 0) return failure(problems);
  const kubeconfig = textOf(values.kubeconfig) ?? textOf(environment["GARDEN_KUBECONFIG"]);
  const configFile = textOf(values.config);
  const time = parseDate(textOf(values.now) ?? "");
  return success({
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(configFile !== undefined && { configFile }),
    ...(time !== undefined && { now: new Date(time) }),
    profiles: profilesOf(values),
    output: values.output === "json" ? "json" : "table",
    all: values.all === true,
  });
}

type Token = ReturnType<typeof parsed>["tokens"][number];

/** What follows a flag that does not exist was probably meant as its value; that flag is the mistake. */
function isValueOfUnknown(token: Token, before: Token | undefined): boolean {
  return token.kind === "positional" && before?.kind === "option" && !Object.hasOwn(options, before.name);
}

function tokenProblems(token: Token): readonly Problem[] {
  if (token.kind === "positional") {
    return [problem("FIELD_UNKNOWN", token.value, "This is no flag. The clusters are read from the garden.")];
  }
  if (token.kind === "option-terminator") return [];
  const { name, rawName, value } = token;
  if (!Object.hasOwn(options, name)) {
    const suggestion = nearest(name, Object.keys(options));
    const hint = suggestion === undefined ? "See plan --help." : `Did you mean --${suggestion}?`;
    return [problem("FIELD_UNKNOWN", rawName, `There is no such flag. ${hint}`)];
  }
  const needsValue = !["all", "help"].includes(name);
  if (needsValue === (value !== undefined)) return [];
  return needsValue
    ? [problem("FIELD_REQUIRED", rawName, "This flag needs a value.")]
    : [problem("FIELD_TYPE", rawName, "This flag takes no value.")];
}

function valueProblems(values: Values): readonly Problem[] {
  const { now, output } = values;
  const isTime = now === undefined || parseDate(textOf(now) ?? "") !== undefined;
  const time = "This must be date and time as RFC 3339, such as 2027-01-31T00:00:00Z.";
  return [
    ...(profilesOf(values).length > 0 || values.profile !== undefined
      ? []
      : [problem("FIELD_REQUIRED", "--profile", "Name a file with the FalcoProfiles.")]),
    ...(isTime ? [] : [problem("FIELD_VALUE", "--now", time)]),
    ...(output === "table" || output === "json"
      ? []
      : [problem("FIELD_VALUE", "--output", "This must be table or json.")]),
  ];
}

function profilesOf({ profile = [] }: Values): readonly string[] {
  return (Array.isArray(profile) ? profile : [profile]).filter((each) => typeof each === "string");
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
