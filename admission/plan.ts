import { decoder } from "../falco/api/decode.ts";
import { type FalcoProfile, falcoProfileKind, falcoProfileSchema } from "../falco/api/falco-profile.ts";
import { isObject } from "../falco/base/json.ts";
import { failure, formatProblem, problem, type Problem, type Result, success } from "../falco/base/problem.ts";
import { parseYaml } from "../falco/base/yaml.ts";
import { managedRuleSet, profileName, type Catalogue } from "../falco/catalog/catalogue.ts";
import { readProfile, readProfiles } from "../falco/catalog/read-profiles.ts";
import type { Landscape } from "../falco/desired/landscape.ts";
import { plan } from "../falco/desired/plan.ts";
import { type PlannedCluster, plannedClusterOf } from "../falco/desired/plan-cluster.ts";
import { planJson } from "../falco/desired/plan-json.ts";
import { planText, type Reported } from "../falco/desired/plan-report.ts";
import { checkProfiles, leavesStranded } from "../falco/desired/plan-verdict.ts";
import { readLandscape } from "../falco/desired/read-landscape.ts";
import type { Client } from "../kube/client.ts";
import { isGone } from "../kube/errors.ts";
import { errorText } from "../kube/logger.ts";
import type { KubeObject, ResourceType } from "../kube/objects.ts";
import { unreadableFile } from "../kube/unreadable-file.ts";
import { loadRuleFiles } from "../profiles/load.ts";
import { falcoProfiles, seeds, shoots, usesFalco } from "./garden.ts";
import { type PlanFlags, planUsage, readPlanFlags } from "./plan-flags.ts";

/** What `plan` has of the outside. */
export interface PlanWorld {
  /** How the program was started, for its help. */
  readonly program: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
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
  const read: FalcoProfile[] = [];
  for (const file of flags.profiles) {
    const profiles = readNewProfiles(await readText(file, world));
    if (!profiles.ok) return refused(profiles.problems, world, file);
    read.push(...profiles.value);
  }
  const client = await world.connect(flags.kubeconfig);
  const report = await planLive(client, { profiles: read, landscape: landscape.value, now: flags.now ?? world.now() });
  const json = flags.output === "json" ? `${JSON.stringify(planJson(report), undefined, 2)}\n` : undefined;
  world.out(json ?? planText(report, { all: flags.all, describe: formatProblem }));
  if (leavesStranded(report.plans)) return 3;
  return report.problems.length === 0 ? 0 : 1;
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

const decode = decoder(falcoProfileSchema);

/** The FalcoProfiles in a file, each a document of its own or the items of a list. */
export function readNewProfiles(text: string): Result<readonly FalcoProfile[]> {
  const documents = parseYaml(text);
  if (!documents.ok) return documents;
  const objects = documents.value.flatMap(({ value }) => itemsOf(value));
  if (objects.length === 0) return failure([problem("YAML_INVALID", "", "This is empty. A FalcoProfile is needed.")]);
  const wrong = objects.find((each) => !isObject(each) || each["kind"] !== falcoProfileKind.kind);
  if (wrong !== undefined) return failure([problem("KIND_UNSUPPORTED", "kind", "Only FalcoProfiles are taken here.")]);
  const read = objects.map((each) => decode(each));
  const problems = read.flatMap((each) => (each.ok ? [] : each.problems));
  return problems.length > 0 ? failure(problems) : success(read.flatMap((each) => (each.ok ? [each.value] : [])));
}

function itemsOf(value: unknown): readonly unknown[] {
  if (!isObject(value) || !String(value["kind"]).endsWith("List")) return [value];
  return Array.isArray(value["items"]) ? value["items"] : [value];
}

/** What is to be applied to a garden, and when. */
interface LiveChange {
  /** Each takes the place of the garden's one of the same name; the others stay. */
  readonly profiles: readonly FalcoProfile[];
  readonly landscape: Landscape;
  readonly now: Date;
}

/** The plan for the clusters and the FalcoProfiles that a garden has now. Only lists are requested, page by page. */
async function planLive(client: Client, { profiles, landscape, now }: LiveChange): Promise<Reported> {
  const take = (object: KubeObject): PlannedCluster | undefined => plannedClusterOf(object, landscape);
  const clusters = [
    ...(await listAll(client, shoots, { labelSelector: usesFalco, take })),
    ...(await listAll(client, seeds, { labelSelector: usesFalco, take })),
  ];
  const present = await listAll(client, falcoProfiles, { take: (object) => object });
  const names = profiles.map(profileName);
  const others = present.filter(({ metadata }) => !names.includes(metadata.name));
  const before = readProfiles(present).catalogue;
  const after = readProfiles([...others, ...profiles]).catalogue;
  const plans = plan(clusters, { before, after, now, ruleFiles: shippedRuleFiles([before, after]) });
  const readable = present.map((each) => readProfile(each)).flatMap((each) => (each.ok ? [each.value] : []));
  return { plans, now, compared: true, ...checkProfiles({ profiles, before: readable, now }) };
}

/** As the controller has them: no other files can be deployed. */
function shippedRuleFiles(catalogues: readonly Catalogue[]): ReadonlySet<string> {
  const named = catalogues.flatMap(({ ruleSets }) =>
    ruleSets.flatMap(({ source }) => (source.kind === "file" ? [source.file] : [])),
  );
  return new Set(loadRuleFiles([managedRuleSet.file, ...named]).keys());
}

interface Listing<T> {
  readonly labelSelector?: string;
  /** What is kept of an object; undefined leaves it out. */
  readonly take: (object: KubeObject) => T | undefined;
}

/** A whole Shoot may have 50 kB and more, so only so many are in memory at once. */
const pageSize = 200;

/** All objects of a type. When a list takes so long that the server forgets its beginning, it is begun anew, once. */
async function listAll<T>(client: Client, type: ResourceType, listing: Listing<T>): Promise<readonly T[]> {
  try {
    return await listPages(client, type, listing);
  } catch (error) {
    if (!isGone(error)) throw error;
    return listPages(client, type, listing);
  }
}

async function listPages<T>(
  client: Client,
  type: ResourceType,
  { labelSelector, take }: Listing<T>,
): Promise<readonly T[]> {
  const taken: T[] = [];
  let next: string | undefined;
  do {
    const page = await client.list(type, { labelSelector, limit: pageSize, continue: next });
    taken.push(...page.items.flatMap((each) => take(each) ?? []));
    next = page.continue;
  } while (next !== undefined);
  return taken;
}
