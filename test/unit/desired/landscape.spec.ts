import { expect } from "chai";
import { type Configuration, configurationKind } from "../../../falco/api/configuration.ts";
import { defaultLandscape, isHttpUrl, resolveLandscape, sectionsOverlap } from "../../../falco/desired/landscape.ts";
import { problemsOf, show, valueOf } from "./samples.ts";

const key = "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----\n";
type Falco = NonNullable<Configuration["falco"]>;

const configuration = (falco: Falco, others: Partial<Configuration> = {}): Configuration => ({
  ...configurationKind,
  falco,
  ...others,
});

const global = (name: string, section: string, value: Readonly<Record<string, unknown>> = {}) => ({
  name,
  falcosidekickOutput: { key: section, value },
});

describe("falco/desired/landscape", () => {
  it("has a default for everything", () => {
    expect(valueOf(resolveLandscape(configurationKind))).to.deep.equal(defaultLandscape);
    expect(defaultLandscape).to.deep.include({
      certificateLifetimeSeconds: 180 * 86_400,
      certificateRenewAfterSeconds: 150 * 86_400,
      defaultEventDestination: "logging",
      healthSyncPeriodSeconds: 30,
      otlpLogging: false,
      additionalCharts: [],
    });
  });

  it("takes everything from the configuration", () => {
    const falco: Falco = {
      priorityClassName: "mine",
      certificateLifetime: "48h",
      certificateRenewAfter: "24h",
      centralStorage: { enabled: true, url: "https://central.example.org", tokenIssuerPrivateKey: key },
      clusterIdentityToken: { tokenIssuerPrivateKey: key.replaceAll("RSA ", ""), tokenLifetime: "1h" },
      defaultEventDestination: "archive",
      globalDefaultDestinations: [global("archive", "webhook", { address: "https://<<.SeedIngressDomain>>" })],
      allowedOutputs: { shoot: ["*"], seed: ["slack"] },
      additional: {
        seedManagedResources: [{ name: "chart", helm: { ociRepository: { ref: "ghcr.io/charts/chart:1.0.0" } } }],
      },
    };
    const others = {
      otlpLogging: true,
      healthCheckConfig: { syncPeriod: "1m", shootRESTOptions: { qps: 2, burst: 3 } },
    };
    expect(valueOf(resolveLandscape(configuration(falco, others)))).to.deep.equal({
      priorityClassName: "mine",
      certificateLifetimeSeconds: 172_800,
      certificateRenewAfterSeconds: 86_400,
      centralStorage: { url: "https://central.example.org", tokenIssuerPrivateKey: key, tokenLifetimeSeconds: 604_800 },
      clusterIdentityToken: { tokenIssuerPrivateKey: key.replaceAll("RSA ", ""), tokenLifetimeSeconds: 3600 },
      defaultEventDestination: "archive",
      globalDestinations: [
        { name: "archive", section: "webhook", settings: { address: "https://<<.SeedIngressDomain>>" } },
      ],
      otlpLogging: true,
      healthSyncPeriodSeconds: 60,
      shootRequests: { perSecond: 2, burst: 3 },
      additionalCharts: [
        {
          name: "chart",
          path: "falco.additional.seedManagedResources[0]",
          source: { kind: "oci", ref: "ghcr.io/charts/chart:1.0.0" },
          values: {},
        },
      ],
    });
  });

  const central: readonly (readonly [Falco["centralStorage"], boolean])[] = [
    [undefined, false],
    [{}, false],
    [{ enabled: false, url: "nonsense" }, false],
    [{ tokenLifetime: "1h" }, false],
    [{ url: "https://c.example.org", tokenIssuerPrivateKey: key }, true],
    [{ enabled: true, url: "https://c.example.org", tokenIssuerPrivateKey: key }, true],
  ];
  for (const [centralStorage, offered] of central) {
    it(`${offered ? "offers" : "does not offer"} central with ${show(centralStorage).slice(0, 60)}`, () => {
      const falco = centralStorage === undefined ? {} : { centralStorage };
      expect(valueOf(resolveLandscape(configuration(falco))).centralStorage !== undefined).to.equal(offered);
      const asDefault = resolveLandscape(configuration({ ...falco, defaultEventDestination: "central" }));
      expect(asDefault.ok).to.equal(offered);
    });
  }

  const at = "falco.globalDefaultDestinations[0]";
  const mistakes: readonly (readonly [Falco, readonly (readonly [string, string, string])[]])[] = [
    [
      { certificateLifetime: "10d" },
      [["FIELD_VALUE", "falco.certificateLifetime", '"10d" is not a duration above zero such as 720h or 1h30m.']],
    ],
    [{ certificateLifetime: "0" }, [["FIELD_VALUE", "falco.certificateLifetime", "above zero"]]],
    [
      { certificateRenewAfter: "4320h" },
      [["FIELD_VALUE", "falco.certificateRenewAfter", "must be renewed before their lifetime ends"]],
    ],
    [
      { certificateLifetime: "1h" },
      [["FIELD_VALUE", "falco.certificateRenewAfter", "Give a shorter time than certificateLifetime."]],
    ],
    [
      { centralStorage: { enabled: true } },
      [
        ["FIELD_VALUE", "falco.centralStorage.url", "the URL that events are posted to"],
        [
          "FIELD_VALUE",
          "falco.centralStorage.tokenIssuerPrivateKey",
          "an RSA private key in PEM, without a passphrase",
        ],
      ],
    ],
    [
      { centralStorage: { url: "central", tokenIssuerPrivateKey: "hunter2", tokenLifetime: "-1h" } },
      [
        ["FIELD_VALUE", "falco.centralStorage.url", "with https://"],
        ["FIELD_VALUE", "falco.centralStorage.tokenIssuerPrivateKey", "in PEM"],
        ["FIELD_VALUE", "falco.centralStorage.tokenLifetime", '"-1h"'],
      ],
    ],
    [
      { clusterIdentityToken: { tokenIssuerPrivateKey: "-----BEGIN ENCRYPTED PRIVATE KEY-----" } },
      [["FIELD_VALUE", "falco.clusterIdentityToken.tokenIssuerPrivateKey", "without a passphrase"]],
    ],
    [
      { defaultEventDestination: "vali" },
      [
        [
          "DESTINATION_UNKNOWN",
          "falco.defaultEventDestination",
          '"vali" is no destination. Use one of logging, stdout,',
        ],
      ],
    ],
    [
      { defaultEventDestination: "splunk" },
      [
        [
          "FIELD_VALUE",
          "falco.defaultEventDestination",
          '"splunk" needs a Secret of each shoot, so it cannot be the default.',
        ],
      ],
    ],
    [
      { defaultEventDestination: "otlp" },
      [["FIELD_VALUE", "falco.defaultEventDestination", '"otlp" is not offered while otlpLogging is off']],
    ],
    [
      { defaultEventDestination: "central" },
      [["FIELD_VALUE", "falco.defaultEventDestination", '"central" is not offered without centralStorage']],
    ],
    [
      { globalDefaultDestinations: [global("logging", "slack")] },
      [["FIELD_CONFLICT", `${at}.name`, '"logging" is a standard destination.']],
    ],
    [
      { globalDefaultDestinations: [global("a", "slack"), global("a", "loki")] },
      [["FIELD_DUPLICATE", "falco.globalDefaultDestinations[1].name", '"a" stands here twice.']],
    ],
    [
      { globalDefaultDestinations: [global("a", "otlp"), global("b", "otlp.traces")] },
      [
        [
          "FIELD_DUPLICATE",
          "falco.globalDefaultDestinations[1].falcosidekickOutput.key",
          '"a" has the output "otlp" already',
        ],
      ],
    ],
    [
      { globalDefaultDestinations: [global("a", "slak")] },
      [["FIELD_VALUE", `${at}.falcosidekickOutput.key`, 'no output "slak". Did you mean "slack"?']],
    ],
    [
      { globalDefaultDestinations: [global("a", "constructor")] },
      [["FIELD_VALUE", `${at}.falcosidekickOutput.key`, 'no output "constructor".']],
    ],
    [
      { globalDefaultDestinations: [global("a", "webhook", { adress: "x", checkcert: "maybe", constructor: 1 })] },
      [
        [
          "FIELD_UNKNOWN",
          `${at}.falcosidekickOutput.value.adress`,
          'no setting "webhook.adress". Did you mean "address"?',
        ],
        ["FIELD_TYPE", `${at}.falcosidekickOutput.value.checkcert`, "This must be true or false."],
        ["FIELD_UNKNOWN", `${at}.falcosidekickOutput.value.constructor`, 'no setting "webhook.constructor".'],
      ],
    ],
    [
      { globalDefaultDestinations: [global("a", "webhook", { address: "https://<<.SeedDomain>>/<< .Other >>" })] },
      [
        [
          "FIELD_VALUE",
          `${at}.falcosidekickOutput.value`,
          "no template variable <<.SeedDomain>>. Use one of <<.SeedIngressDomain>>, <<.ServiceAccountToken>>, <<.ClusterIdentityToken>>.",
        ],
        ["FIELD_VALUE", `${at}.falcosidekickOutput.value`, "no template variable <<.Other>>"],
      ],
    ],
    [
      { globalDefaultDestinations: [global("a", "webhook", { customheaders: { A: "<<.ClusterIdentityToken>>" } })] },
      [
        [
          "FIELD_REQUIRED",
          `${at}.falcosidekickOutput.value`,
          "needs falco.clusterIdentityToken with the key that signs it",
        ],
      ],
    ],
    [
      {
        globalDefaultDestinations: [
          global("a", "elasticsearch", { customheaders: { A: "Bearer <<.ServiceAccountToken>>" } }),
        ],
      },
      [
        [
          "FIELD_VALUE",
          `${at}.falcosidekickOutput.value`,
          "cannot be used in elasticsearch.customheaders, which falcosidekick reads from its file only",
        ],
      ],
    ],
    [
      {
        globalDefaultDestinations: [
          global("a", "webhook", { customheaders: "A:<<.ServiceAccountToken>>,B:https://x" }),
        ],
      },
      [["FIELD_VALUE", `${at}.falcosidekickOutput.value`, "together with values that hold a colon or a comma"]],
    ],
    [
      { allowedOutputs: { shoot: ["slack", "slac"] } },
      [["FIELD_VALUE", "falco.allowedOutputs.shoot[1]", 'Did you mean "slack"?']],
    ],
    [
      { additional: { seedManagedResources: [{ name: "a", helm: {} }] } },
      [["FIELD_REQUIRED", "falco.additional.seedManagedResources[0].helm", "ociRepository or chart"]],
    ],
  ];
  for (const [falco, expected] of mistakes) {
    it(`refuses ${JSON.stringify(falco).slice(0, 90)}`, () => {
      const problems = problemsOf(resolveLandscape(configuration(falco)));
      expect(problems.map(({ code, path }) => [code, path])).to.deep.equal(
        expected.map(([code, path]) => [code, path]),
      );
      for (const [index, [, , message]] of expected.entries()) expect(problems[index]?.message).to.include(message);
      expect(JSON.stringify(problems)).not.to.include("hunter2");
    });
  }

  it("lists the mistakes of all parts at once", () => {
    const all = configuration(
      {
        certificateLifetime: "x",
        centralStorage: { enabled: true },
        defaultEventDestination: "x",
        allowedOutputs: { seed: ["x"] },
        globalDefaultDestinations: [global("stdout", "x")],
      },
      { healthCheckConfig: { syncPeriod: "x" } },
    );
    expect(problemsOf(resolveLandscape(all)).map(({ path }) => path)).to.deep.equal([
      "falco.certificateLifetime",
      "falco.centralStorage.url",
      "falco.centralStorage.tokenIssuerPrivateKey",
      "falco.globalDefaultDestinations[0].name",
      "falco.globalDefaultDestinations[0].falcosidekickOutput.key",
      "falco.defaultEventDestination",
      "healthCheckConfig.syncPeriod",
      "falco.allowedOutputs.seed[0]",
    ]);
  });

  const overlaps: readonly (readonly [string, string, boolean])[] = [
    ["otlp", "otlp", true],
    ["otlp", "otlp.logs", true],
    ["otlp.logs", "otlp", true],
    ["otlp.logs", "otlp.traces", false],
    ["kafka", "kafkarest", false],
  ];
  for (const [left, right, expected] of overlaps) {
    it(`${left} and ${right} ${expected ? "overlap" : "do not overlap"}`, () => {
      expect(sectionsOverlap(left, right)).to.equal(expected);
    });
  }

  it("knows URLs that falcosidekick can post to", () => {
    expect(["https://a", "http://a:1/b?c"].map(isHttpUrl)).to.deep.equal([true, true]);
    const bad = ["", "a.example.org", "ftp://a", "https://", "https:///a", "https:// a", "https://a:x"];
    expect(bad.filter(isHttpUrl)).to.deep.equal([]);
  });
});
