import { expect } from "chai";
import { parseManifests } from "../../../falco/base/yaml.ts";
import type { FalcosidekickState } from "../../../falco/desired/state.ts";
import { at, find, target } from "./look-up.ts";
import { sampleState, without } from "./sample-state.ts";

const sidekick = sampleState.falcosidekick;

describe("falcosidekick", () => {
  const objects = target(sampleState);
  const deployment = find(objects, "Deployment/falcosidekick");
  const pod = "spec/template/spec";
  const container = `${pod}/containers/0`;

  const facts: readonly (readonly [string, unknown])[] = [
    [
      "spec/selector",
      { matchLabels: { "app.kubernetes.io/name": "falcosidekick", "app.kubernetes.io/instance": "falco" } },
    ],
    ["spec/replicas", 2],
    ["spec/strategy/rollingUpdate", { maxUnavailable: 0, maxSurge: 1 }],
    [`${pod}/serviceAccountName`, "gardener-falcosidekick"],
    [`${pod}/automountServiceAccountToken`, false],
    [`${pod}/enableServiceLinks`, false],
    [`${pod}/securityContext/runAsNonRoot`, true],
    [`${pod}/securityContext/runAsUser`, 1234],
    [`${pod}/securityContext/seccompProfile`, { type: "RuntimeDefault" }],
    [
      `${container}/securityContext`,
      { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
    ],
    [`${container}/args`, ["-c", "/etc/falcosidekick/config.yaml"]],
    [`${container}/readinessProbe/httpGet`, { path: "/ping", port: "http-notls" }],
    [`${container}/lifecycle/preStop`, { sleep: { seconds: 5 } }],
    [
      `${container}/env`,
      [
        { name: "SA_TOKEN", valueFrom: { secretKeyRef: { name: "gardener-falcosidekick", key: "token" } } },
        { name: "LOKI_CUSTOMHEADERS", value: "Authorization:Bearer $(SA_TOKEN)" },
      ],
    ],
    [`${pod}/volumes/0/secret/items`, [{ key: "config.yaml", path: "config.yaml" }]],
  ];
  for (const [path, expected] of facts) {
    it(`has ${path}`, () => {
      expect(at(deployment, path)).to.deep.equal(expected);
    });
  }

  it("finds its configuration, certificates and secret values in Secrets", () => {
    const decoded = (id: string): Readonly<Record<string, string>> => {
      const data = find(objects, id)["data"] as Readonly<Record<string, string>>;
      return Object.fromEntries(
        Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]),
      );
    };
    const { "config.yaml": configuration = "", ...values } = decoded("Secret/falcosidekick");
    expect(parseManifests(configuration)).to.deep.equal([sidekick.configuration]);
    expect(values).to.deep.equal(sidekick.secretValues);
    const { certificates } = sidekick;
    expect(decoded("Secret/falcosidekick-certs")).to.deep.equal({
      "server.crt": certificates.certificate,
      "server.key": certificates.key,
      "ca.crt": certificates.clientCa,
    });
    const client = sampleState.falco.certificates;
    expect(decoded("Secret/falco-certs")).to.deep.equal({
      "client.crt": client.certificate,
      "client.key": client.key,
      "server.ca.crt": client.serverCa,
    });
  });

  it("rolls when its configuration, a secret value, a certificate or the token changes", () => {
    const changes = [
      { configuration: { ...sidekick.configuration, debug: true } },
      { secretValues: { "loki-header": "X-Tenant:other" } },
      { certificates: { ...sidekick.certificates, clientCa: "other" } },
      { accessToken: { nonResourceUrls: ["/vali/api/v1/push"], readAt: "2026-02-15T00:00:00Z" } },
    ];
    const annotations = (falcosidekick: FalcosidekickState): string =>
      JSON.stringify(
        at(
          find(target({ ...sampleState, falcosidekick }), "Deployment/falcosidekick"),
          "spec/template/metadata/annotations",
        ),
      );
    for (const change of changes) {
      expect(annotations({ ...sidekick, ...change }), Object.keys(change)[0]).not.to.equal(annotations(sidekick));
    }
  });

  it("has a checksum that does not tell a weak password: another private key gives another one", () => {
    const checksum = (key: string): unknown => {
      const falcosidekick = { ...sidekick, certificates: { ...sidekick.certificates, key } };
      const changed = find(target({ ...sampleState, falcosidekick }), "Deployment/falcosidekick");
      const annotations = at(changed, "spec/template/metadata/annotations") as Readonly<Record<string, string>>;
      return annotations["checksum/config"];
    };
    expect(checksum("one")).to.be.a("string").and.not.to.equal(checksum("other"));
  });

  it("leaves out what the state does not ask for", () => {
    const rest = { ...without(sidekick, "accessToken"), sleepsBeforeStop: false };
    const plain = target({ ...sampleState, falcosidekick: { ...rest, environment: [], dualStack: false } });
    const smaller = find(plain, "Deployment/falcosidekick");
    expect(at(smaller, `${container}/env`)).to.equal(undefined);
    expect(at(smaller, `${container}/lifecycle`)).to.equal(undefined);
    expect(at(smaller, "spec/template/metadata/annotations")).to.have.all.keys(
      "checksum/config",
      "checksum/certificates",
    );
    expect(at(find(plain, "Service/falcosidekick"), "spec/ipFamilyPolicy")).to.equal(undefined);
    expect(at(find(objects, "Service/falcosidekick"), "spec/ipFamilyPolicy")).to.equal("PreferDualStack");
  });

  it("may post to the logging stack's paths and nothing else", () => {
    const role = find(objects, "ClusterRole/extensions.gardener.cloud:shoot-falco-service:falcosidekick");
    expect(role["rules"]).to.deep.equal([{ nonResourceURLs: ["/vali/api/v1/push"], verbs: ["create"] }]);
  });
});
