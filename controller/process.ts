import type { Extension } from "../falco/api/gardener.ts";
import type { Outcome } from "../falco/base/outcome.ts";
import { DeadlineError } from "../kube/deadline.ts";
import { isConflict } from "../kube/errors.ts";
import { FencedError } from "../kube/fence.ts";
import { keyOf, type ObjectName } from "../kube/objects.ts";
import type { ControllerContext } from "./context.ts";
import { classOf } from "./extension-class.ts";
import { handOver, nameOfExtension, protect, release, removeRequest, takeUp } from "./extension-writes.ts";
import { migrate } from "./migrate.ts";
import {
  extensionFinalizer,
  isAnswered,
  isMigrated,
  isSuspended,
  operationType,
  type OperationType,
  requestedOperation,
} from "./operation.ts";
import { reconcile } from "./reconcile.ts";
import { remove } from "./remove.ts";
import { statusOf, writeError, writeStatus } from "./write-status.ts";

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
  if (found === undefined) return gone(name, context);
  if (isLeftOver(found)) await handOver(found, context.client, signal);
  const held = heldBack(found, context);
  if (held !== undefined) return held;
  const isRequested = requestedOperation(found) === "reconcile";
  const { present, isTaken } = isRequested
    ? await takeUp(found, context.client, signal)
    : { present: found, isTaken: false };
  if (present === undefined) return gone(name, context);
  // What came back is newer than what was found.
  return heldBack(present, context) ?? work({ extension: present, isRequested: isTaken }, context, signal);
}

function gone(name: ObjectName, { memory, lastStatus }: ControllerContext): Outcome {
  memory.delete(keyOf(name));
  lastStatus.delete(keyOf(name));
  return { kind: "done" };
}

/** Does the work, writes down what came of it, and ends what is over with that. */
async function work(
  { extension, isRequested }: { readonly extension: Extension; readonly isRequested: boolean },
  context: ControllerContext,
  signal: AbortSignal,
): Promise<Outcome> {
  const type = operationType(extension);
  const protectedNow = needsProtection(extension, type) ? await protect(extension, context.client, signal) : undefined;
  const present = protectedNow ?? extension;
  const outcome = await runOrTell(present, type, context, signal);
  const status = statusOf(present, type, outcome, context);
  const [isFresh, isAsked] = [isRequested || protectedNow !== undefined, isRequested || !isAnswered(present)];
  // What has been done is done: should one of these writes fail, or its answer get lost, that is no error of the operation.
  await writeStatus({ extension: present, status, isAsked, isFresh }, context, signal);
  if (isDone(outcome)) await finish(extension, type, context, signal);
  return outcome;
}

/** An error of the work is written down, and thrown on. */
async function runOrTell(
  extension: Extension,
  type: OperationType,
  context: ControllerContext,
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    return await run(extension, type, context, signal);
  } catch (error) {
    if (isOfInterest(error, signal)) await writeError(extension, type, error, context);
    throw error;
  }
}

/** Another writer who was quicker, or a stop of this process, is nothing that anybody should read about in a status. */
function isOfInterest(error: unknown, signal: AbortSignal): boolean {
  const isStopped = signal.aborted && !(signal.reason instanceof DeadlineError);
  return !isConflict(error) && !(error instanceof FencedError) && !isStopped;
}

/** The outcome when nothing may be written at all, neither to the object nor for it; its request stays on it. */
function heldBack(extension: Extension, { known }: ControllerContext): Outcome | undefined {
  const type = operationType(extension);
  if (isNotOurs(extension, type)) return { kind: "done" };
  const { namespace = "" } = extension.metadata;
  const cluster = known.clusters.get(namespace);
  // Only the Cluster tells whether the shoot is to be left alone, and then nothing is touched until somebody has looked at it.
  if (isSuspended(cluster)) return { kind: "done" };
  const needsCluster = classOf(extension) === "shoot" && type !== "Delete" && type !== "Migrate";
  if (!needsCluster || cluster !== undefined) return undefined;
  return { kind: "waiting", for: `the Cluster ${namespace}`, afterSeconds: 10 };
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

/** A migration that succeeded and was cut off before the object was let go of, whatever has become of the request since. */
function isLeftOver(extension: Extension): boolean {
  const isTakenBack = ["restore", "wait-for-state"].includes(requestedOperation(extension) ?? "");
  return isMigrated(extension) && hasFinalizer(extension) && !isTakenBack;
}

function needsProtection(extension: Extension, type: OperationType): boolean {
  return type !== "Delete" && type !== "Migrate" && !hasFinalizer(extension);
}

/** The flows are entry points of their own. */
async function run(
  extension: Extension,
  type: OperationType,
  context: ControllerContext,
  signal: AbortSignal,
): Promise<Outcome> {
  if (type === "Delete") return remove(extension, context, signal);
  if (type === "Migrate") return migrate(extension, context, signal);
  return reconcile(extension, context, signal);
}

function hasFinalizer({ metadata }: Extension): boolean {
  return metadata.finalizers?.includes(extensionFinalizer) === true;
}

function isDone({ kind }: Outcome): boolean {
  return kind === "done" || kind === "again";
}

/** What comes after the status says Succeeded: only then may the object go, and only then is a migration or a restore over. */
async function finish(
  extension: Extension,
  type: OperationType,
  { client, lastStatus }: ControllerContext,
  signal: AbortSignal,
): Promise<void> {
  if (type === "Delete") {
    await release(extension, client, signal);
    lastStatus.delete(keyOf(nameOfExtension(extension)));
  }
  if (type === "Migrate") await handOver(extension, client, signal);
  if (type === "Restore" && requestedOperation(extension) === "restore") await removeRequest(extension, client, signal);
}
