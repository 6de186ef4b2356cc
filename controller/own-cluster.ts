import { readConfigMap, readGarden, readSeed } from "../falco/api/gardener.ts";
import { clusterFactsOfGarden, clusterFactsOfSeed } from "../falco/desired/cluster-facts.ts";
import type { ClusterFacts } from "../falco/desired/facts.ts";
import type { Client } from "../kube/client.ts";
import type { KubeObject } from "../kube/objects.ts";
import { resourceTypes } from "./resource-types.ts";
import { serverVersion } from "./server-version.ts";

/** The cluster that the controller itself runs in, for Extensions of the classes seed and garden. */
export interface OwnCluster {
  readonly facts: ClusterFacts;
  /** Changes with the objects that the facts were read from. */
  readonly version: string;
}

/** Reads the Seed `name` from the garden; undefined when it is not there, or no name was given. */
export async function readOwnSeed(
  garden: Client,
  name: string | undefined,
  signal: AbortSignal,
): Promise<OwnCluster | undefined> {
  const object = name === undefined ? undefined : await garden.get(resourceTypes.seed, { name }, { signal });
  const seed = object === undefined ? undefined : readSeed(object);
  return seed?.ok === true ? { facts: clusterFactsOfSeed(seed.value), version: versionOf(object) } : undefined;
}

/** Reads what gardener-operator and the API server say of the cluster that the garden runs in; undefined when there is no Garden. */
export async function readGardenCluster(client: Client, signal: AbortSignal): Promise<OwnCluster | undefined> {
  const { items } = await client.list(resourceTypes.garden, { limit: 1, signal });
  const garden = readGarden(items[0]);
  if (!garden.ok) return undefined;
  const name = { namespace: "kube-system", name: "cluster-identity" };
  const identity = await client.get(resourceTypes.configMap, name, { signal });
  const read = identity === undefined ? undefined : readConfigMap(identity);
  const facts = clusterFactsOfGarden({
    garden: garden.value,
    clusterIdentity: read?.ok === true ? read.value.data?.["cluster-identity"] : undefined,
    kubernetesVersion: plainVersion(await serverVersion(client, signal)),
  });
  return { facts, version: `${versionOf(items[0])}/${versionOf(identity)}/${facts.kubernetesVersion}` };
}

function versionOf(object: KubeObject | undefined): string {
  return object?.metadata.resourceVersion ?? "";
}

/** `v1.33.2+build` is Kubernetes 1.33.2. */
function plainVersion(version: string): string {
  return version.replace(/^v(\d+\.\d+\.\d+).*$/, "$1");
}
