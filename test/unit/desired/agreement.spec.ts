import { readServiceConfig } from "../../../falco/api/read-service-config.ts";
import { expect } from "chai";
import fc from "fast-check";
import { falcoServiceConfigKind, type FalcoServiceConfig } from "../../../falco/api/falco-service-config.ts";
import type { Problem } from "../../../falco/base/problem.ts";
import { buildCatalogue, type Catalogue } from "../../../falco/catalog/catalogue.ts";
import type { Place } from "../../../falco/desired/facts.ts";
import { resolve } from "../../../falco/desired/resolve.ts";
import { validate } from "../../../falco/desired/validate.ts";
import { falco, profileOf } from "../catalog/profile-of.ts";
import { anyConfig } from "./any-config.ts";
import { brief, catalogue, config, context, facts, problemsOf, seed, shoot } from "./samples.ts";

/** What only the controller can know, and what only admission minds. */
const controllerOnly = ["RESOURCE_MISSING", "CLUSTER_INCOMPLETE", "RULES_SOURCE_MISSING"];
const admissionOnly = ["VERSION_EXPIRED"];

const without = (problems: readonly Problem[], codes: readonly string[]): readonly string[] =>
  [...new Set(brief(problems.filter(({ code }) => !codes.includes(code))))].sort();

/** What admission and controller say of a configuration. */
function opinions(fields: Partial<FalcoServiceConfig>, place: Place, given: Catalogue) {
  const object = place === "shoot" ? shoot(config(fields)) : seed(config(fields));
  const verdict = validate({ operation: "CREATE", object }, context({ catalogue: given }));
  const resolved = resolve(facts(fields, { place, catalogue: given }));
  return {
    admission: without(verdict.problems, admissionOnly),
    controller: without(problemsOf(resolved), controllerOnly),
  };
}

const rules = [{ name: "other", version: "1.0.0", source: { file: "extra.yaml" } }];
const falcosidekick = [{ version: "2.34.1", classification: "supported" as const }];
const poor: readonly (readonly [string, Catalogue, readonly string[]])[] = [
  [
    "no version",
    buildCatalogue([]).catalogue,
    ["VERSION_NONE_SUPPORTED destinations", "VERSION_NONE_SUPPORTED falcoVersion"],
  ],
  [
    "no falcosidekick",
    buildCatalogue([profileOf("a", { falco: [falco("0.44.1")] })]).catalogue,
    ["VERSION_NONE_SUPPORTED destinations"],
  ],
  [
    "no images",
    buildCatalogue([profileOf("a", { falco: [falco("0.44.1")], falcosidekick, images: { falco: [] } })]).catalogue,
    ["IMAGE_MISSING destinations", "IMAGE_MISSING falcoVersion"],
  ],
  [
    "no falco-rules",
    buildCatalogue([profileOf("a", { falco: [falco("0.44.1")], falcosidekick, rules })]).catalogue,
    ["RULES_NOT_IN_PROFILE rules.standard[0]"],
  ],
];

describe("admission and controller agree", () => {
  const table: readonly (readonly [Partial<FalcoServiceConfig>, Place, readonly string[]])[] = [
    [{}, "shoot", []],
    [{}, "seed", []],
    [{ falcoVersion: "0.42.1" }, "shoot", []],
    [{ falcoVersion: "0.40.0" }, "shoot", ["NOT_AVAILABLE falcoVersion"]],
    [{ falcoVersion: "1" }, "shoot", ["VERSION_UNKNOWN falcoVersion"]],
    [{ rules: {} }, "shoot", ["RULES_NONE rules"]],
    [{ rules: { standard: ["from-registry"] } }, "shoot", ["NOT_AVAILABLE rules.standard[0]"]],
    [
      { rules: { custom: [{ resourceName: "rules" }, { resourceName: "same-file" }] } },
      "shoot",
      ["FIELD_DUPLICATE rules.custom[1].resourceName"],
    ],
    [{ rules: { custom: [{ resourceName: "bad-rules" }] } }, "shoot", ["RULES_INVALID rules.custom[0].resourceName"]],
    [{ rules: { custom: [{ resourceName: "absent-rules" }] } }, "shoot", []],
    [{ destinations: [] }, "shoot", []],
    [
      { destinations: [{ name: "custom", resourceSecretName: "broken" }] },
      "shoot",
      ["SECRET_INVALID destinations[0].resourceSecretName"],
    ],
    [{ destinations: [{ name: "splunk", resourceSecretName: "absent" }] }, "shoot", []],
    [{ destinations: [{ name: "metrics" }] }, "shoot", []],
    [{ destinations: [{ name: "metrics" }] }, "seed", ["DESTINATION_FORBIDDEN destinations[0].name"]],
    [
      { destinations: [{ name: "constructor", resourceSecretName: "hook" }] },
      "shoot",
      ["DESTINATION_UNKNOWN destinations[0].name"],
    ],
    [{ plugins: [{ name: "container", initConfig: { label_max_len: 20 } }] }, "shoot", []],
    [{ plugins: [{ name: "json" }] }, "shoot", ["NOT_AVAILABLE plugins"]],
  ];
  for (const [fields, place, expected] of table) {
    it(`on ${JSON.stringify(fields)} in a ${place}`, () => {
      expect(opinions(fields, place, catalogue)).to.deep.equal({ admission: expected, controller: expected });
    });
  }

  for (const [what, given, expected] of poor) {
    it(`on a catalogue with ${what}`, () => {
      expect(opinions({}, "shoot", given)).to.deep.equal({ admission: expected, controller: expected });
    });
  }

  it("on any configuration that decodes", () => {
    fc.assert(
      fc.property(anyConfig, fc.constantFrom<Place>("shoot", "seed"), (fields, place) => {
        const read = readServiceConfig({ ...falcoServiceConfigKind, ...fields });
        if (!read.ok) return;
        const { admission, controller } = opinions(read.value, place, catalogue);
        expect(admission.length === 0, JSON.stringify({ admission, controller })).to.equal(controller.length === 0);
      }),
      { numRuns: 500 },
    );
  });
});
