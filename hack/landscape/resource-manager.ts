import { unbrotli } from "../../falco/base/compress.ts";
import { isObject } from "../../falco/base/json.ts";
import type { Outcome } from "../../falco/base/outcome.ts";
import { parseManifests } from "../../falco/base/yaml.ts";
import type { Client } from "../../kube/client.ts";
import { type KubeObject, type ObjectName, resource } from "../../kube/objects.ts";

const managedResources = resource("resources.gardener.cloud/v1alpha1", "ManagedResource");
const secrets = resource("v1", "Secret");
const unpackedLimit = 64 * 1024 * 1024;

/** Told of the objects of each ManagedResource that has been taken in. */
export type Applied = (name: ObjectName, objects: readonly KubeObject[]) => void;

/**
 * A stand-in for gardener-resource-manager, for one run over one ManagedResource: it unpacks what the Secrets hold and says in the status that
 * all of it is applied and healthy. There is no shoot here to apply it to.
 */
export async function acceptManagedResource(
  name: ObjectName,
  client: Client,
  { now, onApplied }: { readonly now: () => Date; readonly onApplied: Applied },
): Promise<Outcome> {
  const live = await client.get(managedResources, name);
  if (live === undefined || live.metadata.deletionTimestamp !== undefined) return { kind: "done" };
  const { status } = live;
  if (isObject(status) && status["observedGeneration"] === live.metadata.generation) return { kind: "done" };
  const objects = await unpack(live, client);
  const time = now()
    .toISOString()
    .replace(/\.\d+Z$/, "Z");
  const condition = (type: string, reason: string, value = "True"): object => {
    const message = "Stand-in: nothing has been applied to a real shoot.";
    return { type, status: value, reason, message, lastTransitionTime: time, lastUpdateTime: time };
  };
  const body = {
    status: {
      observedGeneration: live.metadata.generation,
      conditions: [
        condition("ResourcesApplied", "ApplySucceeded"),
        condition("ResourcesHealthy", "ResourcesHealthy"),
        condition("ResourcesProgressing", "ResourcesRolledOut", "False"),
      ],
      resources: objects.map(({ apiVersion, kind, metadata: { namespace, name: each } }) => ({
        apiVersion,
        kind,
        namespace,
        name: each,
      })),
    },
  };
  await client.patch(managedResources, name, { body, subresource: "status" });
  onApplied(name, objects);
  return { kind: "done" };
}

/** The objects that a ManagedResource's Secrets hold, in the order of Secrets and keys. */
export async function unpack(managedResource: KubeObject, client: Client): Promise<readonly KubeObject[]> {
  const { namespace = "" } = managedResource.metadata;
  const objects: KubeObject[] = [];
  for (const name of secretNames(managedResource)) {
    const secret = await client.get(secrets, { namespace, name });
    const data = isObject(secret?.["data"]) ? secret["data"] : {};
    for (const key of Object.keys(data).sort()) objects.push(...read(key, Buffer.from(String(data[key]), "base64")));
  }
  return objects;
}

function secretNames({ spec }: KubeObject): readonly string[] {
  const refs: readonly unknown[] = isObject(spec) && Array.isArray(spec["secretRefs"]) ? spec["secretRefs"] : [];
  return refs.flatMap((each) => (isObject(each) ? [String(each["name"])] : []));
}

function read(key: string, bytes: Uint8Array): readonly KubeObject[] {
  const text = key.endsWith(".br") ? unbrotli(bytes, unpackedLimit) : Buffer.from(bytes).toString("utf8");
  return parseManifests(text) as readonly KubeObject[];
}
