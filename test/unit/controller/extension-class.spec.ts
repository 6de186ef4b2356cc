import { expect } from "chai";
import { classOf, namesFor } from "../../../controller/extension-class.ts";

describe("the class of an Extension", () => {
  const cases: readonly (readonly [string | undefined, string | undefined])[] = [
    [undefined, "shoot"],
    ["", "shoot"],
    ["shoot", "shoot"],
    ["seed", "seed"],
    ["garden", "garden"],
    ["moon", undefined],
  ];
  for (const [named, expected] of cases) {
    it(`${String(named)} is ${String(expected)}`, () => {
      expect(classOf({ spec: named === undefined ? {} : { class: named } })).to.equal(expected);
    });
  }
});

describe("the names that an installation looks after", () => {
  it("are the Go extension's in a seed", () => {
    expect(namesFor(["shoot", "seed"])).to.deep.equal({
      extension: "shoot-falco-service",
      target: "extension-shoot-falco-service-shoot",
    });
  });

  it("are others in the garden's cluster, which may be a seed as well", () => {
    expect(namesFor(["garden"])).to.deep.equal({
      extension: "garden-shoot-falco-service",
      target: "extension-shoot-falco-service-garden",
    });
  });
});
