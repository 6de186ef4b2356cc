import type { JsonObject } from "../base/json.ts";
import type { Place } from "./facts.ts";

/** What one cluster gets: every decision made, nothing rendered yet. Templates read it as it is. */
export interface DesiredState {
  readonly place: Place;
  /** The namespace that everything goes into. */
  readonly namespace: string;
  readonly falco: FalcoState;
  /** Absent when no destination needs it. */
  readonly falcosidekick?: FalcosidekickState;
  readonly controlPlane: ControlPlaneState;
}

/** The DaemonSet `falco` and what it reads. */
export interface FalcoState {
  readonly version: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly priorityClassName: string;
  readonly podLabels: Readonly<Record<string, string>>;
  readonly resources: Resources;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly JsonObject[];
  /** How many nodes may be without a ready Falco during a rolling update; at least 1. */
  readonly maxUnavailable: number;
  /** Linux capabilities to add; all others are dropped. */
  readonly capabilities: readonly string[];
  /** Whether the cluster knows `appArmorProfile` (Kubernetes 1.30); older ones have an annotation for it. */
  readonly appArmorField: boolean;
  /** falco.yaml. */
  readonly configuration: JsonObject;
  /** In load order; each goes into a ConfigMap of its own. */
  readonly ruleFiles: readonly RuleFile[];
  /** ConfigMaps of the shoot's owner in the shoot itself, loaded after `ruleFiles` in this order. */
  readonly shootConfigMaps: readonly ShootConfigMap[];
  /** What Falco shows falcosidekick; absent when there is none. */
  readonly certificates?: { readonly serverCa: string; readonly certificate: string; readonly key: string };
}

/** A rules file as it is shipped. */
export interface RuleFile {
  /** The name of the ConfigMap, such as `falco-rules`. */
  readonly configMap: string;
  /** Its file name in `/etc/falco/rules.d`, whose alphabetical order is the load order: `010-falco-rules.yaml`. */
  readonly file: string;
  readonly text: string;
}

/** A ConfigMap that the DaemonSet mounts, and the directory below `/etc/falco` that it is mounted at. */
export interface ShootConfigMap {
  readonly name: string;
  readonly directory: string;
}

/** CPU and memory as quantities. */
export interface Resources {
  readonly requests: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, string>>;
}

/** The Deployment `falcosidekick` and what it reads. */
export interface FalcosidekickState {
  readonly version: string;
  readonly image: string;
  readonly replicas: number;
  readonly priorityClassName: string;
  readonly podLabels: Readonly<Record<string, string>>;
  /** config.yaml; holds credentials, so it goes into a Secret. */
  readonly configuration: JsonObject;
  /** Keys of the same Secret that only environment variables refer to. */
  readonly secretValues: Readonly<Record<string, string>>;
  readonly environment: readonly EnvironmentVariable[];
  /** Set when a destination sends the ServiceAccount's own token. */
  readonly accessToken?: AccessToken;
  /** Whether the cluster knows `preStop.sleep` (Kubernetes 1.30): a pod that stops still takes events for a few seconds. */
  readonly sleepsBeforeStop: boolean;
  /** Whether the Service asks for addresses of both families. */
  readonly dualStack: boolean;
  /** Whether `podLabels` need policies of ours beside Gardener's, whose kube-system in a shoot denies what nothing allows. */
  readonly networkPolicies: boolean;
  readonly certificates: { readonly clientCa: string; readonly certificate: string; readonly key: string };
}

/** The token of the ServiceAccount `gardener-falcosidekick`, which Gardener puts into a Secret of that name. */
interface AccessToken {
  /** Paths that its bearer may post to: how the logging stack authorizes it. */
  readonly nonResourceUrls: readonly string[];
  readonly readAt: string;
}

/** An environment variable: a text (which may refer to earlier ones as `$(NAME)`), or a key of a Secret. */
export type EnvironmentVariable =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly secretName: string; readonly secretKey: string };

/** What goes into the control plane's namespace in the seed. */
interface ControlPlaneState {
  readonly namespace: string;
  /** Whether a token for falcosidekick's ServiceAccount is asked for. */
  readonly tokenRequest: boolean;
  /** Whether the shoot's Prometheus is told to scrape falcosidekick. */
  readonly scrapeConfig: boolean;
}
