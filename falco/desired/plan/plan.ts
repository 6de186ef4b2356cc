import { canonicalJson } from "../../base/json.ts";
import type { Catalogue } from "../../catalog/catalogue.ts";
import { followedAt, allEffects } from "./all-effects.ts";
import type { ClusterPlan, Effect } from "./effect.ts";
import type { PlannedCluster } from "./planned-cluster.ts";
import { type PlanContext, type PlannedRelease, releaseOf } from "./planned-release.ts";

/** What a plan goes by. */
export interface PlanInput {
  /** The catalogue that the landscape has; without it there is nothing to compare with, and all that will happen is told. */
  readonly before?: Catalogue | undefined;
  /** The catalogue that the landscape gets. */
  readonly after: Catalogue;
  readonly now: Date;
  /** The names of the rules files that ship with the extension. */
  readonly ruleFiles: ReadonlySet<string>;
}

/**
 * Says what becomes of each cluster, and when, if the FalcoProfiles change at `now` from `before` to `after`. Nothing else is taken to
 * change: neither manifests nor later profiles. Decided by the same functions as the controller, the webhooks and the maintenance decide.
 */
export function plan(
  clusters: readonly PlannedCluster[],
  { before, after, now, ruleFiles }: PlanInput,
): readonly ClusterPlan[] {
  const to = { catalogue: after, now, ruleFiles };
  if (before === undefined) {
    return clusters.map((cluster) => ({ cluster, effects: allEffects(cluster, to), anyway: [], noLonger: [] }));
  }
  const from = { catalogue: before, now, ruleFiles };
  return clusters.map((cluster) => compare(cluster, from, to));
}

function compare(cluster: PlannedCluster, from: PlanContext, to: PlanContext): ClusterPlan {
  const [before, after] = [allEffects(cluster, from), allEffects(cluster, to)];
  const known = new Set(before.map(identityOf));
  const isKnown = (each: Effect): boolean => known.has(identityOf(each)) || isStrandedBefore(each, before);
  const kept = new Set(after.map(identityOf));
  return {
    cluster,
    effects: [...followed(cluster, from, to), ...after.filter((each) => !isKnown(each))],
    anyway: after.filter(isKnown),
    noLonger: before.filter((each) => !kept.has(identityOf(each)) && !isReplaced(each, after)),
  };
}

/** Messages of problems name the versions that there are: the same problem with other words is not a new one. */
function identityOf(effect: Effect): string {
  return canonicalJson("problem" in effect ? { ...effect, problem: effect.problem.code } : effect);
}

/** A cluster that is left without a version no sooner than before is not so because of the change. */
function isStrandedBefore(effect: Effect, before: readonly Effect[]): boolean {
  return (
    effect.kind === "stranded" && before.some((each) => each.kind === "stranded" && momentOf(each) <= momentOf(effect))
  );
}

/** Orders what strands a cluster: from now on, or from an expiration date on. */
function momentOf({ when }: Effect): string {
  if (when.kind === "expiry") return when.at;
  return when.kind === "window" ? when.begin : "";
}

/** Another version at the same time, a later end, a notice about another date: it is told as what happens now. */
function isReplaced({ kind, when }: Effect, after: readonly Effect[]): boolean {
  const isMove = kind === "autoUpdate" || kind === "forced";
  if (isMove)
    return after.some((each) => (each.kind === "autoUpdate" || each.kind === "forced") && isSameTime(each.when, when));
  return after.some((each) => each.kind === kind);
}

function isSameTime(left: Effect["when"], right: Effect["when"]): boolean {
  return left.kind === right.kind && (left.kind !== "window" || right.kind !== "window" || left.begin === right.begin);
}

/** What the controller does about the change by itself. */
function followed(cluster: PlannedCluster, from: PlanContext, to: PlanContext): readonly Effect[] {
  if (!cluster.readable) return [];
  const before = releaseOf(cluster, cluster.falcoVersion, from);
  const after = releaseOf(cluster, cluster.falcoVersion, to);
  if (!before.ok || !after.ok) return [];
  const when = followedAt(cluster);
  return [...falcoChanges(before.value, after.value, when), ...falcosidekickChanges(before.value, after.value, when)];
}

function falcoChanges(before: PlannedRelease, after: PlannedRelease, when: Effect["when"]): readonly Effect[] {
  const { version } = after;
  if (before.version !== version) return [{ kind: "default", from: before.version, to: version, when }];
  const sets = Object.keys(after.rules).filter((name) => before.rules[name] !== after.rules[name]);
  return [
    ...(before.image === after.image
      ? []
      : [{ kind: "image", version, from: before.image, to: after.image, when } as const]),
    ...(sets.length === 0 ? [] : [{ kind: "rules", sets, when } as const]),
  ];
}

function falcosidekickChanges(
  { falcosidekick: before }: PlannedRelease,
  { falcosidekick: after }: PlannedRelease,
  when: Effect["when"],
): readonly Effect[] {
  if (before === undefined || after === undefined) return [];
  const { version } = after;
  if (before.version !== version) return [{ kind: "falcosidekick", from: before.version, to: version, when }];
  if (before.image === after.image) return [];
  return [{ kind: "falcosidekickImage", version, from: before.image, to: after.image, when }];
}
