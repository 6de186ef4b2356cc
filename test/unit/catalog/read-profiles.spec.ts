import { expect } from "chai";
import { readProfiles } from "../../../falco/catalog/read-profiles.ts";
import { falco, profileOf } from "./profile-of.ts";

describe("falco/catalog/read-profiles", () => {
  it("reads what it can and reports the rest", () => {
    const good = profileOf("good", { falco: [falco("0.44.1"), falco("nonsense")] });
    const broken = { ...profileOf("broken", {}), spec: { versions: {}, images: { falco: "none" } } };
    const { catalogue, problems } = readProfiles([good, broken, null, { kind: "FalcoProfile" }]);
    expect(catalogue.falco.map(({ version }) => version)).to.deep.equal(["0.44.1"]);
    expect(problems.map(({ code, path }) => `${code} ${path}`)).to.deep.equal([
      "FIELD_REQUIRED falcoprofiles[broken].spec.versions.falco",
      "FIELD_TYPE falcoprofiles[broken].spec.images.falco",
      "FIELD_TYPE falcoprofiles[]",
      "FIELD_REQUIRED falcoprofiles[].apiVersion",
      "FIELD_REQUIRED falcoprofiles[].metadata",
      "FIELD_REQUIRED falcoprofiles[].spec",
      "FIELD_VALUE falcoprofiles[good].spec.versions.falco[1].version",
    ]);
  });

  it("does not mind fields that a later version may have", () => {
    const profile = profileOf("later", { falco: [falco("0.44.1")] });
    const { catalogue, problems } = readProfiles([{ ...profile, spec: { ...profile.spec, later: true }, status: {} }]);
    expect(problems).to.deep.equal([]);
    expect(catalogue.falco).to.have.length(1);
  });
});
