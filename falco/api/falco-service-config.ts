import type { FromSchema, ObjectSchema } from "./schema.ts";

/** Group, version and kind of the `providerConfig` in a Shoot, a Seed or an Extension. */
export const falcoServiceConfigKind = {
  apiVersion: "falco.extensions.gardener.cloud/v1alpha1",
  kind: "FalcoServiceConfig",
} as const;

const quantity = {
  "x-kubernetes-preserve-unknown-fields": true,
  description: "A Kubernetes quantity, such as `100m`, `0.5` or `512Mi`.",
} as const;

const cpuAndMemory = (what: string) =>
  ({
    type: "object",
    description: what,
    properties: { cpu: quantity, memory: quantity },
  }) as const;

const toleration = {
  type: "object",
  description: "A toleration as pods have it.",
  properties: {
    key: { type: "string", description: "The taint's key; none, with the operator `Exists`, means every taint." },
    operator: { type: "string", enum: ["Exists", "Equal"], description: "`Equal` when absent." },
    value: { type: "string", description: "The taint's value; only with `Equal`." },
    effect: {
      type: "string",
      enum: ["NoSchedule", "PreferNoSchedule", "NoExecute"],
      description: "The taint's effect; every effect when absent.",
    },
    tolerationSeconds: {
      type: "integer",
      description: "How long a `NoExecute` taint is tolerated, in seconds; for ever when absent.",
    },
  },
} as const;

const rules = {
  type: "object",
  description:
    "The rules that Falco loads. `standard: [falco-rules]` when this whole field is absent; when it is present, just what it says.",
  properties: {
    standard: {
      type: "array",
      description: "Rule sets by name, as a FalcoProfile offers them for the Falco version; loaded first.",
      items: {
        type: "string",
        minLength: 1,
        description:
          "`falco-rules`, `falco-incubating-rules`, `falco-sandbox-rules` or another set that a profile names.",
      },
    },
    custom: {
      type: "array",
      description: "Rules of your own, loaded after the standard ones in the order given here.",
      items: {
        type: "object",
        description: "Exactly one of the two fields.",
        properties: {
          resourceName: {
            type: "string",
            minLength: 1,
            description:
              "The name of an entry of `spec.resources` that refers to a ConfigMap: at most 10 files of 1 MiB each, loaded in the order of their names; gzip under `binaryData` with a key ending in `.gz`.",
          },
          shootConfigMap: {
            type: "string",
            minLength: 1,
            maxLength: 253,
            description: "The name of a ConfigMap in the namespace `kube-system` of the shoot itself.",
          },
        },
      },
    },
  },
} as const;

const destination = {
  type: "object",
  description: "A place that events are sent to.",
  required: ["name"],
  properties: {
    name: {
      type: "string",
      minLength: 1,
      description:
        "`logging`, `stdout`, `custom`, `opensearch`, `splunk`, `central`, `otlp`, or a destination that the landscape defines.",
    },
    enabled: { type: "boolean", description: "Whether events are sent there. Default: true." },
    resourceSecretName: {
      type: "string",
      minLength: 1,
      description:
        "The name of an entry of `spec.resources` that refers to the Secret with the destination's settings.",
    },
  },
} as const;

const falcoctl = {
  type: "object",
  description: "Rules and plugins from OCI registries, fetched on the nodes. Not available in this version.",
  properties: {
    indexes: {
      type: "array",
      description: "Indexes in which artifacts are looked up by name.",
      items: {
        type: "object",
        required: ["name", "url"],
        properties: {
          name: { type: "string", description: "A name for the index." },
          url: { type: "string", description: "Where the index lies." },
        },
      },
    },
    allowedTypes: {
      type: "array",
      description: "Which kinds of artifacts may be installed.",
      items: { type: "string", enum: ["rulesfile", "plugin"] },
    },
    install: {
      type: "object",
      description: "What is installed before Falco starts.",
      properties: {
        refs: { type: "array", description: "Artifacts.", items: { type: "string" } },
        resolveDeps: { type: "boolean", description: "Whether what they depend on is installed, too." },
      },
    },
    follow: {
      type: "object",
      description: "What is kept up to date while Falco runs.",
      properties: {
        refs: { type: "array", description: "Artifacts.", items: { type: "string" } },
        every: { type: "string", description: "How often to look for updates: a duration such as `6h`." },
      },
    },
  },
} as const;

const plugins = {
  type: "array",
  description: "Settings of Falco's plugins. In this version only of `container`, which is always loaded.",
  items: {
    type: "object",
    required: ["name"],
    properties: {
      name: { type: "string", minLength: 1, description: "The plugin's name." },
      initConfig: {
        "x-kubernetes-preserve-unknown-fields": true,
        description:
          "Its `init_config`; what is given replaces our own setting of that name, each of `engines` on its own.",
      },
      openParams: { type: "string", description: "Its `open_params`." },
    },
  },
} as const;

const resourceReference = {
  type: "object",
  required: ["resourceName"],
  properties: { resourceName: { type: "string", description: "The name of an entry of `spec.resources`." } },
} as const;

/** What a shoot owner writes; every field is optional. */
export const falcoServiceConfigSchema = {
  type: "object",
  description:
    "The `providerConfig` of the extension `shoot-falco-service` in a Shoot or a Seed. Every field is optional: without any, the cluster gets the latest supported Falco with the managed rules, and its events in the cluster's logging stack.",
  required: ["apiVersion", "kind"],
  properties: {
    apiVersion: { type: "string", enum: [falcoServiceConfigKind.apiVersion] },
    kind: { type: "string", enum: [falcoServiceConfigKind.kind] },
    falcoVersion: {
      type: "string",
      minLength: 1,
      description:
        "The version of Falco, one that a FalcoProfile lists and that has not expired. Default: the highest supported version, written into the manifest when Falco is switched on.",
    },
    autoUpdate: {
      type: "boolean",
      description: "Whether Falco follows the highest supported version, in the maintenance window. Default: true.",
    },
    heartbeatEvent: {
      type: "boolean",
      description:
        "Whether every Falco sends an event of the rule `Falco internal: metrics snapshot` (priority Informational) once an hour, which proves that the whole chain works. Default: false.",
    },
    nodeSelector: {
      type: "object",
      description: "Labels of the nodes on which Falco runs. Default: every node.",
      additionalProperties: { type: "string" },
    },
    tolerations: {
      type: "array",
      description: "Taints that Falco tolerates. Default: all with the effects `NoSchedule` and `NoExecute`.",
      items: toleration,
    },
    falcoConfig: {
      type: "object",
      description: "Settings of the Falco pods.",
      properties: {
        resources: {
          type: "object",
          description:
            "CPU and memory of the container `falco`. Default: requests of 100m and 512Mi, and a memory limit of 1Gi. What is given here replaces its default alone.",
          properties: {
            requests: cpuAndMemory("What a node must have free for Falco."),
            limits: cpuAndMemory("What Falco may use; a CPU limit makes it lose events."),
          },
        },
      },
    },
    rules,
    destinations: {
      type: "array",
      description: "Where events go. Default: `[{name: logging}]`.",
      items: destination,
    },
    falcoctl,
    plugins,
    kubernetesAudit: {
      type: "object",
      description: "Kubernetes audit events as a second source. Not available in this version.",
      properties: { enabled: { type: "boolean" }, policy: resourceReference },
    },
    response: {
      type: "object",
      description: "Falco Talon, which acts on events. Not available in this version.",
      properties: { enabled: { type: "boolean" }, rules: resourceReference },
    },
    ui: {
      type: "object",
      description: "The web interface of falcosidekick. Not available in this version.",
      properties: { enabled: { type: "boolean" } },
    },
  },
} as const satisfies ObjectSchema;

/** The decoded configuration of one cluster. */
export type FalcoServiceConfig = FromSchema<typeof falcoServiceConfigSchema>;
export type Destination = NonNullable<FalcoServiceConfig["destinations"]>[number];
export type CustomRule = NonNullable<NonNullable<FalcoServiceConfig["rules"]>["custom"]>[number];
export type Toleration = NonNullable<FalcoServiceConfig["tolerations"]>[number];
