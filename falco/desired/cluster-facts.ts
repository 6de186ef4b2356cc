import { type Cluster, type Seed } from "../api/gardener.ts";
import { type ClusterFacts } from "./facts.ts";

/** What Gardener's Cluster object says about a shoot. */
export function clusterFactsOfShoot({ metadata, spec: { shoot, seed } }: Cluster): ClusterFacts {
  const { spec = {}, status = {} } = shoot;
  const namespace = metadata.name ?? "";
  return {
    namespace,
    technicalId: status.technicalID ?? namespace,
    kubernetesVersion: spec.kubernetes?.version ?? "",
    ipFamilies: spec.networking?.ipFamilies ?? ["IPv4"],
    resources: spec.resources ?? [],
    workers: spec.provider?.workers ?? [],
    ...optional("clusterIdentity", status.clusterIdentity),
    ...optional("seedIngressDomain", seed?.spec?.ingress?.domain),
  };
}

/** What a Seed says about itself. */
export function clusterFactsOfSeed({ metadata, spec = {}, status = {} }: Seed): ClusterFacts {
  return {
    namespace: "garden",
    technicalId: metadata.name ?? "",
    kubernetesVersion: status.kubernetesVersion ?? "",
    ipFamilies: spec.networks?.ipFamilies ?? ["IPv4"],
    resources: spec.resources ?? [],
    ...optional("clusterIdentity", status.clusterIdentity),
    ...optional("seedIngressDomain", spec.ingress?.domain),
  };
}

/** Whether a shoot is hibernated: switched off, and not only on its way there. Nothing can be applied to it then. */
export function isHibernated({ spec: { shoot } }: Cluster): boolean {
  return shoot.spec?.hibernation?.enabled === true && shoot.status?.hibernated === true;
}

function optional<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return (value === undefined ? {} : { [key]: value }) as Partial<Record<K, string>>;
}
