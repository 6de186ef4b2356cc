import type { Condition, Extension, NamedResource } from "../falco/api/gardener.ts";
import { equalJson } from "../falco/base/json.ts";
import { formatProblem, type Problem } from "../falco/base/problem.ts";
import { identitySecretName } from "../falco/desired/identity.ts";
import type { OperationType } from "./operation.ts";

/** A merge patch for the status of an Extension; null removes a field. */
export interface StatusPatch {
  readonly observedGeneration: number;
  readonly lastOperation: {
    readonly type: OperationType;
    readonly state: "Succeeded" | "Error" | "Processing";
    readonly progress: number;
    readonly description: string;
    readonly lastUpdateTime: string;
  };
  readonly lastError: {
    readonly description: string;
    readonly lastUpdateTime: string;
    /** null takes away those of an error before this one. */
    readonly codes: readonly string[] | null;
  } | null;
  readonly conditions?: readonly Condition[];
  /** Objects in the Extension's namespace that Gardener carries over when the shoot moves to another seed. Each of them must exist. */
  readonly resources?: readonly NamedResource[];
}

/** The texts that Gardener's own library writes: people search for them. */
const texts: Readonly<Record<OperationType, { readonly done: string; readonly failed: string }>> = {
  Create: { done: "Successfully reconciled Extension", failed: "Error reconciling Extension" },
  Reconcile: { done: "Successfully reconciled Extension", failed: "Error reconciling Extension" },
  Delete: { done: "Successfully deleted the Extension", failed: "Error deleting the Extension" },
  Restore: { done: "Successfully restored Extension resource", failed: "Unable to restore Extension resource" },
  Migrate: { done: "Successfully migrated Extension resource", failed: "Error migrating Extension resource" },
};

/** Times as Kubernetes writes them: UTC, whole seconds. */
function kubernetesTime(time: Date): string {
  return time.toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** The status after an operation that succeeded. The last error is removed, not merely left out. */
export function succeeded(extension: Extension, type: OperationType, now: Date): StatusPatch {
  return {
    observedGeneration: extension.metadata.generation ?? 0,
    lastOperation: {
      type,
      state: "Succeeded",
      progress: 100,
      description: texts[type].done,
      lastUpdateTime: kubernetesTime(now),
    },
    lastError: null,
  };
}

/** The Secret with the certificates: with it, Falco and falcosidekick go on trusting each other in another seed. */
export const carriedOver: readonly NamedResource[] = [
  { name: "certificates", resourceRef: { apiVersion: "v1", kind: "Secret", name: identitySecretName } },
];

/** What went wrong, in words for the user, and the code that tells Gardener whether trying again can help. */
export interface Failure {
  readonly message: string;
  readonly code?: "ERR_CONFIGURATION_PROBLEM" | "ERR_RETRYABLE_CONFIGURATION_PROBLEM";
}

/** The status after an operation that failed. */
export function failed(extension: Extension, type: OperationType, failure: Failure, now: Date): StatusPatch {
  const description = `${texts[type].failed}: ${failure.message}`;
  return {
    observedGeneration: extension.metadata.generation ?? 0,
    lastOperation: { type, state: "Error", progress: 50, description, lastUpdateTime: kubernetesTime(now) },
    lastError: {
      description,
      lastUpdateTime: kubernetesTime(now),
      codes: failure.code === undefined ? null : [failure.code],
    },
  };
}

/** The status while something is missing that others bring. Not an error; its generation is not yet observed. */
export function waitingFor(extension: Extension, type: OperationType, forWhat: string, now: Date): StatusPatch {
  return {
    observedGeneration: extension.status?.observedGeneration ?? 0,
    lastOperation: {
      type,
      state: "Processing",
      progress: 50,
      description: `Waiting: ${forWhat}`,
      lastUpdateTime: kubernetesTime(now),
    },
    lastError: null,
  };
}

/** Whether the Extension's status says the same already, whenever it was written. */
export function isCurrent({ status = {} }: Extension, patch: StatusPatch): boolean {
  const { lastOperation, lastError, observedGeneration, resources = status.resources } = patch;
  const before = status.lastOperation ?? {};
  const { type, state, description, progress } = lastOperation;
  // A resync is another type of operation than the creation or the restore before it, but nothing new to say.
  const isSaid =
    state === "Succeeded"
      ? before.state === state
      : equalJson(
          [before.type, before.state, before.description, before.progress],
          [type, state, description, progress],
        );
  return (
    status.observedGeneration === observedGeneration &&
    isSaid &&
    equalJson(status.resources, resources) &&
    status.lastError?.description === lastError?.description
  );
}

/** Whether two statuses say the same, whenever each was written. */
export function isSame(left: StatusPatch, right: StatusPatch): boolean {
  const said = ({ observedGeneration, lastOperation: { state, description }, lastError, resources }: StatusPatch) => [
    observedGeneration,
    state,
    state === "Succeeded" ? "" : description,
    lastError?.description ?? "",
    resources ?? [],
  ];
  return equalJson(said(left), said(right));
}

/**
 * Problems as one failure. Only what the user alone can repair gets the code that makes Gardener stop trying: with it, a shoot fails at once
 * and for good.
 */
export function failureOf(problems: readonly Problem[]): Failure {
  const code = problems.every(isForOperators) ? "ERR_RETRYABLE_CONFIGURATION_PROBLEM" : "ERR_CONFIGURATION_PROBLEM";
  return { message: problems.map(formatProblem).join("; "), code };
}

/**
 * Problems that an operator mends in a FalcoProfile or the configuration, after which the shoot goes on by itself. A version or a rule set
 * that no profile has is one of them: admission lets none in, so somebody has taken it away from those who use it.
 */
function isForOperators({ code }: Problem): boolean {
  const operators: readonly string[] = [
    "VERSION_NONE_SUPPORTED",
    "VERSION_UNKNOWN",
    "RULES_NOT_IN_PROFILE",
    "IMAGE_MISSING",
    "PROFILE_CONFLICT",
    "PROFILE_INCOMPLETE",
    "RULES_SOURCE_MISSING",
  ];
  return operators.includes(code);
}

/**
 * The same conditions with `changed` put in: those of other types stay, `lastTransitionTime` moves only with the status and
 * `lastUpdateTime` only when something about the condition is new.
 */
export function mergeConditions(
  present: readonly Condition[],
  changed: readonly Omit<Condition, "lastTransitionTime" | "lastUpdateTime">[],
  now: Date,
): readonly Condition[] {
  const time = kubernetesTime(now);
  const merged = changed.map((condition) => {
    const before = present.find(({ type }) => type === condition.type);
    if (before === undefined) return { ...condition, lastTransitionTime: time, lastUpdateTime: time };
    const same = {
      lastTransitionTime: before.lastTransitionTime ?? time,
      lastUpdateTime: before.lastUpdateTime ?? time,
    };
    if (equalJson(before, { ...condition, ...same })) return before;
    const lastTransitionTime = before.status === condition.status ? same.lastTransitionTime : time;
    return { ...condition, lastTransitionTime, lastUpdateTime: time };
  });
  // In the order that they have: another one would be a change, for nothing.
  const kept = present.map((before) => merged.find(({ type }) => type === before.type) ?? before);
  return [...kept, ...merged.filter(({ type }) => !present.some((before) => before.type === type))];
}
