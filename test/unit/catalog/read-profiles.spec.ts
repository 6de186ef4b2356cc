import { expect } from "chai";
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
      "falcoprofiles[]",
    ]);
  });

  it("reports entries that cannot be read after profiles that cannot, by the name of each", () => {
    const good = profileOf("good", { falco: [falco("0.44.1"), falco("nonsense")] });
    const { catalogue, problems } = readProfiles([good, null, { kind: "FalcoProfile" }]);
    expect(catalogue.falco.map(({ version }) => version)).to.deep.equal(["0.44.1"]);
    expect(problems.map(({ code, path }) => `${code} ${path}`)).to.deep.equal([
      "FIELD_TYPE falcoprofiles[]",
      "FIELD_REQUIRED falcoprofiles[].apiVersion",
      "FIELD_REQUIRED falcoprofiles[].metadata",
      "FIELD_REQUIRED falcoprofiles[].spec",
      "FIELD_VALUE falcoprofiles[good].spec.versions.falco[1].version",
    ]);
  });
});
