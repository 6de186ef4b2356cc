import { canonicalJson, equalJson, isObject, sha256Hex } from "../falco/base/json.ts";
import type { ManagedResource } from "../falco/objects/managed-resource.ts";
import { absentIfNotFound, patchDifference, type WriteTarget } from "../kube/apply.ts";
import type { Client } from "../kube/client.ts";
import { isAlreadyExists, isConflict, isNotFound } from "../kube/errors.ts";
import type { KubeObject, ObjectToWrite } from "../kube/objects.ts";
import type { LiveManagedResource } from "./context.ts";
import { secretNames } from "./remove-managed-resource.ts";
import { resourceTypes } from "./resource-types.ts";

/**
 * Makes a ManagedResource what it should be: its Secrets first, whose names follow from their content, then the resource itself. Nothing is
 * written when nothing differs from `known`. That may lag behind, in which case the server refuses the write and the resource is read afresh.
 * Returns what identifies its content, as `contentOf` does.
 */
export async function writeManagedResource(
  { managedResource, secrets }: ManagedResource,
  known: LiveManagedResource | undefined,
  client: Client,
  signal: AbortSignal,
): Promise<string> {
  if (known !== undefined && isAsDesired(known, managedResource) && !lacksSecrets(known)) return contentOf(known);
  for (const secret of missingSecrets(secrets, known)) await createSecret(secret, client, signal);
  const target = { client, type: resourceTypes.managedResource, name: nameOf(managedResource), signal };
  try {
    return contentOf(await put(known, managedResource, target));
  } catch (error) {
    if (!isConflict(error) && !isAlreadyExists(error) && !isNotFound(error)) throw error;
  }
  const live = await client.get(target.type, target.name, { signal });
  return contentOf(await put(live, managedResource, target));
}

/** Creates the resource, or writes what differs from how it was read. */
async function put(
  present: LiveManagedResource | undefined,
  desired: Desired,
  target: WriteTarget,
): Promise<LiveManagedResource> {
  const { client, type, signal } = target;
  if (present === undefined) return client.create(type, desired, { signal });
  if (isAsDesired(present, desired)) return present;
  await labelLegacySecrets(present, target);
  const { apiVersion, kind, spec } = desired;
  const { name } = target.name;
  const before = { apiVersion, kind, ...present, metadata: { ...present.metadata, name } };
  const wanted = { apiVersion, kind, metadata: { name, ...wantedMetadata(present, desired) }, spec };
  return (await patchDifference(target, before, wanted)).object;
}

/** Those that have to be written: what the resource refers to already is there, or gardener-resource-manager says that it is not. */
function missingSecrets(
  secrets: ManagedResource["secrets"],
  known: LiveManagedResource | undefined,
): ManagedResource["secrets"] {
  if (known === undefined || lacksSecrets(known)) return secrets;
  const written = secretNames(known.spec);
  return secrets.filter(({ metadata }) => !written.includes(metadata.name));
}

async function createSecret(secret: ObjectToWrite, client: Client, signal: AbortSignal): Promise<void> {
  try {
    await client.create(resourceTypes.secret, secret, { signal });
  } catch (error) {
    // The same name is the same content: it was written before a reconcile was cut off.
    if (!isAlreadyExists(error)) throw error;
  }
}

/** Whether gardener-resource-manager says that the latest version is applied and every pod is of it. */
export function hasRolledOut({ metadata, status }: LiveManagedResource): boolean {
  if (status?.observedGeneration !== metadata.generation) return false;
  const said = (type: string, value: string, reason?: string): boolean =>
    status?.conditions?.some(
      (each) => each.type === type && each.status === value && (reason ?? each.reason) === each.reason,
    ) === true;
  // One that is ignored does not progress, either; only the reason tells.
  return said("ResourcesApplied", "True") && said("ResourcesProgressing", "False", "ResourcesRolledOut");
}

/**
 * Secrets that the resource refers to no longer are left to Gardener's garbage collector, which goes by a label. Those whose names follow from
 * their content have had it from the beginning.
 */
async function labelLegacySecrets(
  { spec }: LiveManagedResource,
  { client, name: { namespace = "" }, signal }: WriteTarget,
): Promise<void> {
  for (const name of secretNames(spec).filter((each) => !/-[0-9a-f]{8}$/.test(each))) {
    const body = { metadata: { labels: { "resources.gardener.cloud/garbage-collectable-reference": "true" } } };
    await absentIfNotFound(client.patch(resourceTypes.secret, { namespace, name }, { body, signal }));
  }
}

type Desired = ManagedResource["managedResource"];
interface Identifying {
  readonly uid?: string;
  readonly generation?: number;
}
type Labelled = Pick<KubeObject["metadata"], "labels" | "annotations">;

function nameOf({ metadata }: Desired): { readonly name: string; readonly namespace: string } {
  return { name: metadata.name, namespace: metadata.namespace ?? "" };
}

/** The same for as long as the object is the same one and nobody has changed its spec or its metadata. Its status does not count. */
export function contentOf({ metadata }: { readonly metadata: Identifying & Labelled }): string {
  const { uid = "", generation = 0, labels = {}, annotations = {} } = metadata;
  return `${uid} ${String(generation)} ${sha256Hex(canonicalJson([labels, annotations])).slice(0, 16)}`;
}

/** Whether gardener-resource-manager says that a Secret is not there: somebody has deleted it. */
export function lacksSecrets({ status }: LiveManagedResource): boolean {
  return status?.conditions?.some(({ reason }) => reason === "CannotReadSecret") === true;
}

function isAsDesired(present: { readonly metadata: Labelled; readonly spec?: unknown }, desired: Desired): boolean {
  const { labels = {}, annotations = {} } = present.metadata;
  return (
    equalJson(present.spec, desired["spec"]) && equalJson({ labels, annotations }, wantedMetadata(present, desired))
  );
}

const reference = "reference.resources.gardener.cloud/";

/** What others have added stays; references to Secrets of earlier contents go. */
function wantedMetadata({ metadata }: { readonly metadata: Labelled }, desired: Desired): Required<Labelled> {
  const kept = Object.entries(metadata.annotations ?? {}).filter(([name]) => !name.startsWith(reference));
  return {
    labels: { ...metadata.labels, ...texts(desired.metadata["labels"]) },
    annotations: { ...Object.fromEntries(kept), ...texts(desired.metadata["annotations"]) },
  };
}

function texts(value: unknown): Readonly<Record<string, string>> {
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)])) : {};
}
