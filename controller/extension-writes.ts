import { type Extension, readExtension } from "../falco/api/gardener.ts";
import { ensureFinalizer, removeFinalizer, retryConflicts, type WriteTarget } from "../kube/apply.ts";
import type { Client } from "../kube/client.ts";
import type { KubeObject } from "../kube/objects.ts";
import { extensionFinalizer, isMigrated, operationAnnotation, requestedOperation } from "./operation.ts";
import { resourceTypes } from "./resource-types.ts";

const type = resourceTypes.extension;

/** What has become of a request that was found on an object. */
export interface Taken {
  /** The object as it is now; undefined when it is gone. */
  readonly present: Extension | undefined;
  /** Whether it was taken off just now; if not, that was done before, or another one has taken its place. */
  readonly isTaken: boolean;
}

/** Takes the request that stands on `extension` off the object, unless another one has taken its place meanwhile. */
export async function removeRequest(extension: Extension, client: Client, signal: AbortSignal): Promise<void> {
  await answerRequest(extension, () => ({}), { client, signal });
}

/** The same, and with the same write our finalizer is put on an object that is there to stay. */
export function takeUp(extension: Extension, client: Client, signal: AbortSignal): Promise<Taken> {
  return answerRequest(extension, protection, { client, signal });
}

function protection(present: Extension): { readonly finalizers?: readonly string[] } {
  const { finalizers = [], deletionTimestamp } = present.metadata;
  const leaves = deletionTimestamp !== undefined || isMigrated(present);
  return leaves || finalizers.includes(extensionFinalizer) ? {} : { finalizers: [...finalizers, extensionFinalizer] };
}

async function answerRequest(
  extension: Extension,
  alongWith: (present: Extension) => object,
  { client, signal }: { readonly client: Client; readonly signal: AbortSignal },
): Promise<Taken> {
  const request = requestedOperation(extension);
  let present: Extension | undefined = extension;
  return retryConflicts(async () => {
    present ??= await readLive(extension, client, signal);
    if (present === undefined || requestedOperation(present) !== request) return { present, isTaken: false };
    const { resourceVersion } = present.metadata;
    const body = {
      metadata: { resourceVersion, annotations: { [operationAnnotation]: null }, ...alongWith(present) },
    };
    // Should this fail, the next attempt looks at the object as it is then.
    present = undefined;
    return {
      present: toExtension(await client.patch(type, nameOfExtension(extension), { body, signal })),
      isTaken: true,
    };
  });
}

/** Puts our finalizer on the object. Returns the object as it is then; undefined when it is gone. */
export function protect(extension: Extension, client: Client, signal: AbortSignal): Promise<Extension | undefined> {
  return changeLive(extension, client, signal, ensureFinalizer);
}

/** Takes our finalizer off the object, which may then go. */
export async function release(extension: Extension, client: Client, signal: AbortSignal): Promise<void> {
  await changeLive(extension, client, signal, removeFinalizer);
}

/**
 * Lets go of an object whose shoot has moved away: all finalizers are taken off, and the request last of all. Gardener goes on, and deletes
 * the object, when both are gone.
 */
export async function handOver(extension: Extension, client: Client, signal: AbortSignal): Promise<void> {
  const name = nameOfExtension(extension);
  await retryConflicts(async () => {
    const { finalizers = [], resourceVersion } = (await readLive(extension, client, signal))?.metadata ?? {};
    if (finalizers.length === 0) return;
    await client.patch(type, name, { body: { metadata: { resourceVersion, finalizers: null } }, signal });
  });
  const left = await readLive(extension, client, signal);
  if (left !== undefined && requestedOperation(left) === requestedOperation(extension)) {
    await removeRequest(left, client, signal);
  }
}

/** Finalizers are a list that is written as a whole, so they are changed on the object as it is now. */
async function changeLive(
  extension: Extension,
  client: Client,
  signal: AbortSignal,
  change: (target: WriteTarget, present: KubeObject, finalizer: string) => Promise<KubeObject | undefined>,
): Promise<Extension | undefined> {
  const target = { client, type, name: nameOfExtension(extension), signal };
  const changed = await retryConflicts(async () => {
    const live = await client.get(type, target.name, { signal });
    if (live === undefined || live.metadata.uid !== extension.metadata.uid) return undefined;
    return change(target, live, extensionFinalizer);
  });
  return changed && toExtension(changed);
}

/** The object as it is; undefined when it is gone, even if there is another one of its name. */
export async function readLive(
  extension: Extension,
  client: Client,
  signal: AbortSignal,
): Promise<Extension | undefined> {
  const live = await client.get(type, nameOfExtension(extension), { signal });
  return live === undefined || live.metadata.uid !== extension.metadata.uid ? undefined : toExtension(live);
}

function toExtension(object: KubeObject): Extension {
  const read = readExtension(object);
  if (!read.ok) throw new Error("the API server sent an Extension that cannot be read");
  return read.value;
}

/** Where an Extension is. */
export function nameOfExtension({ metadata }: Extension): { readonly namespace: string; readonly name: string } {
  return { namespace: metadata.namespace ?? "", name: metadata.name ?? "" };
}
