import { expect } from "chai";
import { readProfiles } from "../../../falco/catalog/read-profiles.ts";
import { profile } from "../admission/samples.ts";

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
});
