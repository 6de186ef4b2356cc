import { type Extension, readExtension } from "../falco/api/gardener.ts";
import { type Client } from "../kube/client.ts";
import { type KubeObject } from "../kube/objects.ts";
import { extensionFinalizer, operationAnnotation } from "./operation.ts";
import { resourceTypes } from "./resource-types.ts";

/** Takes the request off an Extension; returns the object as it is then. */
export async function removeAnnotation(extension: Extension, client: Client, signal: AbortSignal): Promise<Extension> {
  return patch(extension, { annotations: { [operationAnnotation]: null } }, client, signal);
}

/** Puts our finalizer on. The list is replaced as a whole, so a writer in between makes it a conflict. */
export async function addFinalizer(extension: Extension, client: Client, signal: AbortSignal): Promise<Extension> {
  const { finalizers = [], resourceVersion } = extension.metadata;
  return patch(extension, { resourceVersion, finalizers: [...finalizers, extensionFinalizer] }, client, signal);
}

/** Takes our finalizer off the object as it is now: the status has just been written. */
export async function removeFinalizer(extension: Extension, client: Client, signal: AbortSignal): Promise<void> {
  const live = await client.get(resourceTypes.extension, nameOf(extension), { signal });
  if (live?.metadata.finalizers?.includes(extensionFinalizer) !== true) return;
  const finalizers = live.metadata.finalizers.filter((each) => each !== extensionFinalizer);
  await patch(extension, { resourceVersion: live.metadata.resourceVersion, finalizers }, client, signal);
}

async function patch(extension: Extension, metadata: object, client: Client, signal: AbortSignal): Promise<Extension> {
  const written = await client.patch(resourceTypes.extension, nameOf(extension), { body: { metadata }, signal });
  return toExtension(written);
}

function toExtension(object: KubeObject): Extension {
  const read = readExtension(object);
  if (!read.ok) throw new Error("the API server sent an Extension that cannot be read");
  return read.value;
}

function nameOf({ metadata }: Extension): { readonly namespace: string; readonly name: string } {
  return { namespace: metadata.namespace ?? "", name: metadata.name ?? "" };
}
