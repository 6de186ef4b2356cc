import { type Outcome } from "../falco/base/outcome.ts";
import { equalJson } from "../falco/base/json.ts";
import { isHibernated } from "../falco/desired/cluster-facts.ts";
import { managedResourceNames } from "../falco/objects/managed-resource.ts";
import { keyOf, type ObjectName } from "../kube/objects.ts";
import { type ControllerContext } from "./context.ts";
import { healthFindings } from "./health.ts";
import { mergeConditions } from "./status.ts";
import { resourceTypes } from "./resource-types.ts";

/**
 * Writes the health of one cluster's Falco into its Extension's conditions, if it is new. Apart from the reconcile, which does not wait until
 * anything is healthy. For seeds nothing reads conditions: Gardener checks the ManagedResources there itself.
 */
export async function checkHealth(name: ObjectName, context: ControllerContext, signal: AbortSignal): Promise<Outcome> {
  const extension = context.known.extensions.get(keyOf(name));
  const { namespace = "" } = name;
  const cluster = context.known.clusters.get(namespace);
  const isGoing = extension?.metadata.deletionTimestamp !== undefined;
  if (extension?.status === undefined || isGoing || cluster === undefined) return { kind: "done" };
  const resourceOf = (target: keyof typeof managedResourceNames) =>
    context.known.managedResources.get(keyOf({ namespace, name: managedResourceNames[target] }));
  const controlPlane = resourceOf("control-plane");
  const findings = healthFindings({
    shoot: resourceOf("shoot"),
    ...(controlPlane !== undefined && { controlPlane }),
    hibernated: isHibernated(cluster),
  });
  const present = extension.status.conditions ?? [];
  const conditions = mergeConditions(present, findings, context.now());
  if (equalJson(present, conditions)) return { kind: "done" };
  // The list is replaced as a whole: a writer in between makes it a conflict, and it is tried again.
  const { resourceVersion } = extension.metadata;
  await context.client.patch(resourceTypes.extension, name, {
    body: { metadata: { resourceVersion }, status: { conditions } },
    subresource: "status",
    signal,
  });
  return { kind: "done" };
}
