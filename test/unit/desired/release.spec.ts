import { expect } from "chai";
import { buildCatalogue, type Catalogue } from "../../../falco/catalog/catalogue.ts";
import { defaultVersion, deployability, hasStandardRules } from "../../../falco/desired/release.ts";
import { falco, image, type ProfileParts, profileOf } from "../catalog/profile-of.ts";

const now = new Date("2026-06-01T12:00:00Z");
const rules = (name: string, version: string, source: object = { file: "a.yaml" }) => ({ name, version, source });
const artifact = { ref: "ghcr.io/rules:1", digest: `sha256:${"a".repeat(64)}` };

const catalogueOf = (parts: ProfileParts): Catalogue => buildCatalogue([profileOf("a", parts)]).catalogue;

/** One version for each thing that keeps it from being deployed, and 0.43.1, which can be. */
const catalogue = catalogueOf({
  falco: [
    falco("0.40.0"),
    falco("0.43.1"),
    falco("0.44.0", { rulesVersion: "missing" }),
    falco("0.44.1", { rulesVersion: "artifact" }),
    falco("0.45.0"),
  ],
  images: { falco: ["0.40.0", "0.43.1", "0.44.0", "0.44.1"].map((each) => image(each)) },
  rules: [
    rules("falco-rules", "1.0.0"),
    rules("falco-rules", "artifact", artifact),
    rules("own", "missing"),
    rules("own", "1.0.0"),
  ],
});

describe("falco/desired/release", () => {
  const selections: readonly (readonly [readonly string[] | undefined, readonly string[]])[] = [
    [undefined, ["0.43.1"]],
    [["falco-rules"], ["0.43.1"]],
    [["own"], ["0.43.1", "0.44.0"]],
    [["own", "falco-rules"], ["0.43.1"]],
    [[], ["0.43.1", "0.44.0", "0.44.1"]],
    [["unknown"], []],
  ];
  for (const [standardRules, expected] of selections) {
    const selection = standardRules === undefined ? {} : { standardRules };
    it(`knows what can be deployed with ${standardRules?.join(" and ") ?? "nothing said"}`, () => {
      const deployable = catalogue.falco.filter(deployability(selection, catalogue)).map(({ version }) => version);
      expect(deployable).to.deep.equal(expected);
    });
    it(`knows which versions have the rules of ${standardRules?.join(" and ") ?? "nothing said"}`, () => {
      const withRules = catalogue.falco.filter((each) => hasStandardRules(selection, catalogue, each));
      expect(withRules.map(({ version }) => version)).to.include.members([...expected]);
    });
  }

  const defaults: readonly (readonly [string, Catalogue, string | undefined])[] = [
    ["the highest that can be deployed", catalogue, "0.43.1"],
    [
      "the highest where none can be, so that its problem is told",
      catalogueOf({ falco: [falco("0.43.1")], rules: [] }),
      "0.43.1",
    ],
    [
      "none where none is supported",
      catalogueOf({ falco: [falco("0.43.1", { classification: "preview" })] }),
      undefined,
    ],
  ];
  for (const [what, given, expected] of defaults) {
    it(`takes for the default ${what}`, () => {
      const chosen = defaultVersion(given, now);
      expect(chosen.ok ? chosen.value.version : undefined).to.equal(expected);
    });
  }
});
