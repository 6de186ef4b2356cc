import {
  type Cluster,
  type Extension,
  extensionType,
  readCluster,
  readExtension,
  readManagedResource,
  readSecret,
  type Secret,
} from "../falco/api/gardener.ts";
import type { Result } from "../falco/base/problem.ts";
import { identitySecretName } from "../falco/desired/identity.ts";
import { managedResourceNames } from "../falco/objects/managed-resource.ts";
import type { KubeObject } from "../kube/objects.ts";
import { Store } from "../kube/store.ts";
import { runWatch, type WatchPorts } from "../kube/watch.ts";
import type { Known, LiveManagedResource } from "./context.ts";
import { resourceTypes } from "./resource-types.ts";

/** The stores of a seed's objects. Each is fed by a watch of its own, narrowed to the names that are ours. */
export interface Stores {
  readonly extensions: Store<Extension | undefined>;
  readonly clusters: Store<Cluster | undefined>;
  readonly targets: Store<LiveManagedResource | undefined>;
  readonly controlPlanes: Store<LiveManagedResource | undefined>;
  readonly identities: Store<Secret | undefined>;
}

/** Which Extensions are ours: the classes that this installation serves. */
export type ExtensionClass = "shoot" | "seed";

/** Empty stores; an object that cannot be read counts as absent. */
export function createStores(classes: readonly ExtensionClass[]): Stores {
  return {
    extensions: new Store({ project: (object) => ours(read(readExtension, object), classes) }),
    clusters: new Store({ project: (object) => read(readCluster, object) }),
    targets: new Store({ project: (object) => read(readManagedResource, object) }),
    controlPlanes: new Store({ project: (object) => read(readManagedResource, object) }),
    identities: new Store({ project: (object) => read(readSecret, object) }),
  };
}

function read<T>(reader: (object: unknown) => Result<T>, object: KubeObject): T | undefined {
  const result = reader(object);
  return result.ok ? result.value : undefined;
}

function ours(extension: Extension | undefined, classes: readonly ExtensionClass[]): Extension | undefined {
  if (extension?.spec.type !== extensionType) return undefined;
  return classes.some((each) => each === (extension.spec.class ?? "shoot")) ? extension : undefined;
}

/** What reconciles see of the stores. */
export function knownFrom({ extensions, clusters, targets, controlPlanes, identities }: Stores): Known {
  return {
    extensions,
    clusters,
    managedResources: { get: (key) => targets.get(key) ?? controlPlanes.get(key) },
    identities,
  };
}

/** Feeds the stores until `signal` aborts. */
export async function runStores(stores: Stores, ports: WatchPorts, signal: AbortSignal): Promise<void> {
  const named = (name: string): string => `metadata.name=${name}`;
  const { extension, cluster, managedResource, secret } = resourceTypes;
  await Promise.all([
    runWatch({ type: extension, store: stores.extensions, signal, fieldSelector: named(extensionType) }, ports),
    runWatch({ type: cluster, store: stores.clusters, signal }, ports),
    runWatch(
      { type: managedResource, store: stores.targets, signal, fieldSelector: named(managedResourceNames.shoot) },
      ports,
    ),
    runWatch(
      {
        type: managedResource,
        store: stores.controlPlanes,
        signal,
        fieldSelector: named(managedResourceNames["control-plane"]),
      },
      ports,
    ),
    runWatch({ type: secret, store: stores.identities, signal, fieldSelector: named(identitySecretName) }, ports),
  ]);
}

/** Resolves when every store has its first complete list. */
export async function whenSynced(stores: Stores): Promise<void> {
  await Promise.all(Object.values(stores).map((store: Store<unknown>) => store.whenSynced()));
}
