import { timeText } from "../../catalog/versions.ts";
import { effectText } from "./effect-text.ts";
import type { ClusterPlan, Effect } from "./effect.ts";
import { countByKind, entriesOf } from "./entries.ts";
import { type Reported, unaffected, unreadable } from "./plan-report.ts";

/** A plan for programs: every cluster and everything that happens to it. The shape is described in docs/plan.md and only grows. */
export function planJson({ plans, now, compared, problems, warnings }: Reported): object {
  return {
    now: timeText(now),
    compared,
    problems,
    warnings,
    summary: {
      clusters: plans.length,
      unaffected: unaffected(plans).length,
      unreadable: unreadable(plans).length,
      effects: Object.fromEntries(countByKind(entriesOf(plans, "effects"))),
      anyway: Object.fromEntries(countByKind(entriesOf(plans, "anyway"))),
      noLonger: Object.fromEntries(countByKind(entriesOf(plans, "noLonger"))),
    },
    unreadable: unreadable(plans).map(identifierJson),
    clusters: plans.map(clusterJson),
  };
}

function clusterJson({ cluster, effects, anyway, noLonger }: ClusterPlan): object {
  const { kind, falcoVersion, autoUpdate, hibernated } = cluster;
  return {
    ...identifierJson({ cluster }),
    ...(falcoVersion !== undefined && { falcoVersion }),
    // Whatever a Seed says, nothing moves it.
    autoUpdate: autoUpdate && kind !== "Seed",
    hibernated,
    effects: effects.map(effectJson),
    anyway: anyway.map(effectJson),
    noLonger: noLonger.map(effectJson),
  };
}

function identifierJson({ cluster: { kind, namespace, name } }: Pick<ClusterPlan, "cluster">): object {
  return { kind, ...(kind === "Shoot" && { namespace }), name };
}

function effectJson(effect: Effect): object {
  return { ...effect, message: effectText(effect) };
}
