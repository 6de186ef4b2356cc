/** The objects of a server in memory, for assertions and for test set-up without HTTP. */
import type { Cluster } from "./cluster.ts";
import type { KubeObject } from "./json.ts";
import { type ServedResource, storageKey } from "./resources.ts";
import { store } from "./seed.ts";

/** Names a resource: plural, and .group unless it is the core group ("secrets", "shoots.core.gardener.cloud"). */
type ResourceName = string;

/** Reads and writes past admission; written objects are validated and watched as any other. */
export interface ObjectStore {
  get(resource: ResourceName, name: string, namespace?: string): KubeObject | undefined;
  list(resource: ResourceName, namespace?: string): readonly KubeObject[];
  /** Creates the object, or replaces it as a whole, status included. */
  put(object: object): KubeObject;
  /** Removes the object at once, whatever its finalizers. */
  remove(resource: ResourceName, name: string, namespace?: string): void;
  /** The present revision. */
  revision(): string;
}

function resourceNamed(cluster: Cluster, name: ResourceName): ServedResource {
  const dot = name.indexOf(".");
  const plural = dot < 0 ? name : name.slice(0, dot);
  const group = dot < 0 ? "" : name.slice(dot + 1);
  const found = cluster.registry.all().find((definition) => definition.plural === plural && definition.group === group);
  if (found === undefined) throw new Error(`no such resource: ${name}`);
  return found;
}

/** The store of a cluster. */
export function objectStore(cluster: Cluster): ObjectStore {
  const collection = (resource: ResourceName) =>
    cluster.storage.collection(storageKey(resourceNamed(cluster, resource)));
  return {
    get: (resource, name, namespace = "") => collection(resource).get(namespace, name),
    list: (resource, namespace) => collection(resource).list(namespace),
    put: (object) => store(cluster, object),
    remove: (resource, name, namespace = "") => {
      const stored = collection(resource).get(namespace, name);
      if (stored !== undefined) cluster.storage.remove(storageKey(resourceNamed(cluster, resource)), stored);
    },
    revision: () => String(cluster.storage.revision),
  };
}
