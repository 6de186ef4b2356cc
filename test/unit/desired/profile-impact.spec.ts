import { expect } from "chai";
import type { FalcoProfile } from "../../../falco/api/falco-profile.ts";
import { buildCatalogue } from "../../../falco/catalog/catalogue.ts";
import { clusterName } from "../../../falco/desired/falco-use.ts";
import { profileImpact } from "../../../falco/desired/profile-impact.ts";
import { falco, profileOf } from "../catalog/profile-of.ts";
import { seedUse, useOf, usesOf } from "./falco-uses.ts";

const now = new Date("2026-06-01T12:00:00Z");
const versions = (...all: Parameters<typeof falco>[]): readonly FalcoProfile[] => [
  profileOf("a", { falco: all.map((each) => falco(...each)) }),
];
const editOf = (before: readonly FalcoProfile[], after: readonly FalcoProfile[]) => ({
  before: buildCatalogue(before).catalogue,
  after: buildCatalogue(after).catalogue,
});
const old = versions(["0.42.1", { classification: "deprecated" }], ["0.43.1"], ["0.44.1"]);

describe("falco/desired/profile-impact", () => {
  it("counts who uses a version that goes, by kind, and says where shoots are moved", () => {
    const edit = editOf(old, versions(["0.44.1"]));
    const uses = [
      useOf("b", "0.43.1", { autoUpdate: false }),
      useOf("a", "0.43.1"),
      seedUse("0.43.1"),
      useOf("c", "0.44.1"),
    ];
    const told = profileImpact(edit, uses, now).map((each) => ({ ...each, uses: each.uses.map(clusterName) }));
    const common = { version: "0.43.1", effect: "taken-away" };
    expect(told).to.deep.equal([
      { ...common, stranded: true, uses: ["seed/local"], moves: [] },
      {
        ...common,
        stranded: false,
        uses: ["garden-dev/a", "garden-dev/b"],
        moves: [{ to: "0.44.1", count: 2, atExpiry: false }],
      },
    ]);
  });

  it("moves from a deprecated version only who updates automatically, when there is a higher one", () => {
    const uses = [...usesOf(2, "0.43.1"), useOf("own", "0.43.1", { autoUpdate: false })];
    const deprecated = ["0.43.1", { classification: "deprecated" }] as const;
    const moves = (after: readonly FalcoProfile[]) =>
      profileImpact(editOf(old, after), uses, now).map(({ moves: told }) => told);
    expect(moves(versions([...deprecated], ["0.44.1"]))).to.deep.equal([[{ to: "0.44.1", count: 2, atExpiry: false }]]);
    expect(moves(versions([...deprecated], ["0.42.1"]))).to.deep.equal([[]]);
  });

  it("tells of those who expire soon where they go on that day, not today", () => {
    const day = "2026-06-10T00:00:00Z";
    const after = versions(["0.43.1", { expirationDate: day }], ["0.44.1", { expirationDate: day }], ["0.45.0"]);
    const uses = [...usesOf(1, "0.43.1"), ...usesOf(2, "0.43.1", { autoUpdate: false })];
    const [first] = profileImpact(editOf(old, after), uses, now);
    expect([first?.effect, first?.expires, first?.moves]).to.deep.equal([
      "expiring",
      Date.parse(day),
      [
        { to: "0.45.0", count: 2, atExpiry: true },
        { to: "0.45.0", count: 1, atExpiry: false },
      ],
    ]);
  });

  it("knows who could move before the edit and cannot after it", () => {
    const after = versions(["0.44.1", { classification: "preview" }]);
    const uses = [
      useOf("gone-long-ago", "0.41.0"),
      useOf("default"),
      useOf("preview", "0.44.1"),
      useOf("older", "0.43.1"),
    ];
    const told = profileImpact(editOf(old, after), uses, now);
    expect(told.map(({ version, effect, stranded, moves }) => [version, effect, stranded, moves])).to.deep.equal([
      ["0.43.1", "taken-away", true, []],
      ["0.41.0", "stranded", true, []],
      [undefined, "stranded", true, []],
    ]);
    expect(profileImpact(editOf([], after), uses, now), "no worse than before").to.deep.equal([]);
  });

  it("puts first what is gravest, then what concerns most", () => {
    const after = versions(
      ["0.43.1", { classification: "deprecated" }],
      ["0.44.1", { expirationDate: "2026-06-10T00:00:00Z" }],
    );
    const before = versions(["0.42.1"], ["0.42.2"], ["0.43.1"], ["0.44.1"]);
    const uses = ["0.43.1", "0.44.1", "0.42.1", "0.42.2"].flatMap((version, index) => usesOf(9 - index, version));
    const told = profileImpact(editOf(before, after), [...uses, ...usesOf(5, "0.42.2", { kind: "Seed" })], now);
    expect(told.map(({ version, effect, uses: of }) => [version, effect, of.length])).to.deep.equal([
      ["0.42.2", "taken-away", 5],
      ["0.42.1", "taken-away", 7],
      ["0.42.2", "taken-away", 6],
      ["0.44.1", "expiring", 8],
      ["0.43.1", "deprecated", 9],
    ]);
  });

  it("has nothing to say where nobody is concerned", () => {
    expect(profileImpact(editOf(old, []), [], now)).to.deep.equal([]);
    expect(profileImpact(editOf(old, old), usesOf(3, "0.43.1"), now)).to.deep.equal([]);
  });
});
