import { expect } from "chai";
import type { FalcoProfile } from "../../../falco/api/falco-profile.ts";
import { formatProblem } from "../../../falco/base/problem.ts";
import { buildCatalogue } from "../../../falco/catalog/catalogue.ts";
import type { FalcoUse } from "../../../falco/desired/falco-use.ts";
import { impactWarnings } from "../../../falco/desired/impact-warnings.ts";
import { falco, type ProfileParts, profileOf } from "../catalog/profile-of.ts";
import { seedUse, useOf, usesOf } from "./falco-uses.ts";

const now = new Date("2026-06-01T12:00:00Z");
type Entry = Parameters<typeof falco>;
const versions = (...all: Entry[]): FalcoProfile => profileOf("a", { falco: all.map((each) => falco(...each)) });
const old = versions(["0.42.1"], ["0.43.1"], ["0.44.1"]);
const inUse = "spec.versions.falco: ";

function told(after: FalcoProfile | undefined, uses: readonly FalcoUse[] | undefined, before = old): readonly string[] {
  const edit = { before: buildCatalogue([before]).catalogue, after: buildCatalogue(after ? [after] : []).catalogue };
  return impactWarnings(edit, uses, now).map(formatProblem);
}

const changed = (fields: Entry[1]): FalcoProfile => versions(["0.42.1"], ["0.43.1", fields], ["0.44.1"]);
const withParts = (parts: ProfileParts): FalcoProfile =>
  profileOf("a", { falco: ["0.42.1", "0.43.1", "0.44.1"].map((each) => falco(each)), ...parts });
const ten = [
  ...usesOf(8, "0.43.1"),
  useOf("b1", "0.43.1", { autoUpdate: false }),
  useOf("b2", "0.43.1", { autoUpdate: false }),
];
const names = "(garden-dev/a1, garden-dev/a2, garden-dev/a3 and 7 more)";

const sentences: readonly (readonly [after: FalcoProfile, uses: readonly FalcoUse[], sentence: string])[] = [
  [
    versions(["0.42.1"], ["0.44.1"]),
    ten,
    `10 shoots ${names} use Falco 0.43.1, which this edit takes away; maintenance moves them to 0.44.1 in their next window.`,
  ],
  [
    versions(["0.43.1"], ["0.44.1"]),
    [useOf("a", "0.42.1")],
    "1 shoot (garden-dev/a) uses Falco 0.42.1, which this edit takes away; maintenance moves it to 0.43.1 in its next window.",
  ],
  [
    versions(["0.42.1"]),
    usesOf(2, "0.43.1"),
    "2 shoots (garden-dev/a1, garden-dev/a2) use Falco 0.43.1, which this edit takes away; maintenance moves them to 0.42.1, a lower version, in their next window.",
  ],
  [
    versions(["0.42.1"], ["0.44.1"]),
    [seedUse("0.43.1")],
    "1 Seed (local) uses Falco 0.43.1, which this edit takes away; maintenance does not change Seeds.",
  ],
  [
    changed({ expirationDate: "2026-05-31T00:00:00Z" }),
    ten,
    `10 shoots ${names} use Falco 0.43.1, which this edit lets expire at once; maintenance moves them to 0.44.1 in their next window.`,
  ],
  [
    changed({ expirationDate: "2026-06-20T00:00:00Z" }),
    ten,
    `10 shoots ${names} use Falco 0.43.1, which this edit lets expire on 2026-06-20; maintenance moves them to 0.44.1 after that.`,
  ],
  [
    changed({ classification: "deprecated" }),
    ten,
    `10 shoots ${names} use Falco 0.43.1, which this edit makes deprecated; maintenance moves 8 of them to 0.44.1 in their next window.`,
  ],
  [
    changed({ classification: "deprecated" }),
    [seedUse("0.43.1")],
    "1 Seed (local) uses Falco 0.43.1, which this edit makes deprecated.",
  ],
  [
    withParts({ images: { falco: [] } }),
    [useOf("a", "0.44.1")],
    "1 shoot (garden-dev/a) uses Falco 0.44.1, which this edit leaves without an image. Until that is mended, Falco runs on there, and changes are not applied.",
  ],
  [
    withParts({ rules: [{ name: "other", version: "1.0.0", source: { file: "a.yaml" } }] }),
    [useOf("a", "0.44.1")],
    "1 shoot (garden-dev/a) uses Falco 0.44.1, which this edit leaves without falco-rules. Until that is mended, Falco runs on there, and changes are not applied.",
  ],
  [
    versions(["0.42.1"], ["0.43.1"], ["0.43.1", { rulesVersion: "2" }], ["0.44.1"]),
    [useOf("a", "0.43.1", { autoUpdate: false })],
    "1 shoot (garden-dev/a) uses Falco 0.43.1, which this edit and another profile describe differently. Until that is mended, Falco runs on there, and changes are not applied.",
  ],
];

describe("falco/desired/impact-warnings", () => {
  for (const [after, uses, sentence] of sentences) {
    it(sentence, () => {
      expect(told(after, uses)).to.deep.equal([`${inUse}${sentence} (VERSION_IN_USE)`]);
    });
  }

  it("says first and most clearly that nothing is left", () => {
    const after = versions(["0.44.1", { classification: "preview" }]);
    const uses = [...usesOf(2, "0.43.1"), useOf("c"), useOf("d", "0.41.0")];
    const left = "and no version is left to move";
    expect(told(after, uses)).to.deep.equal([
      `${inUse}2 shoots (garden-dev/a1, garden-dev/a2) use Falco 0.43.1, which this edit takes away, ${left} them to: Falco runs on there, and changes are not applied. (VERSION_NONE_SUPPORTED)`,
      `${inUse}1 shoot (garden-dev/c) names no version, and this edit leaves no default. (VERSION_NONE_SUPPORTED)`,
      `${inUse}1 shoot (garden-dev/d) uses Falco 0.41.0, which cannot stay, ${left} it to: Falco runs on there, and changes are not applied. (VERSION_NONE_SUPPORTED)`,
      `${inUse}After this edit no profile has a supported version of Falco: whoever names no version gets none. (VERSION_NONE_SUPPORTED)`,
    ]);
  });

  it("says that nothing is left for new clusters when there are no old ones", () => {
    const before = profileOf("a", {
      falco: [falco("0.44.1")],
      falcosidekick: [{ version: "2.34.1", classification: "supported" }],
    });
    expect(told(undefined, [], before)).to.deep.equal([
      `${inUse}After this edit no profile has a supported version of Falco: whoever names no version gets none. (VERSION_NONE_SUPPORTED)`,
      "spec.versions.falcosidekick: After this edit no profile has a supported version of falcosidekick, which all destinations but stdout need. (VERSION_NONE_SUPPORTED)",
    ]);
  });

  it("names as many as there is room for, and none rather than too much", () => {
    const long = (length: number): readonly FalcoUse[] =>
      usesOf(12, "0.43.1", { namespace: `garden-${"p".repeat(length)}` });
    for (const [length, named] of [
      [5, 3],
      [30, 2],
      [60, 1],
      [200, 0],
    ] as const) {
      const [warning = ""] = told(versions(["0.42.1"], ["0.44.1"]), long(length));
      expect(warning.length, warning).to.be.at.most(256);
      expect(warning.split("garden-p").length - 1, warning).to.equal(named);
      expect(warning).to.include(named === 0 ? "12 shoots use" : `and ${String(12 - named)} more)`);
    }
  });

  it("says that it cannot count yet, where there is something to count", () => {
    expect(told(old, undefined)).to.deep.equal([]);
    const uncounted = (which: string): string =>
      `${inUse}This edit changes Falco ${which} for the worse. How many shoots use it is not known yet; ask again in a minute. (VERSION_IN_USE)`;
    expect(told(versions(["0.44.1"]), undefined)).to.deep.equal([uncounted("0.42.1, 0.43.1")]);
    const many = Array.from({ length: 7 }, (_each, index): Entry => [`0.40.${String(index)}`]);
    const before = versions(...many, ["0.44.1"]);
    expect(told(versions(["0.44.1"]), undefined, before)).to.deep.equal([
      uncounted("0.40.0, 0.40.1, 0.40.2, 0.40.3, 0.40.4 and others"),
    ]);
  });
});
