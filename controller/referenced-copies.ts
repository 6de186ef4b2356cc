import { readManagedResource } from "../falco/api/gardener.ts";
import type { KubeObject } from "../kube/objects.ts";

/**
 * The ManagedResource by which Gardener brings copies of what a shoot refers to into the control plane's namespace. It does not wait until
 * they are there, so just after a change the copies may still be the old ones.
 */
export const shootCopiesName = "referenced-resources";

/** How far Gardener is with the copies of one namespace. */
export interface Copies {
  /** Whether its newest version is being applied at this moment. A failure is not progress: nobody knows when it ends. */
  readonly arriving: boolean;
}

/** What the ManagedResource says. One that cannot be read tells nothing, and is not waited for. */
export function copiesOf(object: KubeObject): Copies {
  const read = readManagedResource(object);
  if (!read.ok) return { arriving: false };
  const { metadata, status = {} } = read.value;
  if (metadata.deletionTimestamp !== undefined) return { arriving: false };
  if (status.observedGeneration !== metadata.generation) return { arriving: true };
  const applied = status.conditions?.find(({ type }) => type === "ResourcesApplied");
  return { arriving: applied?.status !== "True" && applied?.status !== "False" };
}
