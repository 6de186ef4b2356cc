import type { Condition, ManagedResource } from "../../falco/api/gardener.ts";
import type { Check } from "../health.ts";
import { cleanText } from "./clean-text.ts";

/** What a ManagedResource says about what it holds. */
export interface Verdict {
  readonly check: Check;
  /** There may be more to learn from the shoot itself: its pods are in trouble or take long, since then if that is known. */
  readonly look?: { readonly since?: Date };
  /** When the same ManagedResource may mean something else, though nothing has changed. */
  readonly againAfterSeconds?: number;
}

/**
 * How long Falco may take to become healthy. A pod on a new node pulls its image and has a little over 100 s for its start (startupProbe);
 * Gardener's resource manager needs seconds for applying. Five minutes hold all of that twice.
 */
const startSeconds = 300;

/** What the API server says of an object that it refuses may quote a good part of it. */
const longestMessage = 1000;

/** Within the first minute of trouble nearly all of it is a node that has just joined: that is not worth a look into the shoot. */
const lookSeconds = 60;

/** A rollout that is quicker is everyday life, and no news: the few pods that are being replaced at a time are no loss of health. */
const quietRolloutSeconds = 600;

/**
 * A rollout goes through the nodes in steps, one node at a time in clusters with few nodes at their minimum, each step up to a minute: after
 * two hours (and the quiet ten minutes before) it is stuck even with a hundred nodes.
 */
const rolloutSeconds = 7200;

/**
 * Gardener's rule: the latest generation has been seen, everything is applied, and everything that was applied is healthy. On top of it,
 * what is only on its way does not count as a failure at once, and a rollout must come to an end. gardener-resource-manager watches the health
 * of what it applied and writes it into these conditions, so that a DaemonSet that falls ill arrives here as a change of its ManagedResource.
 */
export function checkManagedResource(resource: ManagedResource | undefined, now: Date): Verdict {
  if (resource === undefined) return starting("The ManagedResource does not exist yet.");
  const { metadata, status = {} } = resource;
  const name = `ManagedResource ${metadata.name ?? ""}`;
  if (status.observedGeneration !== metadata.generation) {
    return starting(`${name}: its latest generation has not been applied yet.`);
  }
  return checkConditions(name, status.conditions ?? [], now);
}

function checkConditions(name: string, conditions: readonly Condition[], now: Date): Verdict {
  const conditionOf = (type: string): Condition | undefined => conditions.find((each) => each.type === type);
  const applied = conditionOf("ResourcesApplied");
  if (applied?.status !== "True") return complaint(name, "ResourcesApplied", applied);
  const healthy = conditionOf("ResourcesHealthy");
  if (healthy?.status !== "True") return unhealthy(name, healthy, now);
  const progressing = conditionOf("ResourcesProgressing");
  return progressing?.status === "True" ? rollout(name, progressing, now) : { check: { kind: "healthy" } };
}

function starting(detail: string): Verdict {
  return { check: { kind: "progressing", detail, thresholdSeconds: startSeconds } };
}

function complaint(name: string, type: string, condition: Condition | undefined): Verdict {
  const words = condition?.message ?? condition?.reason ?? `${type} is not known yet.`;
  const detail = `${name}: ${cleanText(words, longestMessage)}`;
  return condition?.status === "False" ? { check: { kind: "failed", detail } } : starting(detail);
}

function unhealthy(name: string, condition: Condition | undefined, now: Date): Verdict {
  const verdict = complaint(name, "ResourcesHealthy", condition);
  const isAboutPods = /^(DaemonSet|Deployment)Unhealthy$/.test(condition?.reason ?? "");
  if (condition?.status !== "False" || !isAboutPods) return verdict;
  const { since, seconds } = age(condition, now);
  if (seconds < lookSeconds) return { ...starting(detailOf(verdict)), againAfterSeconds: lookSeconds - seconds };
  return { ...(seconds < startSeconds ? starting(detailOf(verdict)) : verdict), look: since };
}

function rollout(name: string, condition: Condition, now: Date): Verdict {
  const { since, seconds } = age(condition, now);
  if (seconds < quietRolloutSeconds) {
    return { check: { kind: "healthy" }, againAfterSeconds: quietRolloutSeconds - seconds };
  }
  const begin = since.since === undefined ? "" : ` since ${condition.lastTransitionTime ?? ""}`;
  const detail = `${name}: a rollout has been going on${begin}: ${cleanText(condition.message ?? "", longestMessage)}`;
  return { check: { kind: "progressing", detail, thresholdSeconds: rolloutSeconds }, look: since };
}

function detailOf({ check }: Verdict): string {
  return "detail" in check ? check.detail : "";
}

/** How long a condition has been as it is: for ever, when it does not say. */
function age(
  { lastTransitionTime = "" }: Condition,
  now: Date,
): { readonly since: NonNullable<Verdict["look"]>; readonly seconds: number } {
  const time = Date.parse(lastTransitionTime);
  if (Number.isNaN(time)) return { since: {}, seconds: Infinity };
  return { since: { since: new Date(time) }, seconds: (now.getTime() - time) / 1000 };
}
