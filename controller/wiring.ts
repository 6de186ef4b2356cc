import type { Cluster, Extension } from "../falco/api/gardener.ts";
import { equalJson } from "../falco/base/json.ts";
import type { Catalogue } from "../falco/catalog/catalogue.ts";
import { clusterFactsOfShoot } from "../falco/desired/cluster-facts.ts";
import { managedResourceNames } from "../falco/objects/managed-resource.ts";
import { keyOf, nameOf } from "../kube/objects.ts";
import { releaseFor } from "./concerned.ts";
import type { LiveManagedResource, Memory } from "./context.ts";
import { isSuspended, isTriggered, isTriggeredWithoutRequest } from "./operation.ts";
import type { Stores } from "./stores.ts";
import { contentOf, lacksSecrets } from "./write-managed-resource.ts";

/** Where keys of Extensions are put that have something to do; each of the two has a loop of its own. */
export interface Triggers {
  readonly reconcile: (key: string) => void;
  /** At some moment of the next hour: what is done already is looked at again, but not all of it at once. */
  readonly reconcileLater: (key: string) => void;
  readonly checkHealth: (key: string) => void;
  /** Some seconds later, unless something else asks for it sooner. */
  readonly checkHealthSoon: (key: string) => void;
}

export interface Wiring {
  readonly stores: Stores;
  readonly memory: Memory;
  /** Whether changes are worked on without Gardener's request. */
  readonly ignoresRequests: boolean;
}

/** Says which changes of which objects concern which Extensions. */
export function wire(wiring: Wiring, given: Triggers): void {
  const triggers = { ...given, checkHealth: patientHealth(wiring.stores, given) };
  wireExtensions(wiring, triggers);
  wireClusters(wiring, triggers);
  wireManagedResources(wiring, triggers);
  wireIdentities(wiring, triggers);
  wireCopies(wiring, triggers);
}

/**
 * What gardener-resource-manager has not looked at yet is no news about health: it takes a few seconds, and most changes, such as other rules,
 * leave everything healthy. Without this, each of them would make two writes, one for the doubt and one for its end.
 */
function patientHealth({ targets, controlPlanes, names }: Stores, triggers: Triggers): Triggers["checkHealth"] {
  const isTakenIn = (resource: LiveManagedResource | undefined): boolean =>
    resource === undefined || resource.status?.observedGeneration === resource.metadata.generation;
  return (key) => {
    const { namespace = "" } = nameOf(key);
    const resources = [
      targets.get(keyOf({ namespace, name: names.target })),
      controlPlanes.get(keyOf({ namespace, name: managedResourceNames["control-plane"] })),
    ];
    if (resources.every(isTakenIn)) triggers.checkHealth(key);
    else triggers.checkHealthSoon(key);
  };
}

function wireExtensions({ stores, memory, ignoresRequests }: Wiring, triggers: Triggers): void {
  const isDue = ignoresRequests ? isTriggeredWithoutRequest : isTriggered;
  stores.extensions.onChange((key, previous, current) => {
    if (current === undefined) {
      memory.delete(key);
      return;
    }
    if (isDue(previous, current)) triggers.reconcile(key);
    else if (previous === undefined) triggers.reconcileLater(key);
    triggers.checkHealth(key);
  });
}

function wireClusters({ stores, ignoresRequests }: Wiring, triggers: Triggers): void {
  stores.clusters.onChange((namespace, previous, current) => {
    const key = keyOf({ namespace, name: stores.names.extension });
    const extension = stores.extensions.get(key);
    const isFree = isHeld(previous) && !isHeld(current) && extension !== undefined;
    const isOwed = isFree && isTriggered(undefined, extension);
    const isNew = ignoresRequests && previous !== undefined && hasChanged(previous, current);
    if (isAwaited(extension, previous, current) || isOwed || isNew) triggers.reconcile(key);
    // What was due meanwhile, such as the renewal of a certificate, was left undone.
    else if (isFree) triggers.reconcileLater(key);
    triggers.checkHealth(key);
  });
}

function wireManagedResources({ stores, memory }: Wiring, triggers: Triggers): void {
  for (const store of [stores.targets, stores.controlPlanes]) {
    store.onChange((key, previous, current) => {
      const { namespace = "" } = nameOf(key);
      const extension = keyOf({ namespace, name: stores.names.extension });
      if (isForeignChange(previous, current, memory.get(extension)?.managedResources)) triggers.reconcile(extension);
      triggers.checkHealth(extension);
    });
  }
}

/** A Secret with certificates and tokens that somebody has edited or deleted is mended at once: what runs in the cluster was made with it. */
function wireIdentities({ stores, memory }: Wiring, triggers: Triggers): void {
  stores.identities.onChange((key, previous, current) => {
    const extension = keyOf({ ...nameOf(key), name: stores.names.extension });
    const known = memory.get(extension);
    if (previous === undefined || known === undefined) return;
    if (known.identityVersion !== current?.metadata.resourceVersion) triggers.reconcile(extension);
  });
}

function wireCopies({ stores }: Wiring, triggers: Triggers): void {
  stores.copies.onChange((key, previous, current) => {
    const extension = keyOf({ ...nameOf(key), name: stores.names.extension });
    const wasAwaited = previous?.arriving ?? isWaiting(stores.extensions.get(extension));
    if (wasAwaited && current?.arriving === false) triggers.reconcile(extension);
  });
}

/** An Extension that waits for something need not wait for its timer when its Cluster says something new. */
function isWaiting(extension: Extension | undefined): boolean {
  return extension?.status?.lastOperation?.state === "Processing";
}

/** What the Extension's last run could not do without may be there now. */
function isAwaited(
  extension: Extension | undefined,
  previous: Cluster | undefined,
  current: Cluster | undefined,
): boolean {
  return isWaiting(extension) || hasWoken(previous, current);
}

function hasWoken(previous: Cluster | undefined, current: Cluster | undefined): boolean {
  return previous?.spec.shoot.status?.hibernated === true && current?.spec.shoot.status?.hibernated !== true;
}

/** Whether a Cluster says anything new that decides about Falco. Gardener writes it often, and most of it is not about us. */
function hasChanged(previous: Cluster, current: Cluster | undefined): boolean {
  return current !== undefined && !equalJson(clusterFactsOfShoot(previous), clusterFactsOfShoot(current));
}

/** While a shoot is not known, or is to be left alone, requests stay where they are. */
function isHeld(cluster: Cluster | undefined): boolean {
  return cluster === undefined || isSuspended(cluster);
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
