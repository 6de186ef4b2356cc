import type { Cluster, Condition, Extension } from "../falco/api/gardener.ts";
import type { Outcome } from "../falco/base/outcome.ts";
import { equalJson } from "../falco/base/json.ts";
import { managedResourceNames } from "../falco/objects/managed-resource.ts";
import { keyOf, type ObjectName } from "../kube/objects.ts";
import type { ControllerContext } from "./context.ts";
import { conditionTypes, type Finding, healthFindings } from "./health.ts";
import { operationType, requestedOperation } from "./operation.ts";
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
  if (extension?.status === undefined || isElsewhere(extension) || cluster === undefined) return { kind: "done" };
  const resourceOf = (target: keyof typeof managedResourceNames) =>
    context.known.managedResources.get(keyOf({ namespace, name: managedResourceNames[target] }));
  const controlPlane = resourceOf("control-plane");
  const findings = healthFindings({
    shoot: resourceOf("shoot"),
    ...(controlPlane !== undefined && { controlPlane }),
    hibernated: isHibernating(cluster),
  });
  const present = extension.status.conditions ?? [];
  const conditions = mergeConditions(withoutStale(present, findings), findings, context.now());
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

/** A shoot that is hibernated, or on its way there: its pods are going already. */
function isHibernating({ spec: { shoot } }: Cluster): boolean {
  return shoot.spec?.hibernation?.enabled === true;
}

/** The conditions without those of ours that nothing is found for any more. */
function withoutStale(present: readonly Condition[], findings: readonly Finding[]): readonly Condition[] {
  const found = findings.map(({ type }) => type);
  return present.filter(({ type }) => !conditionTypes.includes(type) || found.includes(type));
}

/** Whether its cluster is no longer, or not yet, looked after from here: it goes, or moves between two seeds. */
function isElsewhere(extension: Extension): boolean {
  if (requestedOperation(extension) === "wait-for-state") return true;
  const migrates = extension.status?.lastOperation?.type === "Migrate";
  return migrates || ["Delete", "Migrate"].includes(operationType(extension));
}
