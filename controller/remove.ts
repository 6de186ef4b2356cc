import type { Extension } from "../falco/api/gardener.ts";
import type { Outcome } from "../falco/base/outcome.ts";
import { isHibernated } from "../falco/desired/cluster-facts.ts";
import { identitySecretName } from "../falco/desired/identity.ts";
import { managedResourceNames } from "../falco/objects/managed-resource.ts";
import { keyOf } from "../kube/objects.ts";
import type { ControllerContext } from "./context.ts";
import { nameOfExtension } from "./extension-writes.ts";
import { isForceDeleted } from "./operation.ts";
import { type Removal, removeManagedResource } from "./remove-managed-resource.ts";
import { resourceTypes } from "./resource-types.ts";

/** How long until it is looked again whether objects are gone; their watch announces it before. In seconds. */
const deletionSeconds = 30;

/**
 * Takes Falco away: first what runs in the cluster, and only when that is gone the certificates and what stands beside the control plane. Each
 * step can be taken again; while objects are still being deleted the outcome is to wait. A shoot that is deleted by force is not waited for:
 * Gardener itself makes sure that the ManagedResources go.
 */
export async function remove(extension: Extension, context: ControllerContext, signal: AbortSignal): Promise<Outcome> {
  const name = nameOfExtension(extension);
  const { namespace } = name;
  const { client, known, memory, names } = context;
  memory.delete(keyOf(name));
  const cluster = known.clusters.get(namespace);
  const waits = !isForceDeleted(cluster);
  const target = await removeManagedResource({ namespace, name: names.target }, client, signal);
  if (waits && !target.gone) {
    const sleeps = cluster !== undefined && isHibernated(cluster);
    return deleting(names.target, target, sleeps ? "; the shoot is hibernated, so this goes on when it wakes up" : "");
  }
  await client.delete(resourceTypes.secret, { namespace, name: identitySecretName }, { signal });
  const spare = managedResourceNames["control-plane"];
  const controlPlane = await removeManagedResource({ namespace, name: spare }, client, signal);
  return waits && !controlPlane.gone ? deleting(spare, controlPlane) : { kind: "done" };
}

/** What to wait for; throws when gardener-resource-manager says that it cannot go on: then it is tried again, and the user sees why. */
export function deleting(name: string, { pending, failure }: Removal, because = ""): Outcome {
  if (failure !== undefined) throw new Error(`The ManagedResource ${name} cannot be deleted: ${failure}`);
  const detail = pending === undefined ? "" : ` (${pending})`;
  return {
    kind: "waiting",
    for: `the deletion of the ManagedResource ${name}${because}${detail}`,
    afterSeconds: deletionSeconds,
  };
}
