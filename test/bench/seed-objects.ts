import { readFileSync } from "node:fs";
import { parseManifests } from "../../falco/base/yaml.ts";
import { seedCrds } from "../support/gardener-resources.ts";

const root = new URL("../../", import.meta.url);

function manifests(file: string): readonly object[] {
  return parseManifests(readFileSync(new URL(file, root), "utf8")) as readonly object[];
}

/** The kinds of a seed, and FalcoProfile. */
export function benchCrds(): readonly object[] {
  return [...seedCrds, ...manifests("charts/crds/falco.gardener.cloud_falcoprofiles.yaml")];
}

/** The configuration that is measured: standard rules, and events to the logging stack and to the pods' output. */
export const measuredConfig = {
  apiVersion: "falco.extensions.gardener.cloud/v1alpha1",
  kind: "FalcoServiceConfig",
  falcoVersion: "0.44.1",
  rules: { standard: ["falco-rules"] },
  destinations: [{ name: "logging" }, { name: "stdout" }],
} as const;

/** The namespace of the n-th cluster's control plane. */
export function namespaceOf(index: number): string {
  return `shoot--bench--${String(index).padStart(5, "0")}`;
}

/** Everything that the controller finds in a seed with `count` clusters that have just been created. */
export function seedObjects(count: number): readonly object[] {
  const [seed] = manifests("examples/landscape/seed.yaml");
  const clusters = Array.from({ length: count }, (_, index) => clusterObjects(namespaceOf(index), seed ?? {}));
  return [...manifests("profiles/falco-profile.yaml"), ...clusters.flat()];
}

function clusterObjects(name: string, seed: object): readonly object[] {
  const [shoot] = manifests("examples/minimal/shoot.yaml") as readonly { readonly spec: object }[];
  const status = { technicalID: name, clusterIdentity: `${name}-identity` };
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { "gardener.cloud/role": "shoot" } } },
    {
      apiVersion: "extensions.gardener.cloud/v1alpha1",
      kind: "Cluster",
      metadata: { name },
      spec: { cloudProfile: {}, seed, shoot: { ...shoot, status } },
    },
    {
      apiVersion: "extensions.gardener.cloud/v1alpha1",
      kind: "Extension",
      metadata: { namespace: name, name: "shoot-falco-service" },
      spec: { type: "shoot-falco-service", providerConfig: measuredConfig },
    },
  ];
}
