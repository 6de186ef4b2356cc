import { expect } from "chai";
import { nextVersion } from "../../../falco/catalog/next-version.ts";
import { readProfiles } from "../../../falco/catalog/read-profiles.ts";
import { profile } from "../admission/samples.ts";
import { falco, profileOf } from "./profile-of.ts";

describe("readProfiles", () => {
  it("joins the profiles, whatever else a later version of the kind holds", () => {
    const { catalogue, problems } = readProfiles([{ ...profile, status: { observed: 1 } }]);
    expect(problems).to.deep.equal([]);
    expect(catalogue.falco.map(({ version }) => version)).to.deep.equal(["0.42.1", "0.43.1", "0.44.1"]);
  });

  it("leaves out and reports what cannot be read", () => {
    const broken = {
      ...profile,
      metadata: { name: "broken" },
      spec: { versions: { falco: 1 }, images: { falco: [] } },
    };
    const { catalogue, problems } = readProfiles([broken, profile, "text"]);
    expect(catalogue.falco).to.have.length(3);
    expect(problems.map(({ path }) => path)).to.deep.equal([
      "falcoprofiles[broken].spec.versions.falco",
      "falcoprofiles[without-name]",
    ]);
  });

  it("reports entries that cannot be read after profiles that cannot, by the name of each", () => {
    const good = profileOf("good", { falco: [falco("0.44.1"), falco("nonsense")] });
    const { catalogue, problems } = readProfiles([good, null, { kind: "FalcoProfile" }]);
    expect(catalogue.falco.map(({ version }) => version)).to.deep.equal(["0.44.1"]);
    expect(problems.map(({ code, path }) => `${code} ${path}`)).to.deep.equal([
      "FIELD_TYPE falcoprofiles[without-name]",
      "FIELD_REQUIRED falcoprofiles[without-name].apiVersion",
      "FIELD_REQUIRED falcoprofiles[without-name].metadata",
      "FIELD_REQUIRED falcoprofiles[without-name].spec",
      "FIELD_VALUE falcoprofiles[good].spec.versions.falco[1].version",
    ]);
  });

  const good = profileOf("a", { falco: [falco("0.41.0")] });
  const other = (fields: object = {}, more: object = {}) => {
    const { spec, ...rest } = profileOf("b", { falco: [falco("0.42.0"), falco("0.43.0")] });
    const versions = [falco("0.42.0"), { ...falco("0.43.0"), ...fields }];
    return { ...rest, spec: { ...spec, versions: { falco: versions }, ...more } };
  };
  const garden: readonly (readonly [what: string, profile: unknown, isIncomplete: boolean])[] = [
    ["nothing wrong", other(), false],
    ["a rule set whose name is none", other({}, { rules: [{ name: "Falco_Rules", version: "1", source: {} }] }), true],
    ["a classification that is none", other({ classification: "beta" }), true],
    ["a date that is none", other({ expirationDate: "2027-01-31" }), true],
    ["no rulesVersion", other({ rulesVersion: undefined }), true],
    ["a version that is none", other({ version: "0.43" }), true],
    [
      "a source that is none, which hides no version",
      other({}, { rules: [{ name: "x", version: "1", source: {} }] }),
      false,
    ],
    ["a field that a later kind may have", other({ later: true }), false],
  ];
  for (const [what, profile, isIncomplete] of garden) {
    it(`with ${what} the catalogue is ${isIncomplete ? "incomplete, so nobody is moved" : "complete"}`, () => {
      const { catalogue } = readProfiles([good, profile]);
      expect(catalogue.isIncomplete).to.equal(isIncomplete);
      const choice = { catalogue, now: new Date("2026-11-21T12:00:00Z"), canDeploy: () => true };
      expect(nextVersion({ falcoVersion: "0.43.0", autoUpdate: false }, choice)).to.equal(undefined);
      // Of what can be read, nothing has been lost: a version that never was is another matter.
      const gone = nextVersion({ falcoVersion: "0.40.0", autoUpdate: false }, choice);
      expect(gone?.kind).to.equal(isIncomplete ? undefined : "update");
    });
  }
});
