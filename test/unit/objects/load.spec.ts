import { readdirSync } from "node:fs";
import { expect } from "chai";
import { loadTemplates } from "../../../charts/load.ts";
import { chooseFalcosidekick, findRuleSet } from "../../../falco/catalog/choose.ts";
import { defaultVersion } from "../../../falco/desired/release.ts";
import { buildCatalogue } from "../../../falco/catalog/catalogue.ts";
import { loadRuleFiles, loadShippedProfiles } from "../../../profiles/load.ts";

const root = new URL("../../..", import.meta.url);

describe("loadTemplates", () => {
  it("uses every template that there is", () => {
    const { target, controlPlane } = loadTemplates();
    const files = ["shoot", "control-plane"].flatMap((folder) =>
      readdirSync(new URL(`charts/${folder}`, root)).map((file) => `${folder}/${file.replace(/\.yaml\.hbs$/, "")}`),
    );
    expect([...target, ...controlPlane].map(({ name }) => name)).to.have.members(files);
  });
});

describe("loadShippedProfiles", () => {
  const { catalogue, problems } = buildCatalogue(loadShippedProfiles());

  it("make a catalogue without problems", () => {
    expect(problems).to.deep.equal([]);
    expect(defaultVersion(catalogue, new Date("2027-01-01"))).to.have.nested.property("value.version", "0.44.1");
    expect(chooseFalcosidekick(catalogue, new Date("2027-01-01"))).to.have.nested.property("value.version", "2.34.1");
  });

  it("have an image and shipped rules for every version", () => {
    for (const version of catalogue.falco) {
      expect(version.image).to.equal(`docker.io/falcosecurity/falco:${version.version}`);
      const set = findRuleSet(catalogue, version, "falco-rules");
      expect(set.ok && set.value.source.kind === "file" && loadRuleFiles([set.value.source.file]).size).to.equal(1);
    }
  });
});

describe("loadRuleFiles", () => {
  const shipped = "gardener/1.0.0/falco_rules.yaml";

  it("gives what ships, and leaves out what does not", () => {
    const files = loadRuleFiles([shipped, "gardener/9.9.9/falco_rules.yaml"]);
    expect([...files.keys()]).to.deep.equal([shipped]);
    expect(files.get(shipped)).to.contain("- rule: ");
  });

  const refused = [
    "../falco-profile.yaml",
    "gardener/../../falco-profile.yaml",
    "./gardener/1.0.0/falco_rules.yaml",
    "/etc/passwd",
    "/etc/hosts.yaml",
    "gardener\\..\\..\\falco-profile.yaml",
    "gardener//1.0.0/falco_rules.yaml",
    "gardener/1.0.0",
    "gardener/1.0.0/falco_rules.yaml\0.yaml",
    "",
  ];
  for (const name of refused) {
    it(`refuses ${JSON.stringify(name)}`, () => {
      expect(loadRuleFiles([name]).size).to.equal(0);
    });
  }
});
