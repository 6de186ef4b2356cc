import type { FromSchema, ObjectSchema } from "./schema.ts";

/** Group, version and kind of the landscape's configuration, a file that both programs read. */
export const configurationKind = {
  apiVersion: "falco.extensions.config.gardener.cloud/v1alpha1",
  kind: "Configuration",
} as const;

const duration = (description: string) =>
  ({ type: "string", description: `${description} A duration such as \`720h\`.` }) as const;

const outputs = (description: string) =>
  ({ type: "array", description, items: { type: "string", minLength: 1 } }) as const;

const globalDestination = {
  type: "object",
  required: ["name", "falcosidekickOutput"],
  properties: {
    name: { type: "string", minLength: 1, description: "The name that shoots use; none of the standard names." },
    falcosidekickOutput: {
      type: "object",
      required: ["key", "value"],
      description: "The output of falcosidekick behind the name.",
      properties: {
        key: {
          type: "string",
          minLength: 1,
          description: "A section of falcosidekick's configuration, such as `webhook`.",
        },
        value: {
          type: "object",
          description:
            "That section's settings. Strings may hold `<<.SeedIngressDomain>>`, `<<.ServiceAccountToken>>` and `<<.ClusterIdentityToken>>`.",
          additionalProperties: { "x-kubernetes-preserve-unknown-fields": true },
        },
      },
    },
  },
} as const;

const seedManagedResource = {
  type: "object",
  required: ["name", "helm"],
  properties: {
    name: { type: "string", minLength: 1, description: "The name of the chart's release." },
    helm: {
      type: "object",
      description: "The chart: either `ociRepository` or `chart`.",
      properties: {
        ociRepository: {
          type: "object",
          required: ["ref"],
          properties: {
            ref: { type: "string", minLength: 1, description: "The chart's reference, with its digest (`@sha256:…`)." },
            digest: {
              type: "string",
              pattern: "^sha256:[0-9a-f]{64}$",
              description: "The digest, where the reference has none.",
            },
          },
        },
        chart: { type: "string", minLength: 1, description: "The chart itself: a gzipped tar in base64." },
        values: {
          type: "object",
          description: "Its values.",
          additionalProperties: { "x-kubernetes-preserve-unknown-fields": true },
        },
      },
    },
  },
} as const;

const falco = {
  type: "object",
  description: "What every cluster's Falco has in common.",
  properties: {
    priorityClassName: {
      type: "string",
      minLength: 1,
      description: "The priority class of the pods in shoots. Default: `gardener-shoot-system-900`.",
    },
    certificateLifetime: duration("How long server and client certificates are valid. Default: `4320h` (180 days)."),
    certificateRenewAfter: duration("At what age they are renewed. Default: `3600h` (150 days)."),
    centralStorage: {
      type: "object",
      description: "The landscape's own store of events, the destination `central`.",
      properties: {
        enabled: { type: "boolean", description: "Whether it is offered. Default: when there is a `url`." },
        url: { type: "string", description: "Where events are posted to." },
        tokenLifetime: duration("How long its tokens are valid. Default: `168h` (7 days)."),
        tokenIssuerPrivateKey: { type: "string", description: "The RSA key in PEM that signs them." },
      },
    },
    clusterIdentityToken: {
      type: "object",
      description: "The token that global destinations can send: `<<.ClusterIdentityToken>>`.",
      required: ["tokenIssuerPrivateKey"],
      properties: {
        tokenIssuerPrivateKey: { type: "string", description: "The RSA key in PEM that signs it." },
        tokenLifetime: duration("How long it is valid. Default: `168h` (7 days)."),
      },
    },
    defaultEventDestination: {
      type: "string",
      minLength: 1,
      description: "The destination of shoots that name none. Default: `logging`.",
    },
    globalDefaultDestinations: {
      type: "array",
      description: "Destinations of the landscape; every shoot that switches Falco on gets them.",
      items: globalDestination,
    },
    additional: {
      type: "object",
      description: "More that is deployed with the extension.",
      properties: {
        seedManagedResources: {
          type: "array",
          description: "Helm charts for the seed, each in a ManagedResource `falco-additional-<name>`.",
          items: seedManagedResource,
        },
      },
    },
    allowedOutputs: {
      type: "object",
      description:
        'Which outputs of falcosidekick shoots and seeds may use beyond the named destinations: sections, or `["*"]`. Default: all for shoots, none for seeds.',
      properties: { shoot: outputs("For shoots."), seed: outputs("For seeds.") },
    },
  },
} as const;

/** What a landscape operator sets for the whole landscape. */
export const configurationSchema = {
  type: "object",
  description: "The landscape's configuration, a file given to both programs with `--config`. Every field is optional.",
  required: ["apiVersion", "kind"],
  properties: {
    apiVersion: { type: "string", enum: [configurationKind.apiVersion] },
    kind: { type: "string", enum: [configurationKind.kind] },
    falco,
    healthCheckConfig: {
      type: "object",
      description: "How the health of what was deployed is checked.",
      properties: {
        syncPeriod: duration("How often. Default: `30s`."),
        shootRESTOptions: {
          type: "object",
          description: "Limits for requests to one shoot's API server.",
          properties: {
            qps: { type: "number", minimum: 0, description: "Requests a second." },
            burst: { type: "integer", minimum: 0, description: "Requests at once." },
          },
        },
      },
    },
    otlpLogging: { type: "boolean", description: "Whether the destination `otlp` is offered. Default: false." },
  },
} as const satisfies ObjectSchema;

/** The decoded configuration of a landscape. */
export type Configuration = FromSchema<typeof configurationSchema>;
export type GlobalDestination = FromSchema<typeof globalDestination>;
export type SeedManagedResource = FromSchema<typeof seedManagedResource>;
