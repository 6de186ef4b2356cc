import type { Condition } from "../falco/api/gardener.ts";

/** A condition without its times, which `mergeConditions` sets. */
export type Finding = Omit<Condition, "lastTransitionTime" | "lastUpdateTime">;

/** The condition types that Gardener takes from an Extension into the shoot's own. */
export type ConditionType = "SystemComponentsHealthy" | "ObservabilityComponentsHealthy";

/** The types of all conditions that are ours. One without a finding must not stay: Gardener would go by it for ever. */
export const conditionTypes: readonly string[] = ["SystemComponentsHealthy", "ObservabilityComponentsHealthy"];

/** What one check found. Details are sentences for people; they must not change while nothing new is known, as each change is a write. */
export type Check =
  | { readonly kind: "healthy" }
  /** Normal for a while. After `thresholdSeconds` without having become healthy it counts as failed. */
  | { readonly kind: "progressing"; readonly detail: string; readonly thresholdSeconds: number }
  | { readonly kind: "failed"; readonly detail: string; readonly codes?: readonly string[] }
  /** Whether it is healthy could not be found out. */
  | { readonly kind: "unable"; readonly detail: string };

/** The finding for a shoot that sleeps or goes to sleep: nothing is meant to run, which is as it should be. */
export function hibernatedFinding(type: ConditionType): Finding {
  return { type, status: "True", reason: "HealthCheckSuccessful", message: "Shoot is hibernated" };
}

/**
 * One condition out of several checks, in the statuses, reasons and words of Gardener's library for extensions: what could not be checked
 * comes before what failed, and that before what goes on. `previous` is the condition as it stands: once False it stays so until all is
 * well, and what goes on for longer than the shortest threshold counts as failed.
 */
export function findingOf(
  type: ConditionType,
  checks: readonly Check[],
  { previous, now }: { readonly previous: Condition | undefined; readonly now: Date },
): Finding {
  const groups = groupsOf(checks);
  const unable = groups.unable.length;
  const failed = groups.failed.length;
  const progressing = groups.progressing.length;
  if (unable + failed + progressing === 0) {
    return { type, status: "True", reason: "HealthCheckSuccessful", message: "All health checks successful" };
  }
  const details = detailsOf(groups);
  if (unable > 0) {
    const message = `failed to execute ${String(unable)} health ${checksWord(unable)}: ${details}`;
    return { type, status: "Unknown", reason: "ConditionCheckError", message };
  }
  if (failed === 0 && isWithinThreshold(groups.progressing, previous, now)) {
    return { type, status: "Progressing", reason: "HealthCheckProgressing", message: details };
  }
  const counts = `${String(failed)} failing and ${String(progressing)} progressing ${checksWord(progressing)}: `;
  const message = failed > 0 && progressing > 0 ? counts + details : details;
  const codes = [...new Set(groups.failed.flatMap((each) => each.codes ?? []))];
  return { type, status: "False", reason: "HealthCheckUnsuccessful", message, ...(codes.length > 0 && { codes }) };
}

interface Groups {
  readonly unable: readonly Extract<Check, { kind: "unable" }>[];
  readonly failed: readonly Extract<Check, { kind: "failed" }>[];
  readonly progressing: readonly Extract<Check, { kind: "progressing" }>[];
}

function groupsOf(checks: readonly Check[]): Groups {
  return {
    unable: checks.filter((each) => each.kind === "unable"),
    failed: checks.filter((each) => each.kind === "failed"),
    progressing: checks.filter((each) => each.kind === "progressing"),
  };
}

function isWithinThreshold(progressing: Groups["progressing"], previous: Condition | undefined, now: Date): boolean {
  if (previous === undefined || previous.status === "True") return true;
  if (previous.status === "False") return false;
  const since = Date.parse(previous.lastTransitionTime ?? "");
  const threshold = Math.min(...progressing.map(({ thresholdSeconds }) => thresholdSeconds));
  return !(now.getTime() - since > threshold * 1000);
}

function detailsOf({ unable, failed, progressing }: Groups): string {
  const groups = [
    { title: "Unable to execute", checks: unable },
    { title: "Failed", checks: failed },
    { title: "Progressing", checks: progressing },
  ].filter(({ checks }) => checks.length > 0);
  // A title is only needed to tell several groups apart.
  return groups
    .map(({ title, checks }) => (groups.length > 1 ? `${title} ${checksWord(checks.length)}: ` : "") + numbered(checks))
    .join(" ");
}

function numbered(checks: readonly { readonly detail: string }[]): string {
  const sentences = checks.map(({ detail }) => detail.replace(/\.?$/, "."));
  return sentences.map((each, index) => (sentences.length > 1 ? `${String(index + 1)}) ${each}` : each)).join(" ");
}

function checksWord(count: number): string {
  return count > 1 ? "checks" : "check";
}
