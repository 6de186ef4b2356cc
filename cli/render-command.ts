import { loadTemplates } from "../charts/load.ts";
import { problem, type Problem, type Result } from "../falco/base/problem.ts";
import type { Facts } from "../falco/desired/facts.ts";
import { identitySecretName, placeholderIdentity } from "../falco/desired/identity.ts";
import { resolve } from "../falco/desired/resolve.ts";
import { render } from "../falco/objects/render.ts";
import { type ExitCode, exitCodeOf, type Finding, type Findings, noFindings, reportLines } from "./findings.ts";
import { factsFromInput, inputKinds } from "./facts-from-input.ts";
import { type OutputFormat, manifestText, type Target, type TargetObjects, writeFolder } from "./output.ts";
import { inputReader } from "./read-input.ts";
import { type InputFiles, readInputs } from "./read-inputs.ts";
import { unreadable } from "./read-source.ts";
import type { Terminal } from "./terminal.ts";

export interface RenderOptions {
  readonly files: InputFiles;
  readonly now: Date;
  /** Which objects are wanted; by default those for the cluster that Falco runs in. */
  readonly target?: Target | "all";
  readonly output: OutputFormat;
}

/**
 * Writes the manifests that a Shoot, Seed, Extension or FalcoServiceConfig leads to. Nothing is written unless all is well; what is
 * wrong goes to standard error.
 */
export async function renderCommand(options: RenderOptions, terminal: Terminal): Promise<ExitCode> {
  const findings = noFindings();
  const groups = await renderFiles(options, terminal, findings);
  if (exitCodeOf(findings) === 0 && groups !== undefined) write(options.output, groups, terminal, findings);
  terminal.err(reportLines(findings));
  return exitCodeOf(findings);
}

async function renderFiles(
  { files, now, target }: RenderOptions,
  { stdin }: Terminal,
  findings: Findings,
): Promise<readonly TargetObjects[] | undefined> {
  const reader = inputReader(stdin, findings);
  const inputs = await readInputs(files, { kinds: inputKinds }, reader, findings);
  const { object, resources, landscape } = inputs;
  if (object === undefined) return undefined;
  const { catalogue, ruleFiles } = inputs.catalogue;
  const facts = factsFromInput(object, { now, resources, landscape, catalogue, ruleFiles }, findings);
  if (facts === undefined || exitCodeOf(findings) !== 0) return undefined;
  const unfit = targetProblem(facts, target);
  if (unfit !== undefined) findings.unusable.push(object.locate(problem("FIELD_CONFLICT", "", unfit)));
  const state = accept(resolve(facts), (each) => inputs.catalogue.locate(each) ?? object.locate(each), findings);
  if (state === undefined) return undefined;
  if (facts.identity === placeholderIdentity && state.falcosidekick !== undefined) {
    findings.notes.push(`Certificates and tokens are placeholders; they come from the Secret "${identitySecretName}".`);
  }
  const rendered = render(state, loadTemplates());
  const all: readonly TargetObjects[] = [
    { target: facts.place, objects: rendered.target },
    { target: "control-plane", objects: rendered.controlPlane },
  ];
  return target === "all" ? all : all.filter((each) => each.target === (target ?? facts.place));
}

function accept<T>(result: Result<T>, locate: (each: Problem) => Finding, findings: Findings): T | undefined {
  if (result.ok) findings.warnings.push(...result.warnings.map(locate));
  else findings.problems.push(...result.problems.map(locate));
  return result.ok ? result.value : undefined;
}

/** Asking for the objects of a shoot when the input is about a seed is a slip that an empty answer would hide. */
function targetProblem({ place }: Facts, target: RenderOptions["target"]): string | undefined {
  if ((target !== "shoot" && target !== "seed") || target === place) return undefined;
  return `This is about a ${place}, so there is nothing for the target ${target}. Use --target ${place}.`;
}

function write(output: OutputFormat, groups: readonly TargetObjects[], terminal: Terminal, findings: Findings): void {
  if (groups.every(({ objects }) => objects.length === 0))
    findings.notes.push("Nothing is needed there: there are no objects.");
  if (output.kind !== "folder") {
    terminal.out(manifestText(output.kind, groups));
    return;
  }
  const file = output.path;
  try {
    const refusal = writeFolder(file, groups);
    if (refusal !== undefined) findings.unusable.push({ file, problem: problem("FIELD_VALUE", "", refusal) });
  } catch (error) {
    const { code, message } = unreadable(error);
    findings.unusable.push({ file, problem: problem(code, "", `This folder cannot be written. ${message}`) });
  }
}
