import type { Problem } from "../falco/base/problem.ts";
import { profileName } from "../falco/catalog/catalogue.ts";
import { readProfile } from "../falco/catalog/read-profiles.ts";
import { catalogueNotes } from "../falco/desired/plan/notes.ts";
import { plan } from "../falco/desired/plan/plan.ts";
import { planJson } from "../falco/desired/plan/plan-json.ts";
import { planText, type Reported } from "../falco/desired/plan/plan-report.ts";
import { checkProfiles } from "../falco/catalog/check-profiles.ts";
import { leavesStranded } from "../falco/desired/plan/effect.ts";
import { type ExitCode, exitCodeOf, findingLine, type Findings, noFindings, reportLines } from "./findings.ts";
import { type CatalogueInput, readCatalogue } from "./read-catalogue.ts";
import { readClusters } from "./read-clusters.ts";
import { inputReader, type InputReader } from "./read-input.ts";
import { readLandscape } from "./read-landscape.ts";
import type { Terminal } from "./terminal.ts";

export interface PlanOptions {
  /** All profiles that the landscape will have. */
  readonly profile: readonly string[];
  /** All profiles that it has; none means that there is nothing to compare with. */
  readonly oldProfile: readonly string[];
  /** Files with Shoots and Seeds. */
  readonly shoots: readonly string[];
  readonly config?: string;
  readonly now: Date;
  readonly output: "table" | "json";
  /** Whether a table has a line for each cluster, however many there are. */
  readonly all: boolean;
}

/** Says what a change of FalcoProfiles does to which clusters, and when. Nothing is written unless all files can be read. */
export async function planCommand(options: PlanOptions, terminal: Terminal): Promise<ExitCode> {
  const findings = noFindings();
  const made = await makePlan(options, inputReader(terminal.stdin, findings), findings);
  terminal.err(reportLines(findings));
  const code = exitCodeOf(findings);
  if (code !== 0) return code;
  const text =
    options.output === "json"
      ? `${JSON.stringify(planJson(made.report), undefined, 2)}\n`
      : planText(made.report, { ...options, ...made });
  terminal.out(text);
  if (leavesStranded(made.report.plans)) return 3;
  return made.report.problems.length === 0 ? 0 : 1;
}

interface Made {
  readonly report: Reported;
  /** A problem of a profile, with its place in a file. */
  readonly describe: (each: Problem) => string;
}

async function makePlan(options: PlanOptions, reader: InputReader, findings: Findings): Promise<Made> {
  const { profile, oldProfile, now } = options;
  // What is wrong with the new profiles stands in the plan itself, and what the webhook would refuse as well.
  const after = await readCatalogue(profile, reader, { ...findings, warnings: [] }, readProfile);
  // One that cannot be read seems to be missing.
  const areAllRead = exitCodeOf(findings) === 0;
  findings.notes.push(...catalogueNotes(after.catalogue));
  const before = oldProfile.length === 0 ? undefined : await readCatalogue(oldProfile, reader, findings, readProfile);
  if (before !== undefined && areAllRead) findings.notes.push(...missing(before, after));
  const landscape = await readLandscape(options.config, false, reader, findings);
  const clusters = await readClusters(options.shoots, landscape, reader, findings);
  const ruleFiles = new Set([...after.ruleFiles.keys(), ...(before?.ruleFiles.keys() ?? [])]);
  const plans = plan(clusters, { before: before?.catalogue, after: after.catalogue, now, ruleFiles });
  const { problems, warnings } = checkProfiles({ profiles: after.objects, before: before?.objects ?? [], now });
  const describe = (each: Problem): string => findingLine(after.locate(each) ?? { file: "profiles", problem: each });
  return { report: { plans, now, compared: before !== undefined, problems, warnings }, describe };
}

/** Whoever names one of several profiles only takes the others away, and may not know it. */
function missing(before: CatalogueInput, after: CatalogueInput): readonly string[] {
  const names = after.profiles.map(profileName);
  return before.profiles
    .map(profileName)
    .filter((each) => !names.includes(each))
    .map(
      (each) =>
        `The FalcoProfile "${each}" is not among the new ones, so it counts as deleted. If it stays, give it as --profile, too.`,
    );
}
