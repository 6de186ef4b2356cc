import { expect } from "chai";
import { buildCatalogue } from "../../../falco/catalog/catalogue.ts";
import { defaultLandscape } from "../../../falco/desired/landscape.ts";
import { mutate } from "../../../falco/desired/mutate.ts";
import { validate } from "../../../falco/desired/validate.ts";
import { falco, profileOf } from "../catalog/profile-of.ts";
import { catalogue, config, configOf, context, shoot } from "./samples.ts";

const plain = { landscape: defaultLandscape };
const rest = config({ autoUpdate: true, rules: { standard: ["falco-rules"] }, destinations: [{ name: "stdout" }] });

describe("the version that mutate writes", () => {
  it("is the highest that can be deployed", () => {
    const two = [falco("0.43.1"), falco("0.44.1", { rulesVersion: "2" })];
    const rules = [{ name: "falco-rules", version: "1.0.0", source: { file: "a.yaml" } }];
    const given = { ...plain, catalogue: buildCatalogue([profileOf("a", { falco: two, rules })]).catalogue };
    const { object } = mutate({ operation: "CREATE", object: shoot() }, context(given));
    expect(configOf(object)).to.include({ falcoVersion: "0.43.1" });
  });

  it("stays what it was while it is unknown because something cannot be read", () => {
    const old = shoot({ ...rest, falcoVersion: "9.9.9" });
    const unreadable = context({ ...plain, catalogue: { ...catalogue, isIncomplete: true } });
    const { object } = mutate({ operation: "UPDATE", object: shoot(rest), old }, unreadable);
    expect(configOf(object)).to.include({ falcoVersion: "9.9.9" });
    expect(validate({ operation: "UPDATE", object, old }, unreadable).problems).to.deep.equal([]);
    const other = shoot({ ...rest, falcoVersion: "9.9.8" });
    const refused = validate({ operation: "UPDATE", object: other, old }, unreadable).problems;
    expect(
      refused.map(({ code }) => code),
      "another unknown one is refused",
    ).to.deep.equal(["VERSION_UNKNOWN"]);
  });
});
