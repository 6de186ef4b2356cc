import type { FromSchema, ObjectSchema } from "./schema.ts";
import { sliceReader } from "./decode.ts";

/** The extension's type, as it stands in `spec.extensions[].type`, in Extension objects and in names. */
export const extensionType = "shoot-falco-service";

/** Where the objects go in a shoot and in a seed. */
export const targetNamespace = "kube-system";

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const texts = { type: "array", items: text } as const;
const textMap = { type: "object", additionalProperties: text } as const;
const anything = { "x-kubernetes-preserve-unknown-fields": true } as const;

const metadata = {
  type: "object",
  properties: {
    name: text,
    namespace: text,
    uid: text,
    generation: { type: "integer" },
    resourceVersion: text,
    deletionTimestamp: text,
    labels: textMap,
    annotations: textMap,
    finalizers: texts,
  },
} as const;

const extensionEntries = {
  type: "array",
  items: {
    type: "object",
    required: ["type"],
    properties: { type: text, disabled: flag, providerConfig: anything },
  },
} as const;

const namedResources = {
  type: "array",
  items: {
    type: "object",
    required: ["name", "resourceRef"],
    properties: {
      name: text,
      resourceRef: {
        type: "object",
        required: ["kind", "name"],
        properties: { apiVersion: text, kind: text, name: text },
      },
    },
  },
} as const;

const worker = {
  type: "object",
  properties: {
    name: text,
    minimum: { type: "integer" },
    machine: {
      type: "object",
      properties: { image: { type: "object", properties: { name: text } } },
    },
  },
} as const;

/** Within a Cluster the Shoot and the Seed come as they are, and may be all but empty. */
const shootFields = {
  type: "object",
  properties: {
    apiVersion: text,
    kind: text,
    metadata,
    spec: {
      type: "object",
      properties: {
        extensions: extensionEntries,
        resources: namedResources,
        kubernetes: { type: "object", properties: { version: text } },
        networking: { type: "object", properties: { ipFamilies: texts } },
        provider: { type: "object", properties: { workers: { type: "array", items: worker } } },
        hibernation: { type: "object", properties: { enabled: flag } },
        seedName: text,
      },
    },
    status: {
      type: "object",
      properties: {
        technicalID: text,
        clusterIdentity: text,
        hibernated: flag,
        lastOperation: { type: "object", properties: { state: text } },
      },
    },
  },
} as const satisfies ObjectSchema;

const seedFields = {
  type: "object",
  properties: {
    apiVersion: text,
    kind: text,
    metadata,
    spec: {
      type: "object",
      properties: {
        extensions: extensionEntries,
        resources: namedResources,
        ingress: { type: "object", properties: { domain: text } },
        networks: { type: "object", properties: { ipFamilies: texts } },
      },
    },
    status: {
      type: "object",
      properties: { clusterIdentity: text, kubernetesVersion: text },
    },
  },
} as const satisfies ObjectSchema;

/** Gardener's own cluster, as gardener-operator describes it in the cluster that the garden runs in. */
const gardenSchema = {
  type: "object",
  required: ["metadata"],
  properties: {
    apiVersion: text,
    kind: text,
    metadata,
    spec: {
      type: "object",
      properties: {
        resources: namedResources,
        runtimeCluster: {
          type: "object",
          properties: { networking: { type: "object", properties: { ipFamilies: texts } } },
        },
        virtualCluster: {
          type: "object",
          properties: { gardener: { type: "object", properties: { clusterIdentity: text } } },
        },
      },
    },
  },
} as const satisfies ObjectSchema;

const shootSchema = { ...shootFields, required: ["metadata"] } as const satisfies ObjectSchema;
const seedSchema = { ...seedFields, required: ["metadata"] } as const satisfies ObjectSchema;

const clusterSchema = {
  type: "object",
  required: ["metadata", "spec"],
  properties: {
    apiVersion: text,
    kind: text,
    metadata,
    spec: { type: "object", required: ["shoot"], properties: { shoot: shootFields, seed: seedFields } },
  },
} as const satisfies ObjectSchema;

const conditions = {
  type: "array",
  items: {
    type: "object",
    required: ["type", "status"],
    properties: {
      type: text,
      status: text,
      reason: text,
      message: text,
      lastTransitionTime: text,
      lastUpdateTime: text,
      codes: texts,
    },
  },
} as const;

const extensionSchema = {
  type: "object",
  required: ["metadata", "spec"],
  properties: {
    apiVersion: text,
    kind: text,
    metadata,
    spec: {
      type: "object",
      required: ["type"],
      properties: { type: text, class: text, providerConfig: anything },
    },
    status: {
      type: "object",
      properties: {
        observedGeneration: { type: "integer" },
        lastOperation: {
          type: "object",
          properties: {
            type: text,
            state: text,
            description: text,
            lastUpdateTime: text,
            progress: { type: "integer" },
          },
        },
        lastError: { type: "object", properties: { description: text, codes: texts } },
        conditions,
        resources: namedResources,
      },
    },
  },
} as const satisfies ObjectSchema;

const managedResourceSchema = {
  type: "object",
  required: ["metadata"],
  properties: {
    apiVersion: text,
    kind: text,
    metadata,
    spec: anything,
    status: { type: "object", properties: { observedGeneration: { type: "integer" }, conditions } },
  },
} as const satisfies ObjectSchema;

const plainSchema = {
  type: "object",
  required: ["metadata"],
  properties: { apiVersion: text, kind: text, metadata },
} as const satisfies ObjectSchema;

const secretSchema = {
  type: "object",
  required: ["metadata"],
  properties: { apiVersion: text, kind: text, metadata, data: textMap, stringData: textMap },
} as const satisfies ObjectSchema;

const configMapSchema = {
  type: "object",
  required: ["metadata"],
  properties: { apiVersion: text, kind: text, metadata, data: textMap, binaryData: textMap },
} as const satisfies ObjectSchema;

/** The slices of objects that are not ours: just the fields that this project looks at. */
export type Shoot = FromSchema<typeof shootSchema>;
export type Seed = FromSchema<typeof seedSchema>;
export type Garden = FromSchema<typeof gardenSchema>;
export type Cluster = FromSchema<typeof clusterSchema>;
export type Extension = FromSchema<typeof extensionSchema>;
export type ManagedResource = FromSchema<typeof managedResourceSchema>;
export type Secret = FromSchema<typeof secretSchema>;
export type ConfigMap = FromSchema<typeof configMapSchema>;
export type NamedResource = FromSchema<typeof namedResources>[number];
export type Worker = FromSchema<typeof worker>;
export type Condition = FromSchema<typeof conditions>[number];

export const readShoot = sliceReader(shootSchema);
export const readSeed = sliceReader(seedSchema);
export const readGarden = sliceReader(gardenSchema);
export const readCluster = sliceReader(clusterSchema);
export const readExtension = sliceReader(extensionSchema);
export const readManagedResource = sliceReader(managedResourceSchema);
export const readPlainObject = sliceReader(plainSchema);
export const readSecret = sliceReader(secretSchema);
export const readConfigMap = sliceReader(configMapSchema);
