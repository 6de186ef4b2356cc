import type { ClusterPlan, Effect } from "./plan-effect.ts";

/** What the big words in a plan mean and what to do about them, once for the whole plan. */
export function footnotes(plans: readonly ClusterPlan[]): readonly string[] {
  const wrong = plans.flatMap(({ effects, anyway }) => [...effects, ...anyway]).filter((each) => "problem" in each);
  const taken = plans.some(({ effects }) => effects.some(isTakenAway));
  return [
    ...(wrong.some(({ kind }) => kind === "blocked") ? [blocked] : []),
    ...(wrong.some(({ kind }) => kind === "stranded") ? [stranded] : []),
    ...(taken ? [takenAway] : []),
  ];
}

const blocked =
  "BLOCKED: the controller cannot deploy the version. What runs goes on running, but until the version changes the Extension reports an error and Gardener cannot finish a reconcile of the cluster.";
const stranded =
  "NO USABLE VERSION: the version cannot be deployed or has expired, and nothing moves the cluster on by itself. What runs goes on running. Add a version to the profile, or write another one into the manifest.";
const takenAway =
  "Better than taking a version away: give it an expirationDate and leave it in the profile until no cluster has it. Clusters are then moved on in their windows without an error.";

function isTakenAway(effect: Effect): boolean {
  return "problem" in effect && effect.problem.code === "VERSION_UNKNOWN";
}
