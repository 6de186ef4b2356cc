import type { Cluster, Garden, Seed, Shoot } from "../api/gardener.ts";
import type { ClusterFacts } from "./facts.ts";

/** What Gardener's Cluster object says about a shoot. */
export function clusterFactsOfShoot({ metadata, spec: { shoot, seed } }: Cluster): ClusterFacts {
  const { spec = {}, status = {} } = shoot;
  const { name: namespace = "" } = metadata;
  return {
    namespace,
    technicalId: status.technicalID ?? namespace,
    ...settingsOf(spec),
    ...optional("clusterIdentity", status.clusterIdentity),
    ...optional("seedIngressDomain", ingressDomainOf(seed)),
  };
}

type ShootSpec = NonNullable<Shoot["spec"]>;

function settingsOf({ kubernetes, networking, resources = [], provider }: ShootSpec) {
  return {
    kubernetesVersion: kubernetes?.version ?? "",
    ipFamilies: networking?.ipFamilies ?? ["IPv4"],
    resources,
    workers: provider?.workers ?? [],
  };
}

function ingressDomainOf(seed: Pick<Seed, "spec"> | undefined): string | undefined {
  return seed?.spec?.ingress?.domain;
}

/** What a Seed says about itself. */
export function clusterFactsOfSeed(seed: Seed): ClusterFacts {
  const { metadata, spec = {}, status = {} } = seed;
  return {
    namespace: "garden",
    technicalId: metadata.name ?? "",
    kubernetesVersion: status.kubernetesVersion ?? "",
    ipFamilies: spec.networks?.ipFamilies ?? ["IPv4"],
    resources: spec.resources ?? [],
    ...optional("clusterIdentity", status.clusterIdentity),
    ...optional("seedIngressDomain", ingressDomainOf(seed)),
  };
}

/** What there is to know about the cluster that the garden runs in; only a part of it stands in the Garden. */
export interface GardenCluster {
  readonly garden: Garden;
  /** From the ConfigMap `kube-system/cluster-identity`. */
  readonly clusterIdentity: string | undefined;
  /** As its API server says. */
  readonly kubernetesVersion: string;
}

/**
 * What is known of the cluster that the garden runs in. A cluster that is neither a shoot nor a seed has no identity of its own: it gets the
 * garden's, marked. The priority class is one of those that gardener-operator creates there.
 */
export function clusterFactsOfGarden({ garden, clusterIdentity, kubernetesVersion }: GardenCluster): ClusterFacts {
  const { metadata, spec = {} } = garden;
  return {
    namespace: "garden",
    technicalId: metadata.name ?? "garden",
    kubernetesVersion,
    ipFamilies: spec.runtimeCluster?.networking?.ipFamilies ?? ["IPv4"],
    resources: spec.resources ?? [],
    priorityClassName: "gardener-garden-system-400",
    ...optional("clusterIdentity", clusterIdentity ?? runtimeIdentity(spec)),
  };
}

function runtimeIdentity({ virtualCluster }: NonNullable<Garden["spec"]>): string | undefined {
  const landscape = virtualCluster?.gardener?.clusterIdentity;
  return landscape === undefined ? undefined : `${landscape}-runtime`;
}

/** Whether a shoot is hibernated: switched off, and not only on its way there. Nothing can be applied to it then. */
export function isHibernated({ spec: { shoot } }: Cluster): boolean {
  return shoot.spec?.hibernation?.enabled === true && shoot.status?.hibernated === true;
}

function optional<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return (value === undefined ? {} : { [key]: value }) as Partial<Record<K, string>>;
}
