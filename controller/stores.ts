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
import type { KubeObject, ResourceType } from "../kube/objects.ts";
import { Store } from "../kube/store.ts";
import { runWatch, type WatchPorts } from "../kube/watch.ts";
import type { Known, LiveManagedResource } from "./context.ts";
import { classOf, type ExtensionClass, type InstallationNames, namesFor } from "./extension-class.ts";
import { type Copies, copiesOf, shootCopiesName } from "./referenced-copies.ts";
import { resourceTypes } from "./resource-types.ts";

/** The stores of a seed's objects. Each is fed by a watch of its own, narrowed to the names that are ours. */
export interface Stores {
  readonly names: InstallationNames;
  readonly extensions: Store<Extension | undefined>;
  readonly clusters: Store<Cluster | undefined>;
  readonly targets: Store<LiveManagedResource | undefined>;
  readonly controlPlanes: Store<LiveManagedResource | undefined>;
  readonly identities: Store<Secret | undefined>;
  /** How far Gardener is with copying what shoots refer to. */
  readonly copies: Store<Copies>;
}

/** Empty stores; an object that cannot be read counts as absent. */
export function createStores(classes: readonly ExtensionClass[]): Stores {
  return {
    names: namesFor(classes),
    extensions: new Store({ project: (object) => ours(readOrAbsent(readExtension, object), classes) }),
    clusters: new Store({ project: (object) => readOrAbsent(readCluster, object) }),
    targets: new Store({ project: (object) => readOrAbsent(readManagedResource, object) }),
    controlPlanes: new Store({ project: (object) => readOrAbsent(readManagedResource, object) }),
    identities: new Store({ project: (object) => readOrAbsent(readSecret, object) }),
    copies: new Store({ project: copiesOf }),
  };
}

/** What `reader` makes of an object; undefined when it cannot read it. */
export function readOrAbsent<T>(reader: (object: unknown) => Result<T>, object: KubeObject): T | undefined {
  const result = reader(object);
  return result.ok ? result.value : undefined;
}

function ours(extension: Extension | undefined, classes: readonly ExtensionClass[]): Extension | undefined {
  if (extension?.spec.type !== extensionType) return undefined;
  return classes.some((each) => each === classOf(extension)) ? extension : undefined;
}

/** What reconciles see of the stores. */
export function knownFrom({ extensions, clusters, targets, controlPlanes, identities, copies }: Stores): Known {
  return {
    extensions,
    clusters,
    managedResources: { get: (key) => targets.get(key) ?? controlPlanes.get(key) },
    identities,
    copies,
  };
}

/** Feeds the stores until `signal` aborts. */
export async function runStores(stores: Stores, ports: WatchPorts, signal: AbortSignal): Promise<void> {
  const { extension, cluster, managedResource, secret } = resourceTypes;
  const follow = <T>(type: ResourceType, store: Store<T>, name?: string): Promise<void> =>
    runWatch({ type, store, signal, ...(name !== undefined && { fieldSelector: `metadata.name=${name}` }) }, ports);
  await Promise.all([
    follow(extension, stores.extensions, stores.names.extension),
    follow(cluster, stores.clusters),
    follow(managedResource, stores.targets, stores.names.target),
    follow(managedResource, stores.controlPlanes, managedResourceNames["control-plane"]),
    follow(managedResource, stores.copies, shootCopiesName),
    follow(secret, stores.identities, identitySecretName),
  ]);
}
