import { isObject } from "../../falco/base/json.ts";
import type { Outcome } from "../../falco/base/outcome.ts";
import { extensionType, readShoot, type NamedResource, type Shoot } from "../../falco/api/gardener.ts";
import type { Client } from "../../kube/client.ts";
import { type KubeObject, type ObjectName, resource, type ResourceType } from "../../kube/objects.ts";

/** The kinds that Gardener's side of the landscape works with. */
export const gardenTypes = {
  shoot: resource("core.gardener.cloud/v1beta1", "Shoot"),
  extension: resource("extensions.gardener.cloud/v1alpha1", "Extension"),
  cluster: resource("extensions.gardener.cloud/v1alpha1", "Cluster", { namespaced: false }),
  namespace: resource("v1", "Namespace", { namespaced: false }),
  secret: resource("v1", "Secret"),
  configMap: resource("v1", "ConfigMap"),
} as const;

const fieldManager = "gardenlet-stand-in";
const finalizer = "gardener";

/** What a shoot's Cluster is made of beside the Shoot. */
export interface LandscapeObjects {
  readonly cluster: KubeObject;
  readonly seed: KubeObject;
}

/**
 * A stand-in for gardenlet, for one run over one Shoot: the control plane's namespace, the Cluster, copies of what the shoot refers to, and
 * the Extension with its request to reconcile; all of it taken away again when the Shoot is deleted. It does what an extension meets of
 * gardenlet and nothing else.
 */
export async function tendShoot(
  name: ObjectName,
  landscape: LandscapeObjects,
  client: Client,
  now: () => Date,
): Promise<Outcome> {
  const live = await client.get(gardenTypes.shoot, name);
  const read = live === undefined ? undefined : readShoot(live);
  if (live === undefined || read?.ok !== true) return { kind: "done" };
  if (read.value.metadata.deletionTimestamp !== undefined) return removeShoot(live, client);
  const shoot = await withStatus(live, client);
  const namespace = technicalIdOf(shoot);
  await client.apply(gardenTypes.namespace, namespaceOf(namespace), { fieldManager, force: true });
  await client.apply(gardenTypes.cluster, clusterOf(namespace, shoot, landscape), { fieldManager, force: true });
  for (const each of read.value.spec?.resources ?? [])
    await copyReference(each, name.namespace ?? "", namespace, client);
  await deployExtension(read.value, namespace, client, now());
  return { kind: "done" };
}

/** The namespace of a shoot's control plane: `shoot--<project>--<name>`. */
export function technicalIdOf({ metadata }: Pick<KubeObject, "metadata">): string {
  return `shoot--${(metadata.namespace ?? "").replace(/^garden-/, "")}--${metadata.name}`;
}

/** The shoot with Gardener's finalizer and a status, as after its first reconcile. */
async function withStatus(shoot: KubeObject, client: Client): Promise<KubeObject> {
  const { name, namespace, uid = "", finalizers = [] } = shoot.metadata;
  const target = { name, ...(namespace !== undefined && { namespace }) };
  if (!finalizers.includes(finalizer)) {
    await client.patch(gardenTypes.shoot, target, { body: { metadata: { finalizers: [...finalizers, finalizer] } } });
  }
  const technicalID = technicalIdOf(shoot);
  const status = { technicalID, uid, clusterIdentity: `${technicalID}-${uid}-local` };
  return client.patch(gardenTypes.shoot, target, { body: { status }, subresource: "status" });
}

function namespaceOf(name: string): KubeObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { "gardener.cloud/role": "shoot" } } };
}

function clusterOf(name: string, shoot: KubeObject, { cluster, seed }: LandscapeObjects): KubeObject {
  const spec = isObject(cluster["spec"]) ? cluster["spec"] : {};
  const { annotations = {} } = cluster.metadata;
  return {
    apiVersion: cluster.apiVersion,
    kind: cluster.kind,
    metadata: { name, annotations },
    spec: { ...spec, seed: withoutManagedFields(seed), shoot: withoutManagedFields(shoot) },
  };
}

function withoutManagedFields(object: KubeObject): KubeObject {
  const metadata = Object.entries(object.metadata).filter(([field]) => field !== "managedFields");
  return { ...object, metadata: { ...Object.fromEntries(metadata), name: object.metadata.name } };
}

/** Copies a Secret or ConfigMap of the project into the control plane's namespace, under its name with `ref-` before it. */
async function copyReference({ resourceRef }: NamedResource, from: string, to: string, client: Client): Promise<void> {
  const types: Readonly<Record<string, ResourceType>> = {
    Secret: gardenTypes.secret,
    ConfigMap: gardenTypes.configMap,
  };
  const type = types[resourceRef.kind];
  const original = type === undefined ? undefined : await client.get(type, { namespace: from, name: resourceRef.name });
  if (type === undefined || original === undefined) return;
  const { apiVersion, kind } = original;
  const content = Object.fromEntries(
    ["data", "binaryData", "type"].flatMap((field) =>
      original[field] === undefined ? [] : [[field, original[field]]],
    ),
  );
  const metadata = { namespace: to, name: `ref-${resourceRef.name}` };
  await client.apply(type, { apiVersion, kind, metadata, ...content }, { fieldManager, force: true });
}

async function deployExtension(shoot: Shoot, namespace: string, client: Client, now: Date): Promise<void> {
  const entry = shoot.spec?.extensions?.find(({ type, disabled }) => type === extensionType && disabled !== true);
  if (entry === undefined) {
    await deleteExtension(namespace, client);
    return;
  }
  const extension = {
    apiVersion: "extensions.gardener.cloud/v1alpha1",
    kind: "Extension",
    metadata: {
      namespace,
      name: extensionType,
      annotations: { "gardener.cloud/operation": "reconcile", "gardener.cloud/timestamp": now.toISOString() },
    },
    spec: { type: extensionType, ...(entry.providerConfig !== undefined && { providerConfig: entry.providerConfig }) },
  };
  await client.apply(gardenTypes.extension, extension, { fieldManager, force: true });
}

async function deleteExtension(namespace: string, client: Client): Promise<boolean> {
  const name = { namespace, name: extensionType };
  const live = await client.get(gardenTypes.extension, name);
  if (live === undefined) return true;
  if (live.metadata.deletionTimestamp === undefined) {
    const body = { metadata: { annotations: { "confirmation.gardener.cloud/deletion": "true" } } };
    await client.patch(gardenTypes.extension, name, { body });
    await client.delete(gardenTypes.extension, name);
  }
  return (await client.get(gardenTypes.extension, name)) === undefined;
}

/** First the Extension, which has to be gone, then the rest, and the Shoot itself last. */
async function removeShoot(shoot: KubeObject, client: Client): Promise<Outcome> {
  const namespace = technicalIdOf(shoot);
  if (!(await deleteExtension(namespace, client))) {
    return { kind: "waiting", for: "the deletion of the Extension", afterSeconds: 0.2 };
  }
  await client.delete(gardenTypes.cluster, { name: namespace });
  await client.delete(gardenTypes.namespace, { name: namespace });
  const { name, namespace: project, finalizers = [], resourceVersion } = shoot.metadata;
  const body = { metadata: { resourceVersion, finalizers: finalizers.filter((each) => each !== finalizer) } };
  await client.patch(gardenTypes.shoot, { name, ...(project !== undefined && { namespace: project }) }, { body });
  return { kind: "done" };
}
