import { type ManagedResource, readManagedResource } from "../falco/api/gardener.ts";
import { isObject } from "../falco/base/json.ts";
import { absentIfNotFound } from "../kube/apply.ts";
import type { Client } from "../kube/client.ts";
import type { KubeObject, ObjectName } from "../kube/objects.ts";
import { resourceTypes } from "./resource-types.ts";

/** How far the deletion of a ManagedResource is. */
export interface Removal {
  readonly gone: boolean;
  /** What gardener-resource-manager says is still there. */
  readonly pending?: string;
  /** What gardener-resource-manager could not delete. */
  readonly failure?: string;
}

const type = resourceTypes.managedResource;

/**
 * Deletes a ManagedResource, its Secrets first: gardener-resource-manager goes by the resource's own status. While its objects are still being
 * deleted it is not gone, and then this has to be asked again.
 */
export async function removeManagedResource(name: ObjectName, client: Client, signal: AbortSignal): Promise<Removal> {
  const live = await client.get(type, name, { signal });
  if (live === undefined) return { gone: true };
  if (live.metadata.deletionTimestamp !== undefined) return progressOf(live);
  for (const secret of [...secretNames(live["spec"]), ...legacySecretNames(name)]) {
    await client.delete(resourceTypes.secret, { ...name, name: secret }, { signal });
  }
  await client.delete(type, name, { signal });
  const left = await client.get(type, name, { signal });
  return left === undefined ? { gone: true } : progressOf(left);
}

/** Tells gardener-resource-manager to leave the objects where they are when the ManagedResource goes. */
export async function keepObjects(name: ObjectName, client: Client, signal: AbortSignal): Promise<void> {
  const live = await client.get(type, name, { signal });
  const spec = live?.["spec"];
  if (live === undefined || (isObject(spec) && spec["keepObjects"] === true)) return;
  await absentIfNotFound(client.patch(type, name, { body: { spec: { keepObjects: true } }, signal }));
}

function progressOf(live: KubeObject): Removal {
  const read = readManagedResource(live);
  const status: ManagedResource["status"] = read.ok ? read.value.status : undefined;
  const applied = status?.conditions?.find((each) => each.type === "ResourcesApplied");
  if (applied?.reason === "DeletionFailed") return { gone: false, failure: applied.message ?? applied.reason };
  if (applied?.reason === "DeletionPending") return { gone: false, pending: applied.message ?? applied.reason };
  return { gone: false };
}

/** The Secrets that the spec of a ManagedResource refers to. */
export function secretNames(spec: unknown): readonly string[] {
  const refs: readonly unknown[] = isObject(spec) && Array.isArray(spec["secretRefs"]) ? spec["secretRefs"] : [];
  return refs.flatMap((each) => (isObject(each) && typeof each["name"] === "string" ? [each["name"]] : []));
}

/** Before names followed from contents, a Secret was named like its ManagedResource, with the prefix or without. */
function legacySecretNames({ name }: ObjectName): readonly string[] {
  return [`managedresource-${name}`, name];
}
