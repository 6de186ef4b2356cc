import type { Extension } from "../falco/api/gardener.ts";
import type { Outcome } from "../falco/base/outcome.ts";
import { errorText } from "../kube/logger.ts";
import { keyOf, type ObjectName } from "../kube/objects.ts";
import { protect, release, removeRequest } from "./extension-writes.ts";
import type { ControllerContext } from "./context.ts";
import {
  extensionFinalizer,
  hasFailed,
  isAnswered,
  isMigrated,
  operationType,
  type OperationType,
  requestedOperation,
} from "./operation.ts";
import { reconcile } from "./reconcile.ts";
import { remove } from "./remove.ts";
import { resourceTypes } from "./resource-types.ts";
import { failed, failureOf, isCurrent, isSame, type StatusPatch, succeeded, waitingFor } from "./status.ts";

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
  const held = heldBack(found, context);
  if (held !== undefined) return held;
  const isRequested = requestedOperation(found) === "reconcile";
  const extension = isRequested ? await removeRequest(found, context.client, signal) : found;
  // What came back is newer than what was found.
  return heldBack(extension, context) ?? work({ extension, isRequested }, context, signal);
}

async function work(
  { extension, isRequested }: { readonly extension: Extension; readonly isRequested: boolean },
  context: ControllerContext,
  signal: AbortSignal,
): Promise<Outcome> {
  const type = operationType(extension);
  try {
    const outcome = await run(extension, type, context, signal);
    const status = statusOf(extension, type, outcome, context);
    await writeStatus({ extension, status, isRequested: isRequested || !isAnswered(extension) }, context, signal);
    if (isDone(outcome)) await finish(extension, type, context, signal);
    return outcome;
  } catch (error) {
    await writeError(extension, type, error, context);
    throw error;
  }
}

/** The outcome when nothing may be written at all, neither to the object nor for it; its request stays on it. */
function heldBack(extension: Extension, context: ControllerContext): Outcome | undefined {
  const type = operationType(extension);
  if (isNotOurs(extension, type)) return { kind: "done" };
  const { namespace = "" } = extension.metadata;
  const cluster = context.known.clusters.get(namespace);
  // Only the Cluster tells whether the shoot has failed, and then nothing is touched until somebody has looked at it.
  if (hasFailed(cluster)) return { kind: "done" };
  const isKnown = cluster !== undefined || extension.spec.class === "seed";
  if (!isKnown && type !== "Delete") return { kind: "waiting", for: "the Cluster", afterSeconds: 10 };
  if (type !== "Migrate") return undefined;
  context.logger.warn("moving a control plane to another seed is not available in this version", { namespace });
  return { kind: "done" };
}

/**
 * An object that went to another seed, or that is deleted without our finalizer on it, is not ours any more; one whose state Gardener has
 * yet to bring is not ours yet.
 */
function isNotOurs(extension: Extension, type: OperationType): boolean {
  if (requestedOperation(extension) === "wait-for-state") return true;
  if (type === "Delete" && !hasFinalizer(extension)) return true;
  return isMigrated(extension) && type !== "Migrate" && type !== "Restore";
}

/** The flows are entry points of their own. */
async function run(
  extension: Extension,
  type: OperationType,
  context: ControllerContext,
  signal: AbortSignal,
): Promise<Outcome> {
  if (type === "Delete") return remove(extension, context, signal);
  if (!hasFinalizer(extension)) await protect(extension, context.client, signal);
  return reconcile(extension, context, signal);
}

function hasFinalizer({ metadata }: Extension): boolean {
  return metadata.finalizers?.includes(extensionFinalizer) === true;
}

function isDone({ kind }: Outcome): boolean {
  return kind === "done" || kind === "again";
}

/** What comes after the status says Succeeded: only then may the object go, and only then is a restore over. */
async function finish(
  extension: Extension,
  type: OperationType,
  { client, lastStatus }: ControllerContext,
  signal: AbortSignal,
): Promise<void> {
  const { namespace = "", name = "" } = extension.metadata;
  if (type === "Delete") {
    await release(extension, client, signal);
    lastStatus.delete(keyOf({ namespace, name }));
  }
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
  { client, lastStatus }: ControllerContext,
  signal: AbortSignal,
): Promise<void> {
  const { namespace = "", name = "" } = extension.metadata;
  const key = keyOf({ namespace, name });
  if (!isRequested && isCurrent(extension, status) && isSame(lastStatus.get(key) ?? status, status)) return;
  // Before the attempt: should its answer get lost, it may have been written.
  lastStatus.set(key, status);
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
