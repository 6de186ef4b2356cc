import { falcoProfileKind, falcoProfileSchema } from "../falco/api/falco-profile.ts";
import { toYaml } from "../falco/base/yaml.ts";

/** The CustomResourceDefinition of FalcoProfile as YAML, for the garden. */
export function generateCrd(): string {
  const [group, version] = falcoProfileKind.apiVersion.split("/");
  const definition = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `falcoprofiles.${group ?? ""}` },
    spec: {
      group,
      scope: "Cluster",
      names: {
        kind: falcoProfileKind.kind,
        listKind: "FalcoProfileList",
        plural: "falcoprofiles",
        singular: "falcoprofile",
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          additionalPrinterColumns: [
            {
              name: "Falco",
              type: "string",
              jsonPath: ".spec.versions.falco[*].version",
              description: "Versions of Falco",
            },
            { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
          ],
          schema: { openAPIV3Schema: structural() },
        },
      ],
    },
  };
  return `# Written by hack/generate.ts from falco/api/falco-profile.ts; do not edit.\n${toYaml(definition)}`;
}

/** Kubernetes checks apiVersion, kind and metadata itself; a structural schema only names them. */
function structural(): object {
  const { properties, ...rest } = falcoProfileSchema;
  const identity = { apiVersion: { type: "string" }, kind: { type: "string" }, metadata: { type: "object" } };
  return { ...rest, required: ["spec"], properties: { ...identity, spec: properties.spec } };
}
