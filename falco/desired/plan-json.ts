import type { ClusterPlan, Effect } from "./plan-effect.ts";
import { timeText } from "./plan-effect.ts";
import { countByKind, entriesOf } from "./plan-order.ts";
import { type Reported, unaffected } from "./plan-report.ts";
import { effectText } from "./plan-text.ts";

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
      effects: Object.fromEntries(countByKind(entriesOf(plans, "effects"))),
      anyway: Object.fromEntries(countByKind(entriesOf(plans, "anyway"))),
      noLonger: Object.fromEntries(countByKind(entriesOf(plans, "noLonger"))),
    },
    clusters: plans.map(clusterJson),
  };
}

function clusterJson({ cluster, effects, anyway, noLonger }: ClusterPlan): object {
  const { kind, namespace, name, falcoVersion, autoUpdate, hibernated } = cluster;
  return {
    kind,
    ...(kind === "Shoot" && { namespace }),
    name,
    ...(falcoVersion !== undefined && { falcoVersion }),
    autoUpdate,
    hibernated,
    effects: effects.map(effectJson),
    anyway: anyway.map(effectJson),
    noLonger: noLonger.map(effectJson),
  };
}

function effectJson(effect: Effect): object {
  return { ...effect, message: effectText(effect) };
}
