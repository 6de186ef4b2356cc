import { toYaml } from "../../../falco/base/yaml.ts";

/** A Shoot whose providerConfig has these lines, and whose spec.resources has these entries. */
export function shoot(config: readonly string[], resources: readonly string[] = []): string {
  return [
    "apiVersion: core.gardener.cloud/v1beta1",
    "kind: Shoot",
    "metadata: { name: one, namespace: garden-team }",
    "spec:",
    "  kubernetes: { version: 1.34.1 }",
    "  extensions:",
    "    - type: shoot-falco-service",
    "      providerConfig:",
    "        apiVersion: falco.extensions.gardener.cloud/v1alpha1",
    "        kind: FalcoServiceConfig",
    ...config.map((line) => `        ${line}`),
    "  resources:",
    ...resources.map((line) => `    ${line}`),
    "",
  ].join("\n");
}

/** An entry of spec.resources. */
export function entry(kind: "Secret" | "ConfigMap", name: string, refersTo = name): string {
  return `- { name: ${name}, resourceRef: { apiVersion: v1, kind: ${kind}, name: ${refersTo} } }`;
}

/** An object of Kubernetes as YAML. */
export function object(kind: string, name: string, rest: object = {}, namespace = "garden-team"): string {
  return toYaml({ apiVersion: "v1", kind, metadata: { name, namespace }, ...rest });
}

/** A FalcoProfile with one version of Falco; `rest` replaces parts of its spec. */
export function profile(name: string, { version = {}, rest = {} }: { version?: object; rest?: object } = {}): string {
  return toYaml({
    apiVersion: "falco.gardener.cloud/v1alpha1",
    kind: "FalcoProfile",
    metadata: { name },
    spec: {
      versions: {
        falco: [{ version: "0.44.1", classification: "supported", rulesVersion: "1.0.0", ...version }],
        falcosidekick: [{ version: "2.34.1", classification: "supported" }],
      },
      images: {
        falco: [{ version: "0.44.1", repository: "example.org/falco", tag: "0.44.1" }],
        falcosidekick: [{ version: "2.34.1", repository: "example.org/falcosidekick", tag: "2.34.1" }],
      },
      ...rest,
    },
  });
}

/** A rules file of one rule. */
export const oneRule = "- rule: One\n  desc: d\n  condition: evt.type = open\n  output: o\n  priority: INFO\n";
