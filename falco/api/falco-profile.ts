import type { FromSchema, ObjectSchema } from "./schema.ts";

/** Group, version and kind of a FalcoProfile; cluster scoped, in the garden. */
export const falcoProfileKind = {
  apiVersion: "falco.gardener.cloud/v1alpha1",
  kind: "FalcoProfile",
} as const;

const classified = {
  version: { type: "string", minLength: 1, description: "A semantic version such as `0.44.1`." },
  classification: {
    type: "string",
    enum: ["preview", "supported", "deprecated"],
    description:
      "`supported`: offered, and followed by clusters that update automatically. `preview`: can be chosen. `deprecated`: still runs, should be left.",
  },
  expirationDate: {
    type: "string",
    description: "When the version stops being offered, in RFC 3339 such as `2027-01-31T00:00:00Z`; never when absent.",
  },
} as const;

const toolVersions = (tool: string) =>
  ({
    type: "array",
    description: `The versions of ${tool}; clusters get the highest one that is supported and has not expired.`,
    items: { type: "object", required: ["version", "classification"], properties: classified },
  }) as const;

const images = (what: string) =>
  ({
    type: "array",
    description: `The images of ${what}, one for each version.`,
    items: {
      type: "object",
      required: ["version", "repository", "tag"],
      properties: {
        version: { type: "string", minLength: 1, description: "The version that the image is for." },
        architecture: {
          type: "string",
          description:
            "Kept for profiles of the older shape and not looked at: images are expected to serve every architecture.",
        },
        repository: {
          type: "string",
          minLength: 1,
          description: "Registry and path, such as `registry.example.org/falco`.",
        },
        tag: {
          type: "string",
          minLength: 1,
          description: "A tag, or a digest that starts with `sha256:`.",
        },
      },
    },
  }) as const;

const source = {
  type: "object",
  description: "Where the content comes from: either `file`, or `ref` with `digest`.",
  properties: {
    file: {
      type: "string",
      minLength: 1,
      description: "A file that ships with the extension, below `profiles/rules`.",
    },
    ref: { type: "string", minLength: 1, description: "An OCI artifact. Not available in this version." },
    digest: {
      type: "string",
      pattern: "^sha256:[0-9a-f]{64}$",
      description: "The digest of the OCI artifact's manifest.",
    },
  },
} as const;

const named = (what: string) =>
  ({
    type: "array",
    description: what,
    items: {
      type: "object",
      required: ["name", "version", "source"],
      properties: {
        name: {
          type: "string",
          pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
          maxLength: 63,
          description: "The name that shoot owners use: lower-case letters, digits and `-`.",
        },
        version: {
          type: "string",
          minLength: 1,
          description: "Its version; for rules the one that a Falco version's `rulesVersion` names.",
        },
        source,
      },
    },
  }) as const;

const spec = {
  type: "object",
  description: "The catalogue.",
  required: ["versions", "images"],
  properties: {
    versions: {
      type: "object",
      description: "What clusters may run.",
      required: ["falco"],
      properties: {
        falco: {
          type: "array",
          description: "The versions of Falco.",
          items: {
            type: "object",
            required: ["version", "classification", "rulesVersion"],
            properties: {
              ...classified,
              rulesVersion: {
                type: "string",
                minLength: 1,
                description: "Which version of the rule sets in `spec.rules` belongs to it.",
              },
            },
          },
        },
        falcosidekick: toolVersions("falcosidekick"),
        falcoctl: toolVersions("falcoctl"),
        falcosidekickUi: toolVersions("falcosidekick-ui"),
        falcoTalon: toolVersions("Falco Talon"),
        k8sMetacollector: toolVersions("k8s-metacollector"),
      },
    },
    images: {
      type: "object",
      description: "Where the images of these versions lie.",
      required: ["falco"],
      properties: {
        falco: images("Falco"),
        falcosidekick: images("falcosidekick"),
        falcoctl: images("falcoctl"),
        falcosidekickUi: images("falcosidekick-ui"),
        falcoTalon: images("Falco Talon"),
        k8sMetacollector: images("k8s-metacollector"),
      },
    },
    rules: named("The rule sets that shoot owners can name. Without it, `falco-rules` is the managed set that ships."),
    plugins: named("Plugins of Falco. Not available in this version."),
  },
} as const;

/** What an operator writes: which versions exist, whether they are supported, and where their images lie. */
export const falcoProfileSchema = {
  type: "object",
  description:
    "A catalogue of Falco versions. All FalcoProfiles of a garden are merged by version; entries that disagree are reported.",
  required: ["apiVersion", "kind", "metadata", "spec"],
  properties: {
    apiVersion: { type: "string", enum: [falcoProfileKind.apiVersion] },
    kind: { type: "string", enum: [falcoProfileKind.kind] },
    metadata: { "x-kubernetes-preserve-unknown-fields": true },
    spec,
  },
} as const satisfies ObjectSchema;

/** A decoded profile. */
export type FalcoProfile = FromSchema<typeof falcoProfileSchema>;
export type FalcoProfileSpec = FalcoProfile["spec"];
export type Classification = FalcoProfileSpec["versions"]["falco"][number]["classification"];
