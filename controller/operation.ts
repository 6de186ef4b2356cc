import type { Cluster, Extension } from "../falco/api/gardener.ts";

/** What is to be done with an Extension, in Gardener's terms. */
export type OperationType = "Create" | "Reconcile" | "Delete" | "Migrate" | "Restore";

export const operationAnnotation = "gardener.cloud/operation";
const timestampAnnotation = "gardener.cloud/timestamp";
const ignoreAnnotation = "shoot.gardener.cloud/ignore";
const forceDeletionAnnotation = "confirmation.gardener.cloud/force-deletion";
export const extensionFinalizer = "extensions.gardener.cloud/shoot-falco-service";

/** The value of the operation annotation, if there is one. */
export function requestedOperation({ metadata }: Extension): string | undefined {
  return metadata.annotations?.[operationAnnotation];
}

/** The type of the operation, first match wins (Gardener's extension contract): an operation that failed goes on as what it was. */
export function operationType(extension: Extension): OperationType {
  const requested = requestedOperation(extension);
  const last = extension.status?.lastOperation;
  if (requested === "migrate") return "Migrate";
  if (extension.metadata.deletionTimestamp !== undefined) return "Delete";
  if (requested === "restore") return "Restore";
  if (last === undefined) return "Create";
  if (last.state !== "Succeeded" && isResumed(last.type)) return last.type;
  return "Reconcile";
}

function isResumed(type: string | undefined): type is "Create" | "Migrate" | "Restore" {
  return type === "Create" || type === "Migrate" || type === "Restore";
}

/** Whether the object has been handed over to another seed, so that nothing may be done with it here. */
export function isMigrated({ status }: Extension): boolean {
  return status?.lastOperation?.type === "Migrate" && status.lastOperation.state === "Succeeded";
}

/**
 * Whether nothing may be done for a shoot: Gardener has given it up for the time being, or an operator has told Gardener to leave it alone.
 * Gardener writes both into the Cluster without asking for anything.
 */
export function isSuspended(cluster: Cluster | undefined): boolean {
  const shoot = cluster?.spec.shoot;
  return shoot?.status?.lastOperation?.state === "Failed" || isTrue(shoot?.metadata?.annotations?.[ignoreAnnotation]);
}

/** Whether the shoot is deleted without regard to what runs in it: its API server and its nodes may be gone. */
export function isForceDeleted(cluster: Cluster | undefined): boolean {
  return isTrue(cluster?.spec.shoot.metadata?.annotations?.[forceDeletionAnnotation]);
}

/** What Go reads as a true boolean, and Gardener with it. */
function isTrue(text: string | undefined): boolean {
  return text !== undefined && ["1", "t", "T", "TRUE", "true", "True"].includes(text);
}

/**
 * Whether the last operation is not older than Gardener's last request, to the second. Gardener does not take an older one for an answer,
 * whatever it says; nothing else tells of a request that was taken off the object by a process that then came to its end.
 */
export function isAnswered({ metadata, status }: Extension): boolean {
  const asked = Date.parse(metadata.annotations?.[timestampAnnotation] ?? "");
  const answered = Date.parse(status?.lastOperation?.lastUpdateTime ?? "");
  return Number.isNaN(asked) || Math.floor(asked / 1000) * 1000 <= answered;
}

/**
 * Whether a change of an Extension leads to a reconcile: when Gardener asks for an operation, when it is to be deleted, or (when it is seen
 * for the first time, as after a start) when its last operation did not succeed or is older than the last request. A change of the spec
 * alone does not: Gardener decides when changes are rolled out. Own status writes during a deletion must not trigger again.
 */
export function isTriggered(previous: Extension | undefined, current: Extension): boolean {
  if (["reconcile", "restore", "migrate"].includes(requestedOperation(current) ?? "")) return true;
  const deleting = current.metadata.deletionTimestamp !== undefined;
  // After a gap in the watch, an object of the same name may be another one.
  if (previous === undefined || previous.metadata.uid !== current.metadata.uid) {
    return deleting || current.status?.lastOperation?.state !== "Succeeded" || !isAnswered(current);
  }
  return deleting && JSON.stringify(previous.status) === JSON.stringify(current.status);
}

/**
 * The same where Gardener's requests are not waited for (`--ignore-operation-annotation`): every object that is seen for the first time and
 * every change of the spec lead to a reconcile as well.
 */
export function isTriggeredWithoutRequest(previous: Extension | undefined, current: Extension): boolean {
  return (
    previous === undefined ||
    previous.metadata.generation !== current.metadata.generation ||
    isTriggered(previous, current)
  );
}
