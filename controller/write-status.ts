import type { Extension } from "../falco/api/gardener.ts";
import type { Outcome } from "../falco/base/outcome.ts";
import { absentIfNotFound, retryConflicts } from "../kube/apply.ts";
import type { Client } from "../kube/client.ts";
import { errorText } from "../kube/logger.ts";
import { keyOf } from "../kube/objects.ts";
import type { ControllerContext } from "./context.ts";
import { classOf } from "./extension-class.ts";
import { nameOfExtension, readLive } from "./extension-writes.ts";
import { isAnswered, type OperationType } from "./operation.ts";
import { resourceTypes } from "./resource-types.ts";
import {
  carriedOver,
  failed,
  failureOf,
  isCurrent,
  isSame,
  type StatusPatch,
  succeeded,
  waitingFor,
} from "./status.ts";

/** The status that an outcome comes to. */
export function statusOf(
  extension: Extension,
  type: OperationType,
  outcome: Outcome,
  { now, memory }: ControllerContext,
): StatusPatch {
  switch (outcome.kind) {
    case "done":
    case "again":
      return {
        ...succeeded(extension, type, now()),
        // What is remembered has an identity that was stored.
        ...(classOf(extension) === "shoot" &&
          memory.has(keyOf(nameOfExtension(extension))) && { resources: carriedOver }),
      };
    case "waiting":
      return waitingFor(extension, type, outcome.for, now());
    case "stalled":
      return failed(extension, type, failureOf(outcome.problems), now());
  }
}

/** A status to write. */
export interface StatusWrite {
  readonly extension: Extension;
  readonly status: StatusPatch;
  /** Whether Gardener waits for an answer. */
  readonly isAsked: boolean;
  /** Whether the Extension is as the server has just sent it, and not as the watch has brought it some time ago. */
  readonly isFresh: boolean;
}

/** Gardener waits for a fresh time after each of its requests; without one, a status that says the same is not written again. */
export async function writeStatus(
  write: StatusWrite,
  { client, lastStatus }: ControllerContext,
  signal: AbortSignal,
): Promise<void> {
  const { extension, status, isAsked } = write;
  const key = keyOf(nameOfExtension(extension));
  if (!isAsked && isCurrent(extension, status) && isSame(lastStatus.get(key) ?? status, status)) return;
  // Before the attempt: should its answer get lost, it may have been written.
  lastStatus.set(key, status);
  await patchStatus(write, client, signal);
}

/**
 * What the watch has brought may be old: our own answer may stand there already, or another object of the same name, which must not get the
 * status of the one before. So such a write is refused if anything has changed, and the object is looked at again.
 */
async function patchStatus(
  { extension, status, isFresh }: StatusWrite,
  client: Client,
  signal: AbortSignal,
): Promise<void> {
  const { extension: type } = resourceTypes;
  const name = nameOfExtension(extension);
  let present: Extension | undefined = extension;
  await retryConflicts(async () => {
    if (present === undefined) {
      present = await readLive(extension, client, signal);
      if (present === undefined || (isAnswered(present) && isCurrent(present, status))) return;
    }
    const { resourceVersion } = present.metadata;
    const lock = isFresh ? {} : { metadata: { resourceVersion } };
    present = undefined;
    await absentIfNotFound(client.patch(type, name, { body: { ...lock, status }, subresource: "status", signal }));
  });
}

/** The error itself is what counts: if it cannot be written down, it is still thrown. The deadline of the run does not hold this up. */
export async function writeError(
  extension: Extension,
  type: OperationType,
  error: unknown,
  context: ControllerContext,
): Promise<void> {
  const status = failed(extension, type, { message: errorText(error) }, context.now());
  try {
    await writeStatus({ extension, status, isAsked: false, isFresh: false }, context, AbortSignal.timeout(5000));
  } catch (second) {
    context.logger.warn("the status could not be written", {
      namespace: extension.metadata.namespace ?? "",
      error: errorText(second),
    });
  }
}
