import { toYaml } from "../../falco/base/yaml.ts";

interface ResourceManagerInput {
  /** A folder with `tls.crt` and `tls.key`. */
  readonly certificateFolder: string;
  readonly ports: { readonly webhooks: number; readonly health: number; readonly metrics: number };
  /** The `spec.class` of the ManagedResources that it takes; without it, those that have none. */
  readonly resourceClass?: string | undefined;
  /** How the cluster of the ManagedResources calls itself: it stands in the annotation `resources.gardener.cloud/origin` of what is applied. */
  readonly clusterId?: string;
}

/** The configuration file of a gardener-resource-manager that looks after its objects as often as it can be told to. */
export function resourceManagerConfiguration({
  certificateFolder,
  ports,
  resourceClass,
  clusterId,
}: ResourceManagerInput): string {
  const bindAddress = "127.0.0.1";
  return toYaml({
    apiVersion: "resourcemanager.config.gardener.cloud/v1alpha1",
    kind: "ResourceManagerConfiguration",
    leaderElection: { leaderElect: false },
    server: {
      webhooks: { bindAddress, port: ports.webhooks, tls: { serverCertDir: certificateFolder } },
      healthProbes: { bindAddress, port: ports.health },
      metrics: { bindAddress, port: ports.metrics },
    },
    controllers: {
      ...(resourceClass !== undefined && { resourceClass }),
      ...(clusterId !== undefined && { clusterID: clusterId }),
      // The least that it takes.
      health: { syncPeriod: "15s" },
      managedResources: { syncPeriod: "15s" },
    },
  });
}
