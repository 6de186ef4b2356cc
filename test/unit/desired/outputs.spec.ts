import { expect } from "chai";
import type { Destination } from "../../../falco/api/falco-service-config.ts";
import type { Facts } from "../../../falco/desired/facts.ts";
import { type Identity, placeholderIdentity } from "../../../falco/desired/identity.ts";
import { defaultLandscape } from "../../../falco/desired/landscape.ts";
import { keyAt } from "../../../falco/desired/output-settings.ts";
import { resolveOutputs, tokenNeeds } from "../../../falco/desired/outputs.ts";
import { brief, cluster, facts, landscape, omit, problemsOf, valueOf } from "./samples.ts";

const resolved = (destinations: readonly Destination[], others: Partial<Facts> = {}) =>
  valueOf(resolveOutputs(destinations, facts({}, others)));

const withoutTokens: Identity = omit(placeholderIdentity, "centralToken", "clusterIdentityToken");
const withoutDomain = omit(cluster, "seedIngressDomain");

describe("falco/desired/outputs", () => {
  const settings: readonly (readonly [Destination, Readonly<Record<string, unknown>>, readonly string[]])[] = [
    [
      { name: "logging" },
      {
        "loki.hostport": "https://v-dev--one.seed.example.org",
        "loki.endpoint": "/vali/api/v1/push",
        "loki.format": "json",
        "loki.checkcert": false,
        "loki.customheaders": { Authorization: "Bearer <<.ServiceAccountToken>>" },
      },
      ["/vali/api/v1/push"],
    ],
    [
      { name: "otlp" },
      {
        "otlp.logs.endpoint": "https://otc-dev--one.seed.example.org",
        "otlp.logs.protocol": "grpc",
        "otlp.logs.headers": "Authorization=Bearer%20<<.ServiceAccountToken>>",
      },
      ["/opentelemetry.proto.collector.logs.v1.LogsService/Export"],
    ],
    [
      { name: "central" },
      {
        "webhook.address": "https://central.example.org",
        "webhook.method": "POST",
        "webhook.checkcert": true,
        "webhook.customheaders": { Authorization: "Bearer PLACEHOLDER-central-token" },
      },
      [],
    ],
    [
      { name: "custom", resourceSecretName: "hook" },
      { "webhook.address": "https://hook.example.org", "webhook.customheaders": { "X-Token": "hunter2" } },
      [],
    ],
    [
      { name: "archive" },
      { "kafkarest.address": "https://archive.seed.example.org", "kafkarest.checkcert": false },
      [],
    ],
    [{ name: "team" }, { "slack.webhookurl": "https://slack.example.org/PLACEHOLDER-cluster-identity-token" }, []],
    [
      { name: "metrics" },
      {
        "alertmanager.hostport": ["https://am.seed.example.org"],
        "alertmanager.customheaders": { Authorization: "Bearer <<.ServiceAccountToken>>", "X-Scope": "top$(secret)" },
      },
      [],
    ],
  ];
  for (const [destination, expected, nonResourceUrls] of settings) {
    it(`${destination.name} sets ${Object.keys(expected).join(", ")}`, () => {
      const outputs = resolved([destination]);
      expect(Object.fromEntries(outputs?.settings ?? [])).to.deep.equal(expected);
      expect(outputs?.nonResourceUrls).to.deep.equal(nonResourceUrls);
      for (const path of Object.keys(expected)) expect(keyAt(path), path).not.to.equal(undefined);
    });
  }

  it("puts all enabled ones together, and needs nothing where there are none", () => {
    const names = ["stdout", "logging", "archive"].map((name) => ({ name }));
    const outputs = resolved([...names, { name: "team", enabled: false }]);
    expect(new Set([...(outputs?.settings.keys() ?? [])].map((path) => path.split(".")[0]))).to.deep.equal(
      new Set(["loki", "kafkarest"]),
    );
    expect(resolved([{ name: "stdout" }, { name: "logging", enabled: false }])).to.equal(undefined);
    expect(resolved([])).to.equal(undefined);
  });

  const missing: readonly (readonly [Destination, Partial<Facts>, string, string])[] = [
    [
      { name: "splunk", resourceSecretName: "absent" },
      {},
      "RESOURCE_MISSING destinations[0].resourceSecretName",
      'The Secret "absent-object" has not been found.',
    ],
    [
      { name: "splunk", resourceSecretName: "nowhere" },
      {},
      "RESOURCE_UNDECLARED destinations[0].resourceSecretName",
      'no entry "nowhere"',
    ],
    [
      { name: "custom", resourceSecretName: "broken" },
      {},
      "SECRET_INVALID destinations[0].resourceSecretName",
      'The Secret "broken-object" needs the key "address"',
    ],
    [{ name: "logging" }, { cluster: withoutDomain }, "CLUSTER_INCOMPLETE destinations[0].name", "no ingress domain"],
    [{ name: "otlp" }, { cluster: withoutDomain }, "CLUSTER_INCOMPLETE destinations[0].name", "no ingress domain"],
    [{ name: "archive" }, { cluster: withoutDomain }, "CLUSTER_INCOMPLETE destinations[0].name", "no ingress domain"],
    [
      { name: "central" },
      { identity: withoutTokens },
      "CLUSTER_INCOMPLETE destinations[0].name",
      'The token for "central" has not been made yet.',
    ],
    [
      { name: "team" },
      { identity: withoutTokens },
      "CLUSTER_INCOMPLETE destinations[0].name",
      'The token for "team" has not been made yet.',
    ],
    [
      { name: "central" },
      { landscape: defaultLandscape },
      "DESTINATION_FORBIDDEN destinations[0].name",
      "does not offer",
    ],
  ];
  for (const [destination, others, expected, message] of missing) {
    it(`${destination.name}: ${message}`, () => {
      const [problem] = problemsOf(resolveOutputs([destination], facts({}, others)));
      expect(brief(problem === undefined ? [] : [problem])).to.deep.equal([expected]);
      expect(problem?.message).to.include(message);
      expect(problem?.message).not.to.include("hunter2");
    });
  }

  it("reports the problems of all destinations", () => {
    const destinations = [{ name: "splunk", resourceSecretName: "absent" }, { name: "central" }];
    expect(brief(problemsOf(resolveOutputs(destinations, facts({}, { identity: withoutTokens }))))).to.deep.equal([
      "RESOURCE_MISSING destinations[0].resourceSecretName",
      "CLUSTER_INCOMPLETE destinations[1].name",
    ]);
  });

  const needs: readonly (readonly [readonly Destination[], boolean, boolean])[] = [
    [[{ name: "logging" }, { name: "archive" }], false, false],
    [[{ name: "central" }], true, false],
    [
      [
        { name: "central", enabled: false },
        { name: "team", enabled: false },
      ],
      false,
      false,
    ],
    [[{ name: "team" }], false, true],
  ];
  for (const [destinations, central, clusterIdentity] of needs) {
    it(`${JSON.stringify(destinations)} needs ${central ? "the central" : clusterIdentity ? "the cluster's" : "no"} token`, () => {
      expect(tokenNeeds(destinations, landscape)).to.deep.equal({ central, clusterIdentity });
    });
  }
});
