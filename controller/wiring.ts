import { type Cluster, type Extension, extensionType } from "../falco/api/gardener.ts";
import type { Catalogue } from "../falco/catalog/catalogue.ts";
import { keyOf, nameOf } from "../kube/objects.ts";
import { releaseFor } from "./concerned.ts";
import type { LiveManagedResource, Memory } from "./context.ts";
import { hasFailed, isTriggered } from "./operation.ts";
import type { Stores } from "./stores.ts";
import { contentOf, lacksSecrets } from "./write-managed-resource.ts";

/** Where keys of Extensions are put that have something to do; each of the two has a loop of its own. */
export interface Triggers {
  readonly reconcile: (key: string) => void;
  /** At some moment of the next hour: what is done already is looked at again, but not all of it at once. */
  readonly reconcileLater: (key: string) => void;
  readonly checkHealth: (key: string) => void;
}

/** Says which changes of which objects concern which Extensions. */
export function wire(stores: Stores, memory: Memory, triggers: Triggers): void {
  stores.extensions.onChange((key, previous, current) => {
    if (current === undefined) {
      memory.delete(key);
      return;
    }
    if (isTriggered(previous, current)) triggers.reconcile(key);
    else if (previous === undefined) triggers.reconcileLater(key);
    triggers.checkHealth(key);
  });
  stores.clusters.onChange((namespace, previous, current) => {
    const key = keyOf({ namespace, name: extensionType });
    const extension = stores.extensions.get(key);
    const isOwed = isHeld(previous) && !isHeld(current) && extension !== undefined && isTriggered(undefined, extension);
    if (isWaiting(extension) || hasWoken(previous, current) || isOwed) triggers.reconcile(key);
    triggers.checkHealth(key);
  });
  for (const store of [stores.targets, stores.controlPlanes]) {
    store.onChange((key, previous, current) => {
      const { namespace = "" } = nameOf(key);
      const extension = keyOf({ namespace, name: extensionType });
      if (isForeignChange(previous, current, memory.get(extension)?.managedResources)) triggers.reconcile(extension);
      triggers.checkHealth(extension);
    });
  }
}

/** An Extension that waits for something need not wait for its timer when its Cluster says something new. */
function isWaiting(extension: Extension | undefined): boolean {
  return extension?.status?.lastOperation?.state === "Processing";
}

function hasWoken(previous: Cluster | undefined, current: Cluster | undefined): boolean {
  return previous?.spec.shoot.status?.hibernated === true && current?.spec.shoot.status?.hibernated !== true;
}

/** While a shoot is not known, or counts as failed, requests stay where they are. */
function isHeld(cluster: Cluster | undefined): boolean {
  return cluster === undefined || hasFailed(cluster);
}

/** Somebody else has deleted or changed a ManagedResource of ours, or one that we delete is gone at last. */
function isForeignChange(
  previous: LiveManagedResource | undefined,
  current: LiveManagedResource | undefined,
  written: ReadonlyMap<string, string> | undefined,
): boolean {
  if (current === undefined) return previous !== undefined;
  const name = current.metadata.name ?? "";
  if (previous !== undefined && !lacksSecrets(previous) && lacksSecrets(current)) return true;
  return written !== undefined && previous !== undefined && written.get(name) !== contentOf(current);
}

/** The Extensions that a change of FalcoProfiles concerns: those that get another release, and those that did not succeed before. */
export function concernedBy(
  { from, to, now }: { readonly from: Catalogue; readonly to: Catalogue; readonly now: Date },
  stores: Stores,
): readonly string[] {
  return [...stores.extensions.keys()].filter((key) => {
    const extension = stores.extensions.get(key);
    if (extension === undefined || extension.metadata.deletionTimestamp !== undefined) return false;
    if (extension.status?.lastOperation?.state !== "Succeeded") return true;
    return releaseFor(extension, from, now) !== releaseFor(extension, to, now);
  });
}
