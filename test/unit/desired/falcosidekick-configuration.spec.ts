import { expect } from "chai";
import fc from "fast-check";
import type { Json } from "../../../falco/base/json.ts";
import { falcosidekickConfiguration } from "../../../falco/desired/falcosidekick-configuration.ts";
import { expandInOrder } from "./kubernetes-expansion.ts";

const configuration = (settings: Readonly<Record<string, Json>>) =>
  falcosidekickConfiguration(new Map(Object.entries(settings)), { cluster_id: "one" });

/** What a process would see, with the token `TOKEN`. */
function environmentIn({ environment, secretValues }: ReturnType<typeof configuration>): ReadonlyMap<string, string> {
  const secrets: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    "gardener-falcosidekick": { token: "TOKEN" },
    falcosidekick: secretValues,
  };
  return expandInOrder(environment, secrets);
}

const token = "<<.ServiceAccountToken>>";

describe("falco/desired/falcosidekick-configuration", () => {
  it("asks for mutual TLS, but not of probes and Prometheus", () => {
    expect(configuration({})).to.deep.equal({
      file: {
        listenport: 2801,
        debug: false,
        customfields: { cluster_id: "one" },
        tlsserver: {
          deploy: true,
          certfile: "/etc/certs/server/server.crt",
          keyfile: "/etc/certs/server/server.key",
          mutualtls: true,
          cacertfile: "/etc/certs/server/ca.crt",
          notlsport: 2810,
          notlspaths: ["/ping", "/healthz", "/metrics"],
        },
      },
      secretValues: {},
      environment: [],
    });
  });

  it("nests settings by their dots, and keeps those without the token in the file", () => {
    const { file, environment, secretValues } = configuration({
      "webhook.address": "https://a",
      "webhook.customheaders": { "X-Token": "hunter2" },
      "aws.s3.bucket": "b",
      "aws.region": "r",
    });
    expect(file).to.deep.include({
      webhook: { address: "https://a", customheaders: { "X-Token": "hunter2" } },
      aws: { s3: { bucket: "b" }, region: "r" },
    });
    expect([environment, secretValues]).to.deep.equal([[], {}]);
  });

  it("passes the token of logging by reference, never in the file", () => {
    const given = configuration({
      "loki.customheaders": { Authorization: `Bearer ${token}` },
      "loki.hostport": "https://a",
    });
    expect(given.file["loki"]).to.deep.equal({ hostport: "https://a" });
    expect(given.environment).to.deep.equal([
      { name: "ACCESS_TOKEN", secretName: "gardener-falcosidekick", secretKey: "token" },
      { name: "LOKI_CUSTOMHEADERS", value: "Authorization:Bearer $(ACCESS_TOKEN)" },
    ]);
    expect(environmentIn(given).get("LOKI_CUSTOMHEADERS")).to.equal("Authorization:Bearer TOKEN");
  });

  it("passes a text with the token, in any spelling of the variable", () => {
    for (const spelling of [token, "<<ServiceAccountToken>>", "<< .ServiceAccountToken >>"]) {
      const given = configuration({ "otlp.logs.headers": `Authorization=Bearer%20${spelling}` });
      expect(environmentIn(given).get("OTLP_LOGS_HEADERS")).to.equal("Authorization=Bearer%20TOKEN");
    }
  });

  it("keeps what else stands in a text with the token out of the environment's texts", () => {
    const given = configuration({ "otlp.logs.headers": `Authorization=Bearer%20${token},x-api-key=hunter2` });
    expect(JSON.stringify(given.environment)).not.to.include("hunter");
    expect(environmentIn(given).get("OTLP_LOGS_HEADERS")).to.equal("Authorization=Bearer%20TOKEN,x-api-key=hunter2");
  });

  it("keeps the other headers beside the token out of the environment's texts", () => {
    const given = configuration({
      "webhook.customheaders": { "X-Key": "hunter2", Authorization: `Bearer ${token}`, "X-Other": "hunter$(2)" },
    });
    expect(JSON.stringify(given.environment)).not.to.include("hunter");
    expect(JSON.stringify(given.file)).not.to.include("hunter");
    expect(given.secretValues).to.deep.equal({
      WEBHOOK_CUSTOMHEADERS_0: "hunter2",
      WEBHOOK_CUSTOMHEADERS_1: "hunter$(2)",
    });
    expect(environmentIn(given).get("WEBHOOK_CUSTOMHEADERS")).to.equal(
      "X-Key:hunter2,Authorization:Bearer TOKEN,X-Other:hunter$(2)",
    );
  });

  const dollars = ["$(ACCESS_TOKEN)", "$$(ACCESS_TOKEN)", "$$", "a$$b", "$", "$(", "$$$(A)$", "100$ ", "$(open"];
  for (const text of dollars) {
    it(`lets Kubernetes leave ${text} as it is`, () => {
      const given = configuration({ "otlp.logs.headers": `${text} ${token} ${text}` });
      expect(environmentIn(given).get("OTLP_LOGS_HEADERS")).to.equal(`${text} TOKEN ${text}`);
    });
  }

  it("lets Kubernetes leave any text as it is", () => {
    const text = fc.string({ unit: fc.constantFrom("$", "(", ")", "A", "ACCESS_TOKEN", " ") });
    fc.assert(
      fc.property(text, (given) => {
        const made = configuration({ "otlp.logs.headers": given + token });
        expect(environmentIn(made).get("OTLP_LOGS_HEADERS")).to.equal(`${given}TOKEN`);
      }),
    );
  });
});
