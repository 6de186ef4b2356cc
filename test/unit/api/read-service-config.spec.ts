import { expect } from "chai";
import fc from "fast-check";
import { falcoServiceConfigKind } from "../../../falco/api/falco-service-config.ts";
import { readServiceConfig } from "../../../falco/api/read-service-config.ts";

const full = {
  ...falcoServiceConfigKind,
  falcoVersion: "0.44.1",
  autoUpdate: false,
  heartbeatEvent: true,
  nodeSelector: { "worker.gardener.cloud/pool": "a" },
  tolerations: [{ key: "a", operator: "Exists", effect: "NoExecute", tolerationSeconds: 5 }],
  falcoConfig: { resources: { requests: { cpu: 1, memory: "512Mi" }, limits: { memory: "1Gi" } } },
  rules: { standard: ["falco-rules"], custom: [{ resourceName: "a" }, { shootConfigMap: "b" }] },
  destinations: [{ name: "opensearch", enabled: true, resourceSecretName: "s" }],
  falcoctl: {
    indexes: [{ name: "falco", url: "https://example.org/index.yaml" }],
    allowedTypes: ["rulesfile", "plugin"],
    install: { refs: ["falco-rules:4"], resolveDeps: true },
    follow: { refs: ["falco-rules:4"], every: "6h" },
  },
  plugins: [{ name: "container", initConfig: { any: ["thing"] }, openParams: "p" }],
  kubernetesAudit: { enabled: true, policy: { resourceName: "p" } },
  response: { enabled: true, rules: { resourceName: "r" } },
  ui: { enabled: false },
};

describe("falco/api/read-service-config", () => {
  it("takes every field of the API", () => {
    expect(readServiceConfig(full)).to.deep.equal({ ok: true, value: full, warnings: [] });
  });

  it("takes an absent configuration for an empty one", () => {
    for (const absent of [undefined, null]) {
      expect(readServiceConfig(absent)).to.deep.equal({ ok: true, value: falcoServiceConfigKind, warnings: [] });
    }
  });

  it("takes fields that hold nothing for absent, as the Go extension does", () => {
    const blank = {
      ...falcoServiceConfigKind,
      falcoVersion: "",
      rules: null,
      tolerations: [{ effect: "", operator: "Exists" }],
    };
    const value = { ...falcoServiceConfigKind, tolerations: [{ operator: "Exists" }] };
    expect(readServiceConfig(blank)).to.deep.equal({ ok: true, value, warnings: [] });
  });

  const mistakes: readonly (readonly [unknown, readonly string[]])[] = [
    [{}, ["FIELD_REQUIRED apiVersion", "FIELD_REQUIRED kind"]],
    [{ ...full, kind: "FalcoProfile" }, ["KIND_UNSUPPORTED kind"]],
    [{ ...full, apiVersion: "falco.gardener.cloud/v1alpha1" }, ["KIND_UNSUPPORTED apiVersion"]],
    [[], ["FIELD_TYPE "]],
    ["text", ["FIELD_TYPE "]],
    [{ ...full, destinations: [{ name: "" }] }, ["FIELD_VALUE destinations[0].name"]],
    [{ ...full, nodeSelector: { "a/b": true } }, ['FIELD_TYPE nodeSelector["a/b"]']],
    [{ ...full, tolerations: [{ operator: "In" }] }, ["FIELD_VALUE tolerations[0].operator"]],
    [{ ...full, falcoConfig: { resources: { limit: {} } } }, ["FIELD_UNKNOWN falcoConfig.resources.limit"]],
    [{ ...full, rules: { custom: [{ configMap: "a" }] } }, ["FIELD_UNKNOWN rules.custom[0].configMap"]],
    [{ ...full, destinations: [{ enabled: true }] }, ["FIELD_REQUIRED destinations[0].name"]],
    [{ ...full, falcoctl: { allowedTypes: ["asset"] } }, ["FIELD_VALUE falcoctl.allowedTypes[0]"]],
  ];
  for (const [input, expected] of mistakes) {
    it(`refuses with ${expected.join(", ")}`, () => {
      const read = readServiceConfig(input);
      expect(read.ok ? [] : read.problems.map(({ code, path }) => `${code} ${path}`)).to.deep.equal(expected);
    });
  }

  it("never throws", () => {
    const fields = fc.dictionary(
      fc.constantFrom(...Object.keys(full), "resources", "gardener", "output"),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(fields, (raw) => {
        readServiceConfig(raw);
        readServiceConfig({ ...falcoServiceConfigKind, ...raw });
      }),
    );
  });
});
