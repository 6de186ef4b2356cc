import { joinPath } from "../falco/base/problem.ts";
import { toYaml } from "../falco/base/yaml.ts";
import type { Catalogue } from "../falco/catalog/catalogue.ts";
import { describeUpdate, type UpdateReason } from "../falco/catalog/next-version.ts";
import { timeText } from "../falco/catalog/versions.ts";
import { readSubject } from "../falco/desired/admission-subject.ts";
import { falcoUseOf } from "../falco/desired/falco-use.ts";
import { maintain, type Maintenance } from "../falco/desired/maintain.ts";
import { isAnyTime, maintenanceWindow } from "../falco/desired/maintenance-window.ts";
import { type ExitCode, exitCodeOf, type Findings, noFindings, reportLines } from "./findings.ts";
import { kindOf } from "./kinds.ts";
import { readCatalogue } from "./read-catalogue.ts";
import { whyNotOn } from "./not-switched-on.ts";
import { type InputDocument, inputReader } from "./read-input.ts";
import { readOne } from "./read-inputs.ts";
import type { Terminal } from "./terminal.ts";

export interface MaintainOptions {
  /** The file with the Shoot. */
  readonly shoot: string;
  readonly profile: readonly string[];
  readonly now: Date;
  readonly output: "json" | "yaml" | "text";
}

/** What maintenance does; `from`, `to` and `reason` are null when that is nothing, and `next` when there never is any. */
interface Answer {
  readonly updated: boolean;
  readonly from: string | null;
  readonly to: string | null;
  readonly reason: UpdateReason | null;
  readonly object: unknown;
  /** When the next window begins; maintenance is at a random moment in it. */
  readonly next: string | null;
}

/** Says what maintenance in the garden would do with a Shoot at a time. */
export async function maintainCommand(options: MaintainOptions, terminal: Terminal): Promise<ExitCode> {
  const findings = noFindings();
  const reader = inputReader(terminal.stdin, findings);
  // Seeds are taken so that somebody who tries one learns why nothing happens to it.
  const object = await readOne(options.shoot, ["Shoot", "Seed"], reader, findings);
  const { catalogue } = await readCatalogue(options.profile, reader, findings);
  // Without all profiles a version would seem to be gone.
  const usable = object !== undefined && exitCodeOf(findings) === 0;
  const answer = usable ? answerFor(object, catalogue, options.now, findings) : undefined;
  terminal.err(reportLines(findings));
  if (answer !== undefined) terminal.out(answerText(options.output, answer));
  return exitCodeOf(findings);
}

function answerFor(object: InputDocument, catalogue: Catalogue, now: Date, findings: Findings): Answer | undefined {
  const subject = readSubject(object.value);
  if (!subject.ok) {
    findings.problems.push(...subject.problems.map(object.locate));
    return undefined;
  }
  const { config, configPath = "" } = subject.value ?? {};
  if (config?.ok === false) findings.warnings.push(...config.problems.map(object.locate));
  const maintenance = maintain(object.value, { now, catalogue, random: 0 });
  if (maintenance === undefined) {
    findings.notes.push(reasonForNone(object));
  } else if (maintenance.update?.kind === "stranded") {
    const path = joinPath(configPath, "falcoVersion");
    findings.problems.push(object.locate({ ...maintenance.update.problem, path }));
  } else {
    findings.notes.push(...outlook(maintenance, catalogue));
  }
  return answerOf(object, maintenance);
}

const anyTime = "The Shoot has no maintenance window (or none that can be read): it may be maintained at any time.";

/** What the next window will bring, should nobody change the profiles. */
function outlook({ object, next }: Maintenance, catalogue: Catalogue): readonly string[] {
  const update = maintain(object, { now: next, catalogue, random: 0 })?.update;
  const window = maintenanceWindow(falcoUseOf(object)?.timeWindow);
  return [
    ...(isAnyTime(window) ? [anyTime] : []),
    ...(update === undefined ? [] : [`In the window that begins at ${timeText(next)}: ${describeUpdate(update)}`]),
  ];
}

function reasonForNone(object: InputDocument): string {
  if (kindOf(object) === "Seed") {
    return "A Seed has no maintenance window and belongs to the operators: maintenance never changes its version.";
  }
  return `There is nothing to maintain: ${whyNotOn(object)}`;
}

function answerOf(object: InputDocument, maintenance: Maintenance | undefined): Answer {
  const nothing = { updated: false, from: null, to: null, reason: null, object: object.value };
  if (maintenance === undefined) return { ...nothing, next: null };
  const { due, update, next } = maintenance;
  if (!due || update?.kind !== "update") return { ...nothing, next: timeText(next) };
  const { from, to, reason } = update;
  return { updated: true, from, to, reason, object: maintenance.object, next: timeText(next) };
}

function answerText(output: MaintainOptions["output"], answer: Answer): string {
  if (output === "yaml") return toYaml(answer);
  if (output === "json") return `${JSON.stringify(answer, undefined, 2)}\n`;
  const { from, to, reason, next } = answer;
  const isChange = from !== null && to !== null && reason !== null;
  const change = isChange ? describeUpdate({ kind: "update", from, to, reason }) : "Nothing changes.";
  return `${change}\nnext window: ${next ?? "none"}\n`;
}
