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
  readonly kind: string;
  readonly plural: string;
  readonly shortName: string;
  readonly scope: "Namespaced" | "Cluster";
  readonly status: boolean;
  readonly columns: readonly { readonly name: string; readonly jsonPath: string }[];
}

const open = { type: "object", "x-kubernetes-preserve-unknown-fields": true } as const;

/** The CRDs of a seed that the extension meets, with their names, scopes and columns; their fields are kept unchecked. */
export const seedCrds: readonly object[] = [
  crd({
    group: "extensions.gardener.cloud",
    kind: "Extension",
    plural: "extensions",
    shortName: "ext",
    scope: "Namespaced",
    status: true,
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
    columns: [
      { name: "Class", jsonPath: ".spec.class" },
      { name: "Applied", jsonPath: '.status.conditions[?(@.type=="ResourcesApplied")].status' },
      { name: "Healthy", jsonPath: '.status.conditions[?(@.type=="ResourcesHealthy")].status' },
    ],
  }),
];

function crd({ group, kind, plural, shortName, scope, status, columns }: CrdInput): object {
  const properties = { apiVersion: { type: "string" }, kind: { type: "string" }, metadata: { type: "object" } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope,
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), shortNames: [shortName] },
      versions: [
        {
          name: "v1alpha1",
          served: true,
          storage: true,
          ...(status && { subresources: { status: {} } }),
          additionalPrinterColumns: [
            ...columns.map((column) => ({ ...column, type: "string" })),
            { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
          ],
          schema: { openAPIV3Schema: { type: "object", properties: { ...properties, spec: open, status: open } } },
        },
      ],
    },
  };
}
