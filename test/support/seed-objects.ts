/** What Gardener's own programs would have written into a seed and a garden. */
import type { KubeObject } from "../../kube/objects.ts";
import type { JsonObject } from "./apiserver/json.ts";

export const extensionName = "shoot-falco-service";
export const identityName = "gardener-extension-shoot-falco-service-certificates";
export const targetName = "extension-shoot-falco-service-shoot";
export const controlPlaneName = "extension-shoot-falco-service-seed";
export const finalizer = "extensions.gardener.cloud/shoot-falco-service";
export const operation = "gardener.cloud/operation";
export const timestamp = "gardener.cloud/timestamp";

/** What tests vary of a shoot. */
export interface ShootInput {
  readonly spec?: JsonObject;
  readonly status?: JsonObject;
}

/** The namespace of a shoot's control plane. */
export function namespaceOf(name: string, role = "shoot"): KubeObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { "gardener.cloud/role": role } } };
}

/** Our Extension in a namespace, before anything is asked of it. */
export function extensionOf(namespace: string): KubeObject {
  return {
    apiVersion: "extensions.gardener.cloud/v1alpha1",
    kind: "Extension",
    metadata: { name: extensionName, namespace },
    spec: { type: extensionName },
  };
}

/** The Cluster of a shoot, as gardenlet writes it. */
export function clusterOf(namespace: string, { spec = {}, status = {} }: ShootInput = {}): KubeObject {
  const version = "core.gardener.cloud/v1beta1";
  return {
    apiVersion: "extensions.gardener.cloud/v1alpha1",
    kind: "Cluster",
    metadata: { name: namespace },
    spec: {
      cloudProfile: { apiVersion: version, kind: "CloudProfile", metadata: { name: "local" } },
      seed: seedOf("local"),
      shoot: {
        apiVersion: version,
        kind: "Shoot",
        metadata: { name: namespace.split("--").at(-1), namespace: "garden-local" },
        spec: {
          kubernetes: { version: "1.34.1" },
          provider: { type: "local", workers: [{ name: "worker", minimum: 1, maximum: 3 }] },
          ...spec,
        },
        status: { technicalID: namespace, clusterIdentity: `${namespace}-identity`, ...status },
      },
    },
  };
}

/** A Seed, as it stands in the garden and in Clusters. */
export function seedOf(name: string): KubeObject {
  return {
    apiVersion: "core.gardener.cloud/v1beta1",
    kind: "Seed",
    metadata: { name },
    spec: { ingress: { domain: "ingress.example.org" }, networks: { ipFamilies: ["IPv4"] } },
    status: { clusterIdentity: `${name}-identity`, kubernetesVersion: "1.34.1" },
  };
}

/** What tests vary of a FalcoProfile: the images' tags by version, and versions whose tag is another one. */
export interface ProfileInput {
  readonly name?: string;
  readonly falco?: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly rulesVersion?: string;
}

/** A FalcoProfile in which every version is supported. */
export function profileOf({
  name = "falco",
  falco = ["0.43.1", "0.44.1"],
  tags = {},
  rulesVersion = "1.0.0",
}: ProfileInput = {}): KubeObject {
  const repository = "registry.example.org/falco";
  return {
    apiVersion: "falco.gardener.cloud/v1alpha1",
    kind: "FalcoProfile",
    metadata: { name },
    spec: {
      versions: {
        falco: falco.map((version) => ({ version, classification: "supported", rulesVersion })),
        falcosidekick: [{ version: "2.34.1", classification: "supported" }],
        falcoctl: [{ version: "0.13.0", classification: "supported" }],
      },
      images: {
        falco: falco.map((version) => ({ version, repository, tag: tags[version] ?? version })),
        falcosidekick: [{ version: "2.34.1", repository: "registry.example.org/falcosidekick", tag: "2.34.1" }],
        falcoctl: [{ version: "0.13.0", repository: "registry.example.org/falcoctl", tag: "0.13.0" }],
      },
      rules: [{ name: "falco-rules", version: "1.0.0", source: { file: "gardener/1.0.0/falco_rules.yaml" } }],
    },
  };
}

/** A shoot's `providerConfig`. */
export function configOf(fields: JsonObject = {}): JsonObject {
  return { apiVersion: "falco.extensions.gardener.cloud/v1alpha1", kind: "FalcoServiceConfig", ...fields };
}
