import { equalJson } from "../../falco/base/json.ts";
import type { FalcoUse } from "../../falco/desired/falco-use.ts";

/**
 * What a change of a Shoot means for its maintenance: a look at once, a new moment to be planned, nothing at all, or an end because there
 * is nothing to maintain any more.
 */
type Trigger = "at-once" | "plan" | "nothing" | "end";

/**
 * Whether a change calls for a look. A request for maintenance counts when it appears: Gardener takes it away again soon, and one that
 * stays is no new one. The version alone is no reason: it is looked at in each window anyway, and should somebody else put an old one back
 * all the time, the two would otherwise write in turns.
 */
export function triggerOf(previous: FalcoUse | undefined, current: FalcoUse | undefined): Trigger {
  if (current?.kind !== "Shoot") return previous?.kind === "Shoot" ? "end" : "nothing";
  if (previous === undefined) return current.maintainNow ? "at-once" : "plan";
  if (current.maintainNow && !previous.maintainNow) return "at-once";
  return hasSameTerms(previous, current) ? "nothing" : "plan";
}

function hasSameTerms(left: FalcoUse, right: FalcoUse): boolean {
  return left.autoUpdate === right.autoUpdate && equalJson(left.timeWindow, right.timeWindow);
}
