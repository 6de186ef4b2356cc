/** The landscape's configuration, checked, with its defaults. */
export interface Landscape {
  /** For the pods in shoots. */
  readonly priorityClassName: string;
  readonly certificateLifetimeSeconds: number;
  readonly certificateRenewAfterSeconds: number;
  /** Absent when the landscape offers no `central`. */
  readonly centralStorage?: TokenIssuer & { readonly url: string };
  /** Absent when there is no `<<.ClusterIdentityToken>>`. */
  readonly clusterIdentityToken?: TokenIssuer;
  readonly defaultEventDestination: string;
  readonly globalDestinations: readonly LandscapeDestination[];
  readonly otlpLogging: boolean;
  readonly healthSyncPeriodSeconds: number;
}

/** A key that signs tokens (RS256), and how long these live. */
export interface TokenIssuer {
  readonly tokenIssuerPrivateKey: string;
  readonly tokenLifetimeSeconds: number;
}

/** A destination that the landscape defines. */
export interface LandscapeDestination {
  readonly name: string;
  /** The section of falcosidekick's configuration, such as `webhook` or `otlp.logs`. */
  readonly section: string;
  /** The section's settings; strings may hold template variables. */
  readonly settings: Readonly<Record<string, unknown>>;
}
