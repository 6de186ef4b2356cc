import { type Extension, readExtension } from "../falco/api/gardener.ts";
import { ensureFinalizer, removeFinalizer, retryConflicts, type WriteTarget } from "../kube/apply.ts";
import type { Client } from "../kube/client.ts";
import type { KubeObject } from "../kube/objects.ts";
import { extensionFinalizer, operationAnnotation } from "./operation.ts";
import { resourceTypes } from "./resource-types.ts";

const type = resourceTypes.extension;

/** Takes the request off an Extension; returns the object as it is then. */
export async function removeRequest(extension: Extension, client: Client, signal: AbortSignal): Promise<Extension> {
  const body = { metadata: { annotations: { [operationAnnotation]: null } } };
  return toExtension(await client.patch(type, nameOf(extension), { body, signal }));
}

/** Puts our finalizer on the object. */
export async function protect(extension: Extension, client: Client, signal: AbortSignal): Promise<void> {
  await changeLive(extension, client, signal, ensureFinalizer);
}

/** Takes our finalizer off the object, which may then go. */
export async function release(extension: Extension, client: Client, signal: AbortSignal): Promise<void> {
  await changeLive(extension, client, signal, removeFinalizer);
}

/** Finalizers are a list that is written as a whole, so they are changed on the object as it is now. */
async function changeLive(
  extension: Extension,
  client: Client,
  signal: AbortSignal,
  change: (target: WriteTarget, present: KubeObject, finalizer: string) => Promise<unknown>,
): Promise<void> {
  const target = { client, type, name: nameOf(extension), signal };
  await retryConflicts(async () => {
    const live = await client.get(type, target.name, { signal });
    if (live !== undefined) await change(target, live, extensionFinalizer);
  });
}

function toExtension(object: KubeObject): Extension {
  const read = readExtension(object);
  if (!read.ok) throw new Error("the API server sent an Extension that cannot be read");
  return read.value;
}

function nameOf({ metadata }: Extension): { readonly namespace: string; readonly name: string } {
  return { namespace: metadata.namespace ?? "", name: metadata.name ?? "" };
}
