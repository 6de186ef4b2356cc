import { expect } from "chai";
import fc from "fast-check";
import type { FalcoServiceConfig } from "../../../falco/api/falco-service-config.ts";
import { buildCatalogue } from "../../../falco/catalog/catalogue.ts";
import type { Facts } from "../../../falco/desired/facts.ts";
import { resolve } from "../../../falco/desired/resolve.ts";
import { falco, profileOf } from "../catalog/profile-of.ts";
import { anyConfig } from "./any-config.ts";
import { brief, cluster, facts, landscape, omit, problemsOf, valueOf } from "./samples.ts";

const unknownCluster = omit(cluster, "clusterIdentity");

/** The object, frozen all the way down; maps are left out. */
function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || value instanceof Map || Object.isFrozen(value)) return value;
  for (const each of Object.values(value)) frozen(each);
  return Object.freeze(value);
}

describe("falco/desired/resolve", () => {
  it("decides everything for a shoot that says nothing", () => {
    const state = valueOf(resolve(facts()));
    expect(state).to.deep.include({
      place: "shoot",
      namespace: "kube-system",
      controlPlane: { namespace: "shoot--dev--one", tokenRequest: true, scrapeConfig: true },
    });
    expect(state.falco).to.deep.include({
      version: "0.44.1",
      image: "registry.example.org/falco:0.44.1",
      args: ["/usr/bin/falco"],
      priorityClassName: "gardener-shoot-system-900",
      podLabels: {
        "networking.gardener.cloud/to-dns": "allowed",
        "networking.gardener.cloud/to-falcosidekick": "allowed",
      },
      appArmorField: true,
      nodeSelector: {},
    });
    expect(state.falco.certificates).to.have.keys("serverCa", "certificate", "key");
    expect(state.falco.configuration).to.deep.include({
      rules_files: ["/etc/falco/rules.d"],
      stdout_output: { enabled: false },
      static_fields: { cluster_id: cluster.clusterIdentity, falco_version: "0.44.1" },
    });
    expect(state.falcosidekick).to.deep.include({
      version: "2.34.1",
      image: "registry.example.org/falcosidekick:2.34.1",
      replicas: 2,
      dualStack: false,
      networkPolicies: true,
      sleepsBeforeStop: true,
      accessToken: { nonResourceUrls: ["/vali/api/v1/push"], readAt: "PLACEHOLDER" },
    });
    expect(state.falcosidekick?.configuration["customfields"]).to.deep.equal({ cluster_id: cluster.clusterIdentity });
  });

  const decisions: readonly (readonly [
    string,
    Partial<FalcoServiceConfig>,
    Partial<Facts>,
    Readonly<Record<string, unknown>>,
  ])[] = [
    [
      "stdout alone needs no falcosidekick",
      { destinations: [{ name: "stdout" }] },
      {},
      {
        falcosidekick: undefined,
        "falco.certificates": undefined,
        "falco.configuration.http_output.enabled": false,
        "falco.configuration.stdout_output.enabled": true,
        "controlPlane.tokenRequest": false,
        "controlPlane.scrapeConfig": false,
        "falco.podLabels": { "networking.gardener.cloud/to-dns": "allowed" },
      },
    ],
    [
      "stdout beside another prints as well",
      { destinations: [{ name: "stdout" }, { name: "central" }] },
      {},
      {
        "falco.configuration.stdout_output.enabled": true,
        "falco.configuration.http_output.enabled": true,
        "controlPlane.tokenRequest": false,
        "falcosidekick.accessToken": undefined,
      },
    ],
    [
      "a disabled stdout does not print",
      { destinations: [{ name: "stdout", enabled: false }, { name: "central" }] },
      {},
      { "falco.configuration.stdout_output.enabled": false },
    ],
    [
      "without destinations events are printed",
      { destinations: [] },
      {},
      { falcosidekick: undefined, "falco.configuration.stdout_output.enabled": true },
    ],
    [
      "an older version",
      { falcoVersion: "0.43.1" },
      {},
      {
        "falco.version": "0.43.1",
        "falco.args": ["/usr/bin/falco", "-U"],
        "falco.configuration.static_fields.falco_version": "0.43.1",
      },
    ],
    ["a preview that is chosen", { falcoVersion: "0.45.0-rc1" }, {}, { "falco.version": "0.45.0-rc1" }],
    ["an expired version", { falcoVersion: "0.42.1" }, {}, { "falco.version": "0.42.1" }],
    ["a heartbeat", { heartbeatEvent: true }, {}, { "falco.configuration.metrics.output_rule": true }],
    [
      "a selector, tolerations and resources",
      { nodeSelector: { a: "b" }, tolerations: [], falcoConfig: { resources: { limits: { cpu: 2 } } } },
      {},
      { "falco.nodeSelector": { a: "b" }, "falco.tolerations": [], "falco.resources.limits.cpu": "2" },
    ],
    [
      "rules of the shoot",
      { rules: { custom: [{ shootConfigMap: "own" }] } },
      {},
      {
        "falco.configuration.rules_files": ["/etc/falco/rules.d", "/etc/falco/shoot-custom-rules/own"],
        "falco.ruleFiles": [],
      },
    ],
    [
      "IPv6",
      {},
      { cluster: { ...cluster, ipFamilies: ["IPv6"] } },
      { "falco.configuration.webserver.listen_address": "::", "falcosidekick.dualStack": false },
    ],
    [
      "dual stack",
      {},
      { cluster: { ...cluster, ipFamilies: ["IPv4", "IPv6"] } },
      { "falco.configuration.webserver.listen_address": "0.0.0.0", "falcosidekick.dualStack": true },
    ],
    [
      "Kubernetes 1.29",
      {},
      { cluster: { ...cluster, kubernetesVersion: "1.29.9" } },
      { "falco.appArmorField": false, "falcosidekick.sleepsBeforeStop": false },
    ],
    [
      "a seed",
      {},
      { place: "seed" },
      {
        place: "seed",
        "falco.priorityClassName": "gardener-system-900",
        "falco.podLabels": {},
        falcosidekick: undefined,
        "controlPlane.scrapeConfig": false,
      },
    ],
    [
      "a seed with central",
      { destinations: [{ name: "central" }] },
      { place: "seed" },
      {
        "falcosidekick.podLabels": {},
        "falcosidekick.networkPolicies": false,
        "falcosidekick.priorityClassName": "gardener-system-900",
        "controlPlane.scrapeConfig": false,
      },
    ],
    [
      "a default of the landscape",
      {},
      { landscape: { ...landscape, defaultEventDestination: "archive" } },
      {
        "falcosidekick.configuration.kafkarest.address": "https://archive.seed.example.org",
        "falcosidekick.accessToken": undefined,
      },
    ],
  ];
  for (const [what, fields, others, expected] of decisions) {
    it(`decides ${what}`, () => {
      const state = valueOf(resolve(facts(fields, others)));
      for (const [path, value] of Object.entries(expected)) {
        if (value === undefined) expect(state).not.to.have.nested.property(path);
        else expect(state).to.have.nested.property(path).that.deep.equals(value);
      }
    });
  }

  const warnings: readonly (readonly [Partial<FalcoServiceConfig>, readonly string[]])[] = [
    [{}, []],
    [{ falcoVersion: "0.42.1" }, ["VERSION_EXPIRED falcoVersion"]],
    [{ destinations: [{ name: "logging", enabled: false }] }, ["FIELD_VALUE destinations"]],
  ];
  for (const [fields, expected] of warnings) {
    it(`warns of ${JSON.stringify(expected)}`, () => {
      const resolved = resolve(facts(fields));
      expect(resolved.ok ? brief(resolved.warnings) : resolved.problems).to.deep.equal(expected);
    });
  }

  const bare = buildCatalogue([
    profileOf("bare", { falco: [falco("0.44.1")], images: { falco: [] }, rules: [] }),
  ]).catalogue;
  const problems: readonly (readonly [string, Partial<FalcoServiceConfig>, Partial<Facts>, readonly string[]])[] = [
    [
      "a shoot that has no identity yet",
      {},
      { cluster: unknownCluster },
      ["CLUSTER_INCOMPLETE status.clusterIdentity"],
    ],
    [
      "an identity that is empty",
      {},
      { cluster: { ...cluster, clusterIdentity: "" } },
      ["CLUSTER_INCOMPLETE status.clusterIdentity"],
    ],
    ["an unknown version", { falcoVersion: "9.9.9" }, {}, ["VERSION_UNKNOWN falcoVersion"]],
    ["a version that is too old for us", { falcoVersion: "0.40.0" }, {}, ["NOT_AVAILABLE falcoVersion"]],
    [
      "no profile",
      {},
      { catalogue: buildCatalogue([]).catalogue },
      ["VERSION_NONE_SUPPORTED falcoVersion", "VERSION_NONE_SUPPORTED destinations"],
    ],
    [
      "no image and no falcosidekick",
      {},
      { catalogue: bare },
      ["IMAGE_MISSING falcoVersion", "VERSION_NONE_SUPPORTED destinations"],
    ],
    [
      "everything at once, each problem once",
      {
        falcoVersion: "9.9.9",
        destinations: [
          { name: "central" },
          { name: "splunk", resourceSecretName: "absent" },
          { name: "custom", resourceSecretName: "x" },
        ],
        tolerations: [{}],
        ui: { enabled: true },
      },
      { cluster: unknownCluster },
      [
        "NOT_AVAILABLE ui",
        "RESOURCE_UNDECLARED destinations[2].resourceSecretName",
        "DESTINATION_CONFLICT destinations[2].name",
        "FIELD_CONFLICT tolerations[0].operator",
        "VERSION_UNKNOWN falcoVersion",
        "RESOURCE_MISSING destinations[1].resourceSecretName",
        "CLUSTER_INCOMPLETE status.clusterIdentity",
      ],
    ],
  ];
  for (const [what, fields, others, expected] of problems) {
    it(`refuses ${what}`, () => {
      expect(brief(problemsOf(resolve(facts(fields, others))))).to.deep.equal(expected);
    });
  }

  it("is deterministic, does not change its input and never throws", () => {
    fc.assert(
      fc.property(anyConfig, fc.constantFrom("shoot" as const, "seed" as const), (fields, place) => {
        const given = frozen(facts(fields, { place }));
        const first = resolve(given);
        expect(JSON.stringify(resolve(given))).to.equal(JSON.stringify(first));
        if (!first.ok) expect(first.problems).not.to.be.empty;
        if (!first.ok) expect(JSON.stringify(first.problems)).not.to.include("hunter2");
      }),
    );
  });
});
