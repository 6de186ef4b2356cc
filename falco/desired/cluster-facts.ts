import type { Cluster, Seed, Shoot } from "../api/gardener.ts";
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

/** Whether a shoot is hibernated: switched off, and not only on its way there. Nothing can be applied to it then. */
export function isHibernated({ spec: { shoot } }: Cluster): boolean {
  return shoot.spec?.hibernation?.enabled === true && shoot.status?.hibernated === true;
}

function optional<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return (value === undefined ? {} : { [key]: value }) as Partial<Record<K, string>>;
}
