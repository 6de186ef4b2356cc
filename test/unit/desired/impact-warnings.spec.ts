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
const deprecated = { classification: "deprecated" } as const;
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
const fewer = "(garden-dev/a1, garden-dev/a2 and 8 more)";

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
    changed({ expirationDate: "2026-05-31T00:00:00Z" }),
    [seedUse("0.43.1")],
    "1 Seed (seed/local) uses Falco 0.43.1, which this edit lets expire at once; maintenance does not change Seeds.",
  ],
  [
    versions(["0.43.1", { expirationDate: "2026-06-20T00:00:00Z" }], ["0.43.2", deprecated], ["0.44.1"]),
    ten,
    `10 shoots ${fewer} use Falco 0.43.1, which this edit lets expire on 2026-06-20; maintenance moves 8 of them to 0.44.1 in their next window and forces 2 of them to 0.43.2 after that.`,
  ],
  [
    versions(["0.42.1"], ["0.43.1", { expirationDate: "2026-06-20T00:00:00Z" }], ["0.44.1"]),
    [seedUse("0.43.1")],
    "1 Seed (seed/local) uses Falco 0.43.1, which this edit lets expire on 2026-06-20; maintenance does not change Seeds.",
  ],
  [
    changed({ expirationDate: "2026-05-31T00:00:00Z" }),
    ten,
    `10 shoots ${names} use Falco 0.43.1, which this edit lets expire at once; maintenance moves them to 0.44.1 in their next window.`,
  ],
  [
    changed({ expirationDate: "2026-06-20T00:00:00Z" }),
    ten,
    `10 shoots ${fewer} use Falco 0.43.1, which this edit lets expire on 2026-06-20; maintenance moves 8 of them to 0.44.1 in their next window and forces 2 of them to 0.44.1 after that.`,
  ],
  // However far ahead, and whatever else the edit does to the version.
  [
    changed({ expirationDate: "2027-06-20T00:00:00Z" }),
    usesOf(2, "0.43.1", { autoUpdate: false }),
    "2 shoots (garden-dev/a1, garden-dev/a2) use Falco 0.43.1, which this edit lets expire on 2027-06-20; maintenance forces them to 0.44.1 after that.",
  ],
  [
    changed({ ...deprecated, expirationDate: "2026-07-26T00:00:00Z" }),
    ten,
    `10 shoots ${fewer} use Falco 0.43.1, which this edit lets expire on 2026-07-26; maintenance moves 8 of them to 0.44.1 in their next window and forces 2 of them to 0.44.1 after that.`,
  ],
  [
    versions(["0.42.1"], ["0.43.1"], ["0.44.1", { expirationDate: "2026-07-26T00:00:00Z" }]),
    [useOf("a", "0.44.1")],
    "1 shoot (garden-dev/a) uses Falco 0.44.1, which this edit lets expire on 2026-07-26; maintenance forces it to 0.43.1, a lower version, after that.",
  ],
  [
    changed({ classification: "deprecated" }),
    ten,
    `10 shoots ${names} use Falco 0.43.1, which this edit makes deprecated; maintenance moves 8 of them to 0.44.1 in their next window.`,
  ],
  [
    changed({ classification: "deprecated" }),
    [seedUse("0.43.1")],
    "1 Seed (seed/local) uses Falco 0.43.1, which this edit makes deprecated.",
  ],
  [
    withParts({ images: { falco: [] } }),
    [useOf("a", "0.44.1")],
    "1 shoot (garden-dev/a) uses Falco 0.44.1, which this edit leaves without an image. Until that is mended, Falco runs on there, and changes are not applied.",
  ],
  [
    withParts({ rules: [{ name: "other", version: "1.0.0", source: { file: "a.yaml" } }] }),
    [useOf("a", "0.44.1")],
    "1 shoot (garden-dev/a) uses Falco 0.44.1, which this edit leaves without the rules that it needs. Until that is mended, Falco runs on there, and changes are not applied.",
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
      const code = sentence.includes("expire") ? "VERSION_EXPIRED" : "VERSION_IN_USE";
      expect(told(after, uses)).to.deep.equal([`${inUse}${sentence} (${code})`]);
    });
  }

  it("says first and most clearly that nothing is left", () => {
    const after = versions(["0.44.1", { classification: "preview" }]);
    const uses = [...usesOf(2, "0.43.1"), useOf("c"), useOf("d", "0.41.0")];
    const left = "and nothing moves";
    expect(told(after, uses)).to.deep.equal([
      `${inUse}2 shoots (garden-dev/a1, garden-dev/a2) use Falco 0.43.1, which this edit takes away, ${left} them on: Falco runs on there, and changes are not applied. (VERSION_NONE_SUPPORTED)`,
      `${inUse}1 shoot (garden-dev/c) names no version, and this edit leaves no default that can be deployed. (VERSION_NONE_SUPPORTED)`,
      `${inUse}1 shoot (garden-dev/d) uses Falco 0.41.0, which cannot stay, ${left} it on: Falco runs on there, and changes are not applied. (VERSION_NONE_SUPPORTED)`,
      `${inUse}After this edit no profile has a supported version of Falco: whoever names no version gets none. (VERSION_NONE_SUPPORTED)`,
    ]);
  });

  it("tells of Seeds whose version is taken away, and of who will have none after a date", () => {
    expect(told(versions(["0.42.1"], ["0.44.1"]), [seedUse("0.43.1")])).to.deep.equal([
      `${inUse}1 Seed (seed/local) uses Falco 0.43.1, which this edit takes away, and nothing moves it on: Falco runs on there, and changes are not applied. (VERSION_NONE_SUPPORTED)`,
    ]);
    const expirationDate = "2027-01-31T00:00:00Z";
    const before = versions(["0.43.1", { expirationDate }], ["0.44.1"]);
    const uses = [useOf("a", "0.43.1"), useOf("b")];
    expect(told(versions(["0.43.1", { expirationDate }]), uses, before)).to.deep.equal([
      `${inUse}1 shoot (garden-dev/a) uses Falco 0.43.1, which expires on 2027-01-31, and nothing moves it on: Falco runs on there, and changes are not applied. (VERSION_NONE_SUPPORTED)`,
      `${inUse}1 shoot (garden-dev/b) names no version, and this edit leaves no default that can be deployed after 2027-01-31. (VERSION_NONE_SUPPORTED)`,
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

  it("says of a version that only becomes deprecated whom its old date forces", () => {
    const expirationDate = "2026-07-26T00:00:00Z";
    const before = changed({ expirationDate });
    expect(told(changed({ ...deprecated, expirationDate }), ten, before)).to.deep.equal([
      `${inUse}10 shoots ${fewer} use Falco 0.43.1, which this edit makes deprecated; maintenance moves 8 of them to 0.44.1 in their next window and forces 2 of them to 0.44.1 when it expires. (VERSION_IN_USE)`,
    ]);
  });

  it("leaves the versions out where shoots are moved to too many", () => {
    const versionOf = (index: number): string => `0.44.${String(index)}`;
    const indices = [0, 1, 2, 3, 4, 5];
    const withRules = (expirationDate?: string): FalcoProfile =>
      profileOf("a", {
        falco: [
          falco("0.43.1", { rulesVersion: "own", ...(expirationDate !== undefined && { expirationDate }) }),
          ...indices.map((index) => falco(versionOf(index), { rulesVersion: String(index) })),
        ],
        rules: indices.flatMap((index) =>
          ["own", String(index)].map((version) => ({
            name: `r${String(index)}`,
            version,
            source: { file: "a.yaml" },
          })),
        ),
      });
    const uses = indices.flatMap((index) =>
      usesOf(3, "0.43.1", {
        autoUpdate: index > 3,
        standardRules: [`r${String(index)}`],
        namespace: `garden-p${String(index)}`,
      }),
    );
    const [warning = ""] = told(withRules("2026-07-26T00:00:00Z"), uses, withRules());
    expect(warning).to.match(
      /^spec.*: 18 shoots \(garden-p0\/a1, .* use Falco 0.43.1, which this edit lets expire on 2026-07-26; maintenance moves 6 of them in their next window and forces 12 of them after that\. \(VERSION_EXPIRED\)$/,
    );
    expect(warning.length).to.be.at.most(256);
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
