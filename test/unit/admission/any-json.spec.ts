import { expect } from "chai";
import fc from "fast-check";
import type { Webhook } from "../../../admission/decide.ts";
import { readReview, writeReview } from "../../../admission/review.ts";
import { defaultLandscape } from "../../../falco/desired/landscape.ts";
import { archiveLandscape, ask, review, seed, serviceConfig, shoot, update } from "./samples.ts";

/** JSON with the field names and values that the code looks at, so that it gets past the first checks. */
const names = [
  "apiVersion",
  "kind",
  "metadata",
  "namespace",
  "spec",
  "extensions",
  "resources",
  "resourceRef",
  "type",
  "disabled",
  "providerConfig",
  "falcoVersion",
  "rules",
  "standard",
  "custom",
  "resourceName",
  "shootConfigMap",
  "destinations",
  "name",
  "enabled",
  "resourceSecretName",
  "tolerations",
  "operator",
  "falcoConfig",
  "requests",
  "cpu",
  "nodeSelector",
  "gardener",
  "output",
  "eventCollector",
  "customWebhook",
  "falcoctl",
  "__proto__",
  "constructor",
  "toString",
  "",
];
const texts = fc.oneof(
  fc.constantFrom(
    "shoot-falco-service",
    "core.gardener.cloud/v1beta1",
    "Shoot",
    "Seed",
    "FalcoServiceConfig",
    "0.44.1",
    "0.42.1",
    "falco.extensions.gardener.cloud/v1alpha1",
    "custom",
    "logging",
    "stdout",
    "archive",
    "Secret",
    "ConfigMap",
    "gardener",
    "toString",
    "__proto__",
    "Exists",
    "100m",
  ),
  fc.string(),
);
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 6, depthSize: "small" },
    fc.constantFrom(null, true, false, 0, -1, 1e308),
    texts,
    fc.array(tie("json"), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.constantFrom(...names), tie("json")), { maxLength: 6 })
      .map((entries) => Object.fromEntries(entries) as unknown),
  ),
}));
const config = fc.oneof(
  json,
  fc
    .record(
      {
        falcoVersion: json,
        autoUpdate: json,
        rules: json,
        destinations: json,
        tolerations: json,
        nodeSelector: json,
        falcoConfig: json,
        output: json,
        gardener: json,
      },
      { requiredKeys: [] },
    )
    .map(serviceConfig),
  fc
    .record(
      {
        destinations: fc.array(
          fc.record({ name: texts, enabled: fc.boolean(), resourceSecretName: texts }, { requiredKeys: ["name"] }),
          { maxLength: 4 },
        ),
        rules: fc.record(
          { standard: fc.array(texts), custom: fc.array(fc.record({ resourceName: texts }), { maxLength: 3 }) },
          { requiredKeys: [] },
        ),
        falcoVersion: texts,
        nodeSelector: fc.dictionary(texts, texts, { maxKeys: 2 }),
      },
      { requiredKeys: [] },
    )
    .map(serviceConfig),
);
const object = fc.oneof(
  json,
  config.map((each) => shoot(each)),
  config.map((each) => seed(each)),
  fc.tuple(config, json).map(([each, extensions]) => shoot(each, { extensions })),
  fc.tuple(config, json).map(([each, resources]) => shoot(each, { spec: { resources } })),
  fc.tuple(config, json).map(([each, metadata]) => ({ ...shoot(each), metadata })),
);
const body = fc.oneof(
  { weight: 1, arbitrary: json },
  { weight: 1, arbitrary: fc.tuple(object, json).map(([each, request]) => ({ ...review(each), request })) },
  { weight: 4, arbitrary: object.map((each) => review(each)) },
  { weight: 4, arbitrary: fc.tuple(object, object).map(([each, old]) => update(each, old)) },
);

describe("any JSON", () => {
  it("gets an answer, and none of them is a failure of ours", () => {
    fc.assert(
      fc.property(
        body,
        fc.constantFrom<Webhook>("mutate", "validate"),
        fc.constantFrom(defaultLandscape, archiveLandscape),
        (input, webhook, landscape) => {
          const parsed: unknown = JSON.parse(JSON.stringify(input));
          const read = readReview(parsed);
          if (!read.ok) {
            expect(read.problems).to.not.be.empty;
            return;
          }
          const before = JSON.stringify(parsed);
          const decision = ask(webhook, parsed, { landscape, restrictedUsage: webhook === "validate" });
          const { response } = JSON.parse(JSON.stringify(writeReview(read.value, decision))) as {
            response: { uid: string; allowed: boolean; status?: { code: number } };
          };
          expect(response.uid).to.equal(read.value.request.uid);
          expect(response.allowed).to.be.a("boolean");
          expect(response.status?.code ?? 0).to.be.oneOf([0, 400, 403]);
          expect(JSON.stringify(parsed), "the input is not changed").to.equal(before);
        },
      ),
      { numRuns: 3000 },
    );
  });
});
