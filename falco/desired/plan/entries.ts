import { clusterName } from "../falco-use.ts";
import type { ClusterPlan, Effect, EffectKind, When } from "./effect.ts";
import type { PlannedCluster } from "./planned-cluster.ts";

/** Something that happens to one cluster. */
export interface Entry {
  readonly cluster: PlannedCluster;
  readonly effect: Effect;
}

/** Which of the three lists of a cluster is meant. */
export type Part = "effects" | "anyway" | "noLonger";

/** All that stands in one part of the plans: what is wrong first, then as it comes, at the same time by name. */
export function entriesOf(plans: readonly ClusterPlan[], part: Part): readonly Entry[] {
  return plans
    .flatMap(({ cluster, [part]: effects }) => effects.map((effect) => ({ cluster, effect })))
    .map((entry) => ({ entry, key: `${orderOf(entry.effect)} ${clusterName(entry.cluster)}` }))
    .sort((left, right) => (left.key < right.key ? -1 : 1))
    .map(({ entry }) => entry);
}

/** How many clusters something of each kind happens to, the kinds as they are sorted. */
export function countByKind(entries: readonly Entry[]): ReadonlyMap<EffectKind, number> {
  const names = new Map<EffectKind, Set<string>>();
  for (const { cluster, effect } of entries) {
    const known = names.get(effect.kind) ?? new Set();
    names.set(effect.kind, known.add(clusterName(cluster)));
  }
  return new Map([...names].map(([kind, { size }]) => [kind, size]));
}

/** A text that sorts as effects are read: what somebody must act on, then in the order of time. */
function orderOf({ kind, when }: Effect): string {
  const urgency = ["stranded", "blocked"].indexOf(kind);
  return `${String(urgency === -1 ? 2 : urgency)} ${orderOfTime(when)} ${kind}`;
}

function orderOfTime(when: When): string {
  switch (when.kind) {
    case "atOnce":
      return "0";
    case "wakeUp":
      return "1";
    case "window":
      return `2 ${when.begin}`;
    case "expiry":
      return `2 ${when.at}`;
    case "nextChange":
      return "3";
  }
}
