import type { Catalogue } from "../falco/catalog/catalogue.ts";
import type { Cluster, Extension, ManagedResource, Secret } from "../falco/api/gardener.ts";
import type { Landscape } from "../falco/desired/landscape.ts";
import type { Client } from "../kube/client.ts";
import type { Logger } from "../kube/logger.ts";
import type { Rendering } from "./desired-resources.ts";
import type { InstallationNames } from "./extension-class.ts";
import type { IdentityMaker } from "./identity/maker.ts";
import type { OwnCluster } from "./own-cluster.ts";
import type { Copies } from "./referenced-copies.ts";
import type { ShootLooks } from "./shoot/shoot-looks.ts";
import type { StatusPatch } from "./status.ts";

/** What is known without asking the API server: objects that a watch keeps up to date, by `namespace/name` or `name`. */
interface Lookup<T> {
  readonly get: (key: string) => T | undefined;
}

/** A ManagedResource as it is, with the whole of its spec. */
export type LiveManagedResource = ManagedResource & { readonly spec?: unknown };

/** The objects that are kept up to date. */
export interface Known {
  readonly extensions: Lookup<Extension>;
  readonly clusters: Lookup<Cluster>;
  readonly managedResources: Lookup<LiveManagedResource>;
  /** Only the Secrets with the clusters' identities. */
  readonly identities: Lookup<Secret>;
  /** How far Gardener is with copying what shoots refer to, by `namespace/referenced-resources`. */
  readonly copies: Lookup<Copies>;
}

/** All FalcoProfiles as they are now; another revision stands for another content. */
export interface Profiles {
  readonly catalogue: Catalogue;
  readonly revision: number;
}

/** What all reconciles share. */
export interface ControllerContext {
  /** The seed's API server. */
  readonly client: Client;
  readonly known: Known;
  /** The names of what this installation looks after. */
  readonly names: InstallationNames;
  /** The seed or the garden's cluster that this is; undefined while it is not known. */
  readonly ownCluster: (of: "seed" | "garden", signal: AbortSignal) => Promise<OwnCluster | undefined>;
  readonly profiles: () => Profiles;
  readonly landscape: Landscape;
  readonly rendering: Rendering;
  /** The content of the rule sets that ship with the extension. */
  readonly ruleFiles: () => ReadonlyMap<string, string>;
  readonly identityMaker: IdentityMaker;
  readonly memory: Memory;
  /** The status that was written last, by Extension: the store may not know of it yet. */
  readonly lastStatus: Map<string, StatusPatch>;
  /** Finds out in shoots why Falco is not healthy there; without it, the ManagedResources have to do. */
  readonly shootLooks?: ShootLooks;
  readonly now: () => Date;
  readonly logger: Logger;
}

/** What was found at the end of an Extension's last reconcile, so that the next one can see at a glance that nothing is new. */
export type Memory = Map<string, Remembered>;

export interface Remembered {
  /** Everything that was decided with, in short. */
  readonly fingerprint: string;
  /** The ManagedResources as they were written or found: by name, their uid and generation. */
  readonly managedResources: ReadonlyMap<string, string>;
  readonly renewAt: Date;
  /** The version of the Secret with the certificates and tokens that everything was made with. */
  readonly identityVersion: string | undefined;
}
