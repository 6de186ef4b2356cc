import { expect } from "chai";
import type { FalcoProfile } from "../../../falco/api/falco-profile.ts";
import { buildCatalogue } from "../../../falco/catalog/catalogue.ts";
import { effectOn, type VersionEffect, versionEffects } from "../../../falco/desired/version-effects.ts";
import { falco, image, profileOf } from "../catalog/profile-of.ts";

const now = new Date("2026-06-01T12:00:00Z");
const one = (fields: object = {}, more: object = {}): FalcoProfile =>
  profileOf("a", { falco: [falco("0.43.1", fields)], ...more });
const until = (expirationDate: string): FalcoProfile => one({ expirationDate });
const rule = (version: string) => ({ name: "falco-rules", version, source: { file: "a.yaml" } });
const plain = one();

const edits: readonly (readonly [
  what: string,
  expected: VersionEffect | undefined,
  before: readonly FalcoProfile[],
  after: readonly FalcoProfile[],
])[] = [
  ["nothing", undefined, [plain], [plain]],
  ["a version that comes", undefined, [], [plain]],
  ["one that no profile has any more", "taken-away", [plain], [profileOf("a", {})]],
  ["the last profile's deletion", "taken-away", [plain], []],
  [
    "one that another profile still has",
    undefined,
    [plain, profileOf("b", { falco: [falco("0.43.1")] })],
    [profileOf("b", { falco: [falco("0.43.1")] })],
  ],
  ["a date that has passed", "expired", [plain], [until("2026-06-01T11:59:59Z")]],
  ["one that had expired before", undefined, [until("2026-05-01T00:00:00Z")], [until("2026-04-01T00:00:00Z")]],
  ["a date in 30 days", "expiring", [plain], [until("2026-07-01T12:00:00Z")]],
  ["a date in a year", "expiring", [plain], [until("2027-06-01T12:00:00Z")]],
  [
    "a date together with the deprecation",
    "expiring",
    [plain],
    [one({ classification: "deprecated", expirationDate: "2027-06-01T12:00:00Z" })],
  ],
  ["a date that comes nearer", "expiring", [until("2026-06-20T00:00:00Z")], [until("2026-06-10T00:00:00Z")]],
  ["a date that is put off", undefined, [until("2026-06-10T00:00:00Z")], [until("2026-06-20T00:00:00Z")]],
  ["a date that stays", undefined, [until("2026-06-10T00:00:00Z")], [until("2026-06-10T00:00:00Z")]],
  ["a version that is deprecated now", "deprecated", [plain], [one({ classification: "deprecated" })]],
  [
    "a preview that is deprecated",
    "deprecated",
    [one({ classification: "preview" })],
    [one({ classification: "deprecated" })],
  ],
  ["one that is a preview now", undefined, [plain], [one({ classification: "preview" })]],
  ["one that was deprecated", undefined, [one({ classification: "deprecated" })], [plain]],
  ["an image that has gone", "without-image", [plain], [one({}, { images: { falco: [] } })]],
  ["another image", undefined, [plain], [one({}, { images: { falco: [image("0.43.1", "other")] } })]],
  [
    "a disagreement with another profile",
    "ambiguous",
    [plain, plain],
    [plain, profileOf("b", { falco: [falco("0.43.1", { classification: "preview" })] })],
  ],
  [
    "rules that have gone",
    "without-rules",
    [one({}, { rules: [rule("1.0.0")] })],
    [one({}, { rules: [rule("2.0.0")] })],
  ],
  ["a profile that names rules no more", undefined, [one({}, { rules: [rule("1.0.0")] })], [plain]],
  [
    "two things, of which the graver counts",
    "expired",
    [plain],
    [one({ classification: "deprecated", expirationDate: "2026-01-01T00:00:00Z" })],
  ],
];

describe("falco/desired/version-effects", () => {
  for (const [what, expected, before, after] of edits) {
    it(`takes ${what} for ${expected ?? "harmless"}`, () => {
      const edit = { before: buildCatalogue(before).catalogue, after: buildCatalogue(after).catalogue };
      expect(effectOn({ falcoVersion: "0.43.1" }, edit, now)).to.equal(expected);
      expect(effectOn({}, edit, now), "for who names no version").to.equal(undefined);
    });
  }

  it("has an edit for every effect but the one that comes from elsewhere", () => {
    const seen = new Set(edits.map(([, effect]) => effect));
    expect(versionEffects.filter((each) => !seen.has(each))).to.deep.equal(["stranded"]);
  });
});
