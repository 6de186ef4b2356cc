import { isObject } from "../falco/base/json.ts";
import type { Client } from "../kube/client.ts";
import type { ObjectName } from "../kube/objects.ts";
import { resourceTypes } from "./resource-types.ts";

/**
 * Deletes a ManagedResource, its Secrets first: gardener-resource-manager goes by the resource's own status. Returns whether it is gone; it
 * is not while its objects are still being deleted, and then this has to be asked again.
 */
export async function removeManagedResource(name: ObjectName, client: Client, signal: AbortSignal): Promise<boolean> {
  const type = resourceTypes.managedResource;
  const live = await client.get(type, name, { signal });
  if (live === undefined) return true;
  if (live.metadata.deletionTimestamp !== undefined) return false;
  for (const secret of secretNames(live["spec"])) {
    await client.delete(resourceTypes.secret, { ...name, name: secret }, { signal });
  }
  await client.delete(type, name, { signal });
  return (await client.get(type, name, { signal })) === undefined;
}

function secretNames(spec: unknown): readonly string[] {
  const refs: readonly unknown[] = isObject(spec) && Array.isArray(spec["secretRefs"]) ? spec["secretRefs"] : [];
  return refs.flatMap((each) => (isObject(each) && typeof each["name"] === "string" ? [each["name"]] : []));
}
