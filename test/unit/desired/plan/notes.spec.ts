import { expect } from "chai";
import { readProfiles } from "../../../../falco/catalog/read-profiles.ts";
import { catalogueNotes } from "../../../../falco/desired/plan/notes.ts";
import { falco, profileOf } from "../../catalog/profile-of.ts";

const whole = profileOf("a", { falco: [falco("0.44.1")] });
const cases: readonly (readonly [string, readonly unknown[], readonly RegExp[]])[] = [
  ["profiles that can be read", [whole], []],
  ["a profile that cannot be read", [whole, { metadata: { name: "b" }, spec: 1 }], [/no version counts as gone/]],
  ["an entry that cannot be read", [whole, profileOf("b", { falco: [falco("newest")] })], [/or an entry of one/]],
];

describe("the notes about a catalogue", () => {
  for (const [what, profiles, expected] of cases) {
    it(`are ${expected.length === 0 ? "none" : "one"} for ${what}`, () => {
      const notes = catalogueNotes(readProfiles(profiles).catalogue);
      expect(notes).to.have.length(expected.length);
      for (const [index, pattern] of expected.entries()) expect(notes[index]).to.match(pattern);
    });
  }
});
