/** Writing objects as those do who are not the controller: through the API, and the status through its subresource. */
import { equalJson } from "../../falco/base/json.ts";
import type { Client } from "../../kube/client.ts";
import { isConflict } from "../../kube/errors.ts";
import { type KubeObject, type ObjectName, resource, type ResourceType } from "../../kube/objects.ts";

/** Creates the object, or replaces it; a status in it is written as well. */
export async function putObject(client: Client, object: KubeObject): Promise<void> {
  const { namespace } = object.metadata;
  const type = resource(object.apiVersion, object.kind, { namespaced: namespace !== undefined });
  await untilNoConflict(async () => {
    const live = await client.get(type, object.metadata);
    if (live !== undefined) await write(client, type, { live, wanted: object });
    else await writeStatus(client, type, { live: await client.create(type, object), wanted: object });
  });
}

/** Changes an object that is there, its status included; asks again what to change should somebody else have written meanwhile. */
export async function editObject(
  client: Client,
  { type, name }: { readonly type: ResourceType; readonly name: ObjectName },
  change: (live: KubeObject) => KubeObject,
): Promise<void> {
  await untilNoConflict(async () => {
    const live = await client.get(type, name);
    if (live === undefined)
      throw new Error(`there is no ${type.kind} ${name.name} in ${name.namespace ?? "the cluster"}`);
    await write(client, type, { live, wanted: change(live) });
  });
}

/** Removes an object at once, whatever its finalizers. */
export async function removeObject(client: Client, type: ResourceType, name: ObjectName): Promise<void> {
  const live = await client.get(type, name);
  if (live === undefined) return;
  if (live.metadata.finalizers !== undefined) {
    await client.patch(type, name, { body: { metadata: { finalizers: null } } });
  }
  await client.delete(type, name);
}

/** All objects of a type, in one namespace or in all. */
export async function listObjects(
  client: Client,
  type: ResourceType,
  namespace?: string,
): Promise<readonly KubeObject[]> {
  return (await client.list(type, { namespace })).items;
}

interface Replacement {
  readonly live: KubeObject;
  readonly wanted: KubeObject;
}

async function write(client: Client, type: ResourceType, { live, wanted }: Replacement): Promise<void> {
  const { resourceVersion = "" } = live.metadata;
  const main: KubeObject = { ...wanted, metadata: { ...wanted.metadata, resourceVersion }, status: live["status"] };
  const written = equalJson(main, live) ? live : await client.update(type, main);
  await writeStatus(client, type, { live: written, wanted });
}

async function writeStatus(client: Client, type: ResourceType, { live, wanted }: Replacement): Promise<void> {
  const { status } = wanted;
  if (status === undefined || equalJson(status, live["status"])) return;
  const object: KubeObject = { ...live, status };
  await client.update(type, object, { subresource: "status" });
}

async function untilNoConflict(attempt: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }
}
