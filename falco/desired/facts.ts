import type { FalcoServiceConfig } from "../api/falco-service-config.ts";
import type { ConfigMap, NamedResource, Secret, Worker } from "../api/gardener.ts";
import type { Catalogue } from "../catalog/catalogue.ts";
import type { Identity } from "./identity.ts";
import type { Landscape } from "./landscape.ts";

/** Where Falco is to run: in a shoot, or in a cluster of the landscape itself (a seed, or the one that the garden runs in). */
export type Place = "shoot" | "seed";

/** Everything that decides what one cluster gets. Nothing else does: the same facts always give the same manifests. */
export interface Facts {
  readonly now: Date;
  readonly place: Place;
  readonly config: FalcoServiceConfig;
  /** Where `config` stands in the user's object; the paths of problems begin with it. */
  readonly configPath: string;
  readonly cluster: ClusterFacts;
  readonly catalogue: Catalogue;
  readonly landscape: Landscape;
  readonly referenced: ReferencedObjects;
  /** The content of rule sets whose source is a file, by that file's name below `profiles/rules`. */
  readonly ruleFiles: ReadonlyMap<string, string>;
  readonly identity: Identity;
}

/** What is known of the cluster that Falco runs in. */
export interface ClusterFacts {
  /** The namespace of the control plane in the seed; for a seed and the garden's cluster `garden`. */
  readonly namespace: string;
  /** `shoot--project--name`, or the seed's or the garden's name. */
  readonly technicalId: string;
  /** Globally unique; not known before the first reconcile of a shoot. */
  readonly clusterIdentity?: string;
  readonly kubernetesVersion: string;
  /** `IPv4`, `IPv6` or both, the primary one first. */
  readonly ipFamilies: readonly string[];
  readonly seedIngressDomain?: string;
  /** `spec.resources` of the Shoot, the Seed or the Garden. */
  readonly resources: readonly NamedResource[];
  /** What the landscape's own pods have in the garden's cluster, which knows neither a shoot's classes nor a seed's. */
  readonly priorityClassName?: string;
  /** The shoot's worker pools; not known for a seed. */
  readonly workers?: readonly Worker[];
}

/** Secrets and ConfigMaps that `spec.resources` refers to, by the name in `resourceRef`; missing ones are not in it. */
export interface ReferencedObjects {
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly configMaps: ReadonlyMap<string, ConfigMap>;
}
