import { type Extension } from "../falco/api/gardener.ts";

/** What is to be done with an Extension, in Gardener's terms. */
export type OperationType = "Create" | "Reconcile" | "Delete" | "Migrate" | "Restore";

export const operationAnnotation = "gardener.cloud/operation";
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
 * Whether a change of an Extension leads to a reconcile: when Gardener asks for an operation, when it is to be deleted, or (when it is seen
 * for the first time, as after a start) when its last operation did not succeed. A change of the spec alone does not: Gardener decides when
 * changes are rolled out. Own status writes during a deletion must not trigger again.
 */
export function isTriggered(previous: Extension | undefined, current: Extension): boolean {
  if (["reconcile", "restore", "migrate"].includes(requestedOperation(current) ?? "")) return true;
  const deleting = current.metadata.deletionTimestamp !== undefined;
  if (previous === undefined) return deleting || current.status?.lastOperation?.state !== "Succeeded";
  return deleting && JSON.stringify(previous.status) === JSON.stringify(current.status);
}
