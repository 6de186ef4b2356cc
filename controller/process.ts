import { type Extension } from "../falco/api/gardener.ts";
import { type Outcome } from "../falco/base/outcome.ts";
import { errorText } from "../kube/logger.ts";
import { keyOf, type ObjectName } from "../kube/objects.ts";
import { protect, release, removeRequest } from "./extension-writes.ts";
import { type ControllerContext } from "./context.ts";
import { extensionFinalizer, isMigrated, operationType, type OperationType, requestedOperation } from "./operation.ts";
import { reconcile } from "./reconcile.ts";
import { remove } from "./remove.ts";
import { resourceTypes } from "./resource-types.ts";
import { failed, failureOf, isCurrent, type StatusPatch, succeeded, waitingFor } from "./status.ts";

/**
 * One run for one Extension, in the order that Gardener's contract prescribes: the request is taken off first, then the work is done, and the
 * status is written once, at the end. An error is written down as well, and thrown on, so that it is tried again.
 */
export async function processExtension(
  name: ObjectName,
  context: ControllerContext,
  signal: AbortSignal,
): Promise<Outcome> {
  const found = context.known.extensions.get(keyOf(name));
  if (found === undefined) {
    context.memory.delete(keyOf(name));
    return { kind: "done" };
  }
  const requested = requestedOperation(found);
  if (requested === "wait-for-state") return { kind: "done" };
  const extension = requested === "reconcile" ? await removeRequest(found, context.client, signal) : found;
  const type = operationType(found);
  if (isLeftAlone(extension, type, context)) return { kind: "done" };
  try {
    const outcome = await run(extension, type, context, signal);
    const status = statusOf(extension, type, outcome, context);
    await writeStatus({ extension, status, isRequested: requested !== undefined }, context, signal);
    if (isDone(outcome)) await finish(extension, type, context, signal);
    return outcome;
  } catch (error) {
    await writeError(extension, type, error, context);
    throw error;
  }
}

/** A shoot that failed is not touched until somebody has looked at it; an object that went to another seed is not ours any more. */
function isLeftAlone(extension: Extension, type: OperationType, { known, logger }: ControllerContext): boolean {
  const { namespace = "" } = extension.metadata;
  const shoot = known.clusters.get(namespace)?.spec.shoot;
  if (shoot?.status?.lastOperation?.state === "Failed") return true;
  if (type !== "Migrate") return type !== "Restore" && isMigrated(extension);
  logger.warn("moving a control plane to another seed is not available in this version", { namespace });
  return true;
}

/** The flows are entry points of their own. */
async function run(
  extension: Extension,
  type: OperationType,
  context: ControllerContext,
  signal: AbortSignal,
): Promise<Outcome> {
  const hasFinalizer = extension.metadata.finalizers?.includes(extensionFinalizer) === true;
  if (type === "Delete") return hasFinalizer ? remove(extension, context, signal) : { kind: "done" };
  if (!hasFinalizer) await protect(extension, context.client, signal);
  return reconcile(extension, context, signal);
}

function isDone({ kind }: Outcome): boolean {
  return kind === "done" || kind === "again";
}

/** What comes after the status says Succeeded: only then may the object go, and only then is a restore over. */
async function finish(
  extension: Extension,
  type: OperationType,
  { client }: ControllerContext,
  signal: AbortSignal,
): Promise<void> {
  if (type === "Delete") await release(extension, client, signal);
  if (type === "Restore") await removeRequest(extension, client, signal);
}

function statusOf(
  extension: Extension,
  type: OperationType,
  outcome: Outcome,
  { now }: ControllerContext,
): StatusPatch {
  switch (outcome.kind) {
    case "done":
    case "again":
      return succeeded(extension, type, now());
    case "waiting":
      return waitingFor(extension, type, outcome.for, now());
    case "stalled":
      return failed(extension, type, failureOf(outcome.problems), now());
  }
}

interface StatusWrite {
  readonly extension: Extension;
  readonly status: StatusPatch;
  readonly isRequested: boolean;
}

/** Gardener waits for a fresh time after each of its requests; without one, a status that says the same is not written again. */
async function writeStatus(
  { extension, status, isRequested }: StatusWrite,
  { client }: ControllerContext,
  signal: AbortSignal,
): Promise<void> {
  if (!isRequested && isCurrent(extension, status)) return;
  const { namespace = "", name = "" } = extension.metadata;
  await client.patch(resourceTypes.extension, { namespace, name }, { body: { status }, subresource: "status", signal });
}

/** The error itself is what counts: if it cannot be written down, it is still thrown. The deadline of the run does not hold this up. */
async function writeError(
  extension: Extension,
  type: OperationType,
  error: unknown,
  context: ControllerContext,
): Promise<void> {
  const status = failed(extension, type, { message: errorText(error) }, context.now());
  try {
    await writeStatus({ extension, status, isRequested: false }, context, AbortSignal.timeout(5000));
  } catch (second) {
    context.logger.warn("the status could not be written", {
      namespace: extension.metadata.namespace ?? "",
      error: errorText(second),
    });
  }
}
