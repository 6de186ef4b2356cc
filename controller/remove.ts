import type { Extension } from "../falco/api/gardener.ts";
import type { Outcome } from "../falco/base/outcome.ts";
import { identitySecretName } from "../falco/desired/identity.ts";
import { managedResourceNames } from "../falco/objects/managed-resource.ts";
import { keyOf } from "../kube/objects.ts";
import type { ControllerContext } from "./context.ts";
import { removeManagedResource } from "./remove-managed-resource.ts";
import { resourceTypes } from "./resource-types.ts";

/** How long until it is looked again whether objects are gone, if nothing announces it before. In seconds. */
const deletionSeconds = 5;

/**
 * Takes Falco away: first what runs in the cluster, and only when that is gone the certificates and what stands beside the control plane. Each
 * step can be taken again; while objects are still being deleted the outcome is to wait.
 */
export async function remove(extension: Extension, context: ControllerContext, signal: AbortSignal): Promise<Outcome> {
  const { namespace = "", name = "" } = extension.metadata;
  const { client } = context;
  context.memory.delete(keyOf({ namespace, name }));
  const target = managedResourceNames.shoot;
  if (!(await removeManagedResource({ namespace, name: target }, client, signal))) return deleting(target);
  await client.delete(resourceTypes.secret, { namespace, name: identitySecretName }, { signal });
  const controlPlane = managedResourceNames["control-plane"];
  if (!(await removeManagedResource({ namespace, name: controlPlane }, client, signal))) return deleting(controlPlane);
  return { kind: "done" };
}

function deleting(name: string): Outcome {
  return { kind: "waiting", for: `the deletion of the ManagedResource ${name}`, afterSeconds: deletionSeconds };
}
