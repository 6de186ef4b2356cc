import { expect } from "chai";
import { nearest } from "../../../falco/api/nearest.ts";

describe("falco/api/nearest", () => {
  const fields = ["falcoVersion", "autoUpdate", "rules", "destinations", "ui"];
  const words: readonly (readonly [string, string | undefined])[] = [
    ["falcoversion", "falcoVersion"],
    ["falcoVersoin", "falcoVersion"],
    ["autoupdate", "autoUpdate"],
    ["rule", "rules"],
    ["Rulez", "rules"],
    ["destination", "destinations"],
    ["dst", undefined],
    ["u", "ui"],
    ["xy", undefined],
    ["somethingElse", undefined],
    ["", undefined],
  ];
  for (const [word, meant] of words) {
    it(`takes ${JSON.stringify(word)} for ${String(meant)}`, () => {
      expect(nearest(word, fields)).to.equal(meant);
    });
  }

  it("takes the nearest, and of equally near ones the first", () => {
    expect(nearest("cats", ["cars", "cat", "cats"])).to.equal("cats");
    expect(nearest("cab", ["car", "cat"])).to.equal("car");
    expect(nearest("anything", [])).to.equal(undefined);
    expect(nearest("a".repeat(101), ["a".repeat(101)]), "too long to be compared").to.equal(undefined);
  });
});
