import { managedRuleSet, profileName, type Catalogue } from "../falco/catalog/catalogue.ts";
import { readProfiles } from "../falco/catalog/read-profiles.ts";
import type { Landscape } from "../falco/desired/landscape.ts";
import { catalogueNotes } from "../falco/desired/plan/notes.ts";
import { plan } from "../falco/desired/plan/plan.ts";
import { type PlannedCluster, plannedClusterOf } from "../falco/desired/plan/planned-cluster.ts";
import type { Reported } from "../falco/desired/plan/plan-report.ts";
import { checkProfiles } from "../falco/catalog/check-profiles.ts";
import type { Client } from "../kube/client.ts";
import { isGone } from "../kube/errors.ts";
import type { KubeObject, ResourceType } from "../kube/objects.ts";
import { loadRuleFiles } from "../profiles/load.ts";
import { falcoProfiles, seeds, shoots, usesFalco } from "./garden.ts";

/** What is to be applied to a garden, and when. */
export interface LiveChange {
  /** Each takes the place of the garden's one of the same name; the others stay. */
  readonly profiles: readonly unknown[];
  readonly landscape: Landscape;
  readonly now: Date;
}

/** A plan, and sentences about what it leaves out. */
export interface LivePlan extends Reported {
  readonly notes: readonly string[];
}

/** What is kept of a Shoot or a Seed; without Falco nothing. */
interface Seen {
  readonly cluster: PlannedCluster | undefined;
}

/** The plan for the clusters and the FalcoProfiles that a garden has now. Only lists are requested, page by page. */
export async function planLive(client: Client, { profiles, landscape, now }: LiveChange): Promise<LivePlan> {
  const take = (object: KubeObject): Seen => ({ cluster: plannedClusterOf(object, landscape) });
  const seen = [
    ...(await listAll(client, shoots, { labelSelector: usesFalco, take })),
    ...(await listAll(client, seeds, { labelSelector: usesFalco, take })),
  ];
  const clusters = seen.flatMap(({ cluster }) => cluster ?? []);
  const present = await listAll(client, falcoProfiles, { take: (object) => object });
  const names = profiles.map(profileName);
  const others = present.filter(({ metadata }) => !names.includes(metadata.name));
  const before = readProfiles(present).catalogue;
  const after = readProfiles([...others, ...profiles]).catalogue;
  const plans = plan(clusters, { before, after, now, ruleFiles: shippedRuleFiles([before, after]) });
  const notes = [...leftOut(seen.length - clusters.length), ...catalogueNotes(after)];
  return { plans, now, compared: true, ...checkProfiles({ profiles, before: present, now }), notes };
}

/** Gardener's label stays on a cluster for which Falco is disabled, or which is being deleted. */
function leftOut(withoutFalco: number): readonly string[] {
  return withoutFalco === 0 ? [] : [`Left out: ${String(withoutFalco)} without Falco.`];
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
