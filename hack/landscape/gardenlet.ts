import { isObject } from "../../falco/base/json.ts";
import type { Outcome } from "../../falco/base/outcome.ts";
import { extensionType, readSeed, readShoot, type NamedResource } from "../../falco/api/gardener.ts";
import type { Client } from "../../kube/client.ts";
import { type KubeObject, type ObjectName, resource, type ResourceType } from "../../kube/objects.ts";

/** The kinds that Gardener's side of the landscape works with. */
export const gardenTypes = {
  shoot: resource("core.gardener.cloud/v1beta1", "Shoot"),
  seed: resource("core.gardener.cloud/v1beta1", "Seed", { namespaced: false }),
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
  if (live === undefined) return { kind: "done" };
  const read = readShoot(live);
  if (!read.ok) return { kind: "done" };
  if (read.value.metadata.deletionTimestamp !== undefined) return removeShoot(live, client);
  const shoot = await withStatus(live, client);
  const namespace = controlPlaneOf(shoot);
  await client.apply(gardenTypes.namespace, namespaceOf(namespace), { fieldManager, force: true });
  await client.apply(gardenTypes.cluster, clusterOf(namespace, shoot, landscape), { fieldManager, force: true });
  const { resources = [], extensions = [] } = read.value.spec ?? {};
  const missing = await copyReferences(resources, live.metadata.namespace ?? "", namespace, client);
  await deployExtension(extensions, { namespace, now: now() }, client);
  await removeRequest(gardenTypes.shoot, live, client);
  return missing;
}

/** The same for a Seed, whose extensions and references are in the namespace `garden`. */
export async function tendSeed(name: ObjectName, client: Client, now: () => Date): Promise<Outcome> {
  const live = await client.get(gardenTypes.seed, name);
  if (live === undefined) return { kind: "done" };
  const read = readSeed(live);
  if (!read.ok) return { kind: "done" };
  const { resources = [], extensions = [] } = read.value.spec ?? {};
  const status = { clusterIdentity: `seed-${name.name}-identity`, kubernetesVersion: "1.34.1" };
  if (read.value.status?.clusterIdentity === undefined) {
    await client.patch(gardenTypes.seed, name, { body: { status }, subresource: "status" });
  }
  const missing = await copyReferences(resources, "garden", "garden", client);
  await deployExtension(extensions, { namespace: "garden", now: now(), class: "seed" }, client);
  await removeRequest(gardenTypes.seed, live, client);
  return missing;
}

/** Takes `gardener.cloud/operation` off: what was asked for has been passed on. */
async function removeRequest(type: ResourceType, { metadata }: KubeObject, client: Client): Promise<void> {
  if (metadata.annotations?.["gardener.cloud/operation"] === undefined) return;
  const { name, namespace } = metadata;
  const body = { metadata: { annotations: { "gardener.cloud/operation": null } } };
  await client.patch(type, { name, ...(namespace !== undefined && { namespace }) }, { body });
}

/** The namespace of a shoot's control plane, `shoot--<project>--<name>`; of a Seed's own extensions, `garden`. */
export function controlPlaneOf({ kind, metadata }: Pick<KubeObject, "kind" | "metadata">): string {
  if (kind === "Seed") return "garden";
  return `shoot--${(metadata.namespace ?? "").replace(/^garden-/, "")}--${metadata.name}`;
}

/** The shoot with Gardener's finalizer and a status, as after its first reconcile. */
async function withStatus(shoot: KubeObject, client: Client): Promise<KubeObject> {
  const { name, namespace, uid = "", finalizers = [] } = shoot.metadata;
  const target = { name, ...(namespace !== undefined && { namespace }) };
  if (!finalizers.includes(finalizer)) {
    await client.patch(gardenTypes.shoot, target, { body: { metadata: { finalizers: [...finalizers, finalizer] } } });
  }
  const technicalID = controlPlaneOf(shoot);
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

/** Copies what `spec.resources` names; what does not exist (yet) is looked for again, as gardenlet's next try would. */
async function copyReferences(
  resources: readonly NamedResource[],
  from: string,
  to: string,
  client: Client,
): Promise<Outcome> {
  const copied = await Promise.all(resources.map((each) => copyReference(each, from, to, client)));
  if (copied.every(Boolean)) return { kind: "done" };
  return { kind: "waiting", for: "objects that spec.resources refers to", afterSeconds: 0.5 };
}

/** Copies a Secret or ConfigMap into the control plane's namespace, under its name with `ref-` before it. */
async function copyReference(
  { resourceRef }: NamedResource,
  from: string,
  to: string,
  client: Client,
): Promise<boolean> {
  const types: Readonly<Record<string, ResourceType>> = {
    Secret: gardenTypes.secret,
    ConfigMap: gardenTypes.configMap,
  };
  const type = types[resourceRef.kind];
  if (type === undefined) return true;
  const original = await client.get(type, { namespace: from, name: resourceRef.name });
  if (original === undefined) return false;
  const { apiVersion, kind } = original;
  const content = ["data", "binaryData", "type"].flatMap((field) =>
    original[field] === undefined ? [] : [[field, original[field]] as const],
  );
  const metadata = { namespace: to, name: `ref-${resourceRef.name}` };
  await client.apply(
    type,
    { apiVersion, kind, metadata, ...Object.fromEntries(content) },
    { fieldManager, force: true },
  );
  return true;
}

interface ExtensionInput {
  readonly namespace: string;
  readonly now: Date;
  readonly class?: "seed";
}

async function deployExtension(
  entries: readonly { readonly type: string; readonly disabled?: boolean; readonly providerConfig?: unknown }[],
  { namespace, now, ...rest }: ExtensionInput,
  client: Client,
): Promise<void> {
  const entry = entries.find(({ type, disabled }) => type === extensionType && disabled !== true);
  if (entry === undefined) {
    await deleteExtension(namespace, client);
    return;
  }
  const { providerConfig } = entry;
  const extension = {
    apiVersion: "extensions.gardener.cloud/v1alpha1",
    kind: "Extension",
    metadata: {
      namespace,
      name: extensionType,
      annotations: { "gardener.cloud/operation": "reconcile", "gardener.cloud/timestamp": now.toISOString() },
    },
    spec: { type: extensionType, ...rest, ...(providerConfig !== undefined && { providerConfig }) },
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
  const namespace = controlPlaneOf(shoot);
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
