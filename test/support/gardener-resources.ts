import type { ResourceDefinition } from "./apiserver/resources.ts";

const gardener = { group: "core.gardener.cloud", version: "v1beta1" } as const;

/**
 * The kinds of Gardener's own API server that the extension meets. They keep every field and check none: what the real
 * gardener-apiserver checks is not what is tested with this stand-in.
 */
export const gardenerResources: readonly ResourceDefinition[] = [
  {
    ...gardener,
    kind: "Shoot",
    plural: "shoots",
    singular: "shoot",
    namespaced: true,
    status: true,
    generation: "spec",
    columns: [
      { name: "Name", type: "string", format: "name", jsonPath: ".metadata.name" },
      { name: "K8S Version", type: "string", jsonPath: ".spec.kubernetes.version" },
      {
        name: "Falco",
        type: "string",
        jsonPath: '.spec.extensions[?(@.type=="shoot-falco-service")].providerConfig.falcoVersion',
      },
      { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
    ],
  },
  {
    ...gardener,
    kind: "Seed",
    plural: "seeds",
    singular: "seed",
    namespaced: false,
    status: true,
    generation: "spec",
  },
  {
    group: "operator.gardener.cloud",
    version: "v1alpha1",
    kind: "Garden",
    plural: "gardens",
    singular: "garden",
    namespaced: false,
    status: true,
    generation: "spec",
  },
  {
    ...gardener,
    kind: "Project",
    plural: "projects",
    singular: "project",
    namespaced: false,
    status: true,
    generation: "spec",
    columns: [
      { name: "Name", type: "string", format: "name", jsonPath: ".metadata.name" },
      { name: "Namespace", type: "string", jsonPath: ".spec.namespace" },
      { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
    ],
  },
];

interface CrdInput {
  readonly group: string;
  readonly version?: string;
  readonly kind: string;
  readonly plural: string;
  readonly shortName?: string;
  readonly scope: "Namespaced" | "Cluster";
  readonly status: boolean;
  /** The status' schema, where tests could write what Gardener's own definition refuses. */
  readonly statusSchema?: object;
  readonly columns: readonly { readonly name: string; readonly jsonPath: string }[];
}

/** The fields of a CustomResourceDefinition that say where its kind is served. */
export interface CustomKind {
  readonly apiVersion: "apiextensions.k8s.io/v1";
  readonly kind: "CustomResourceDefinition";
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly scope: CrdInput["scope"];
    readonly names: { readonly kind: string; readonly plural: string };
    readonly versions: readonly { readonly name: string }[];
  };
}

const open = { type: "object", "x-kubernetes-preserve-unknown-fields": true } as const;

const text = { type: "string" } as const;
const time = { type: "string", format: "date-time" } as const;

function requiring(properties: Readonly<Record<string, object>>): object {
  return { ...open, properties, required: Object.keys(properties) };
}

const conditions = {
  type: "array",
  items: requiring({
    type: text,
    status: text,
    reason: text,
    message: text,
    lastTransitionTime: time,
    lastUpdateTime: time,
  }),
};
const lastOperation = requiring({
  type: text,
  state: text,
  description: text,
  progress: { type: "integer" },
  lastUpdateTime: time,
});

/**
 * The CRDs of a seed that the extension meets, with their names, scopes and columns. Of the status, what Gardener's definitions demand is
 * demanded here, too; all else is kept unchecked.
 */
export const seedCrds: readonly CustomKind[] = [
  crd({
    group: "extensions.gardener.cloud",
    kind: "Extension",
    plural: "extensions",
    shortName: "ext",
    scope: "Namespaced",
    status: true,
    statusSchema: {
      ...open,
      properties: { conditions, lastOperation, lastError: requiring({ description: text }) },
    },
    columns: [
      { name: "Type", jsonPath: ".spec.type" },
      { name: "Status", jsonPath: ".status.lastOperation.state" },
    ],
  }),
  crd({
    group: "extensions.gardener.cloud",
    kind: "Cluster",
    plural: "clusters",
    shortName: "cluster",
    scope: "Cluster",
    status: false,
    columns: [],
  }),
  crd({
    group: "resources.gardener.cloud",
    kind: "ManagedResource",
    plural: "managedresources",
    shortName: "mr",
    scope: "Namespaced",
    status: true,
    statusSchema: { ...open, properties: { conditions } },
    columns: [
      { name: "Class", jsonPath: ".spec.class" },
      { name: "Applied", jsonPath: '.status.conditions[?(@.type=="ResourcesApplied")].status' },
      { name: "Healthy", jsonPath: '.status.conditions[?(@.type=="ResourcesHealthy")].status' },
    ],
  }),
];

/** The same for Gardener's own kinds, for a kube-apiserver without Gardener's API server behind it. */
export const gardenCrds: readonly CustomKind[] = gardenerResources.map(
  ({ group, version, kind, plural, namespaced, status = false }) =>
    crd({ group, version, kind, plural, scope: namespaced ? "Namespaced" : "Cluster", status, columns: [] }),
);

function crd(input: CrdInput): CustomKind {
  const { group, version = "v1alpha1", kind, plural, shortName, scope, status, statusSchema = open, columns } = input;
  const shortNames = shortName === undefined ? [] : [shortName];
  const properties = { apiVersion: { type: "string" }, kind: { type: "string" }, metadata: { type: "object" } };
  const names = { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), shortNames };
  const served = {
    name: version,
    served: true,
    storage: true,
    ...(status && { subresources: { status: {} } }),
    additionalPrinterColumns: [
      ...columns.map((column) => ({ ...column, type: "string" })),
      { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
    ],
    schema: { openAPIV3Schema: { type: "object", properties: { ...properties, spec: open, status: statusSchema } } },
  };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: { group, scope, names, versions: [served] },
  };
}
