import { falcoProfileKind } from "../falco/api/falco-profile.ts";
import type { Environment } from "../falco/base/flags.ts";
import { isObject } from "../falco/base/json.ts";
import { failure, formatProblem, problem, type Problem, type Result, success } from "../falco/base/problem.ts";
import { parseYaml } from "../falco/base/yaml.ts";
import { readProfile } from "../falco/catalog/read-profiles.ts";
import { planJson } from "../falco/desired/plan/plan-json.ts";
import { planText } from "../falco/desired/plan/plan-report.ts";
import { leavesStranded } from "../falco/desired/plan/effect.ts";
import { readLandscape } from "../falco/desired/read-landscape.ts";
import type { Client } from "../kube/client.ts";
import { errorText } from "../kube/logger.ts";
import { unreadableFile } from "../kube/unreadable-file.ts";
import { type LivePlan, planLive } from "./plan-live.ts";
import { type PlanFlags, planUsage, readPlanFlags } from "./plan-flags.ts";

/** What `plan` has of the outside. */
export interface PlanWorld {
  /** How the program was started, for its help. */
  readonly program: string;
  readonly environment: Environment;
  readonly readFile: (path: string) => Promise<string>;
  /** A client of the garden's API server; without a kubeconfig as kubectl finds it. */
  readonly connect: (kubeconfig: string | undefined) => Promise<Client>;
  readonly out: (text: string) => void;
  /** Takes a line for people. */
  readonly err: (line: string) => void;
  readonly now: () => Date;
}

/**
 * The subcommand `plan`: says what applying FalcoProfiles would do to the clusters of a live garden. Resolves to the exit code: 0, 1 when
 * the profiles have problems, 2 when there was nothing to work with, 3 when a cluster would be left without a usable version.
 */
export async function runPlan(args: readonly string[], world: PlanWorld): Promise<0 | 1 | 2 | 3> {
  const flags = readPlanFlags(args, world.environment);
  if (!flags.ok) return refused(flags.problems, world);
  if (flags.value === "help") {
    world.out(planUsage(world.program));
    return 0;
  }
  try {
    return await runWith(flags.value, world);
  } catch (error) {
    world.err(errorText(error));
    return 2;
  }
}

async function runWith(flags: PlanFlags, world: PlanWorld): Promise<0 | 1 | 2 | 3> {
  const configuration = await Promise.all([flags.configFile ?? []].flat().map((file) => readText(file, world)));
  const landscape = readLandscape(configuration[0], { otlpLogging: false });
  if (!landscape.ok) return refused(landscape.problems, world, flags.configFile);
  const read: unknown[] = [];
  for (const file of flags.profiles) {
    const profiles = readNewProfiles(await readText(file, world));
    if (!profiles.ok) return refused(profiles.problems, world, file);
    read.push(...profiles.value);
  }
  const client = await world.connect(flags.kubeconfig);
  const report = await planLive(client, { profiles: read, landscape: landscape.value, now: flags.now ?? world.now() });
  tell(report, flags, world);
  if (leavesStranded(report.plans)) return 3;
  return report.problems.length === 0 ? 0 : 1;
}

function tell(report: LivePlan, { output, all }: PlanFlags, { out, err }: PlanWorld): void {
  for (const each of report.notes) err(`note: ${each}`);
  const json = output === "json" ? `${JSON.stringify(planJson(report), undefined, 2)}\n` : undefined;
  out(json ?? planText(report, { all, describe: formatProblem }));
}

async function readText(file: string, { readFile }: PlanWorld): Promise<string> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new Error(unreadableFile(file, error), { cause: error });
  }
}

function refused(problems: readonly Problem[], { err }: PlanWorld, file?: string): 2 {
  for (const each of problems) err((file === undefined ? "" : `${file}: `) + formatProblem(each));
  return 2;
}

/**
 * The FalcoProfiles in a file as they are written, each a document of its own or the items of a list. What the webhook would refuse, such as
 * a field that does not exist, is for the plan to tell; only one that cannot be read is refused here.
 */
export function readNewProfiles(text: string): Result<readonly unknown[]> {
  const documents = parseYaml(text);
  if (!documents.ok) return documents;
  const objects = documents.value.flatMap(({ value }) => itemsOf(value));
  if (objects.length === 0) return failure([problem("YAML_INVALID", "", "This holds no FalcoProfile.")]);
  const wrong = objects.find((each) => !isObject(each) || each["kind"] !== falcoProfileKind.kind);
  if (wrong !== undefined) return failure([problem("KIND_UNSUPPORTED", "kind", "Only FalcoProfiles are taken here.")]);
  const problems = objects.map(readProfile).flatMap((each) => (each.ok ? [] : each.problems));
  return problems.length > 0 ? failure(problems) : success(objects);
}

function itemsOf(value: unknown): readonly unknown[] {
  if (!isObject(value) || !String(value["kind"]).endsWith("List")) return [value];
  return Array.isArray(value["items"]) ? value["items"] : [value];
}
