import { expect } from "chai";
import { checkProfileEdit } from "../../../falco/catalog/check-profile-edit.ts";
import { falco, image, profileOf } from "./profile-of.ts";

const now = new Date("2026-11-21T00:00:00Z");
const withoutImages = (...versions: readonly string[]) =>
  profileOf("falco", { falco: versions.map((version) => falco(version)), images: { falco: [image("0.44.1")] } });
const brief = (list: readonly { readonly code: string; readonly path: string }[]): readonly string[] =>
  list.map(({ code, path }) => `${code} ${path}`).filter((each) => each.startsWith("IMAGE_MISSING"));

describe("checkProfileEdit", () => {
  it("refuses what is wrong with a new profile", () => {
    const verdict = checkProfileEdit(withoutImages("0.43.1", "0.44.1"), { old: [], others: [], now });
    expect(brief(verdict.problems)).to.deep.equal(["IMAGE_MISSING spec.versions.falco[0].version"]);
  });

  it("warns of what was wrong before, wherever it stands, and refuses what is new", () => {
    const old = withoutImages("0.43.1", "0.44.1");
    const edited = withoutImages("0.42.1", "0.43.1", "0.44.1");
    const verdict = checkProfileEdit(edited, { old: [old], others: [], now });
    expect(brief(verdict.problems)).to.deep.equal(["IMAGE_MISSING spec.versions.falco[0].version"]);
    expect(brief(verdict.warnings)).to.deep.equal(["IMAGE_MISSING spec.versions.falco[1].version"]);
  });
});
