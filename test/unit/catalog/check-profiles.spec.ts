import { expect } from "chai";
import { checkProfiles } from "../../../falco/catalog/check-profiles.ts";
import { falco, image, profileOf } from "./profile-of.ts";

const noon = new Date("2026-11-21T12:00:00Z");
const sidekick = { version: "2.34.1", classification: "supported" } as const;
const rules = [{ name: "falco-rules", version: "1.0.0", source: { file: "gardener/1.0.0/falco_rules.yaml" } }];
const profile = (name: string, version = "0.44.1", tag = version) =>
  profileOf(name, {
    falco: [falco(version)],
    falcosidekick: [sidekick],
    images: { falco: [image(version, tag)], falcosidekick: [image("2.34.1")] },
    rules,
  });

describe("falco/catalog/check-profiles", () => {
  it("is the webhook's, with the profile's name", () => {
    const incomplete = profileOf("b", {
      falco: [falco("0.44.1")],
      falcosidekick: [sidekick],
      images: { falco: [] },
      rules,
    });
    const { problems } = checkProfiles({ profiles: [profile("a"), incomplete], before: [], now: noon });
    expect(problems.map(({ code, path }) => `${code} ${path}`)).to.deep.equal([
      "IMAGE_MISSING falcoprofiles[b].spec.versions.falco[0].version",
      "IMAGE_MISSING falcoprofiles[b].spec.versions.falcosidekick[0].version",
    ]);
  });

  it("tells a disagreement of two once", () => {
    const verdict = checkProfiles({ profiles: [profile("a"), profile("b", "0.44.1", "other")], before: [], now: noon });
    expect(verdict.problems).to.deep.equal([]);
    expect(verdict.warnings.map(({ path }) => path)).to.deep.equal(["falcoprofiles[b].spec.images.falco[0]"]);
  });

  it("knows the others of the garden, and does not judge them", () => {
    const { warnings } = checkProfiles({
      profiles: [profile("b", "0.44.1", "other")],
      before: [profile("a")],
      now: noon,
    });
    expect(warnings.map(({ code }) => code)).to.deep.equal(["PROFILE_CONFLICT"]);
  });

  it("does not judge a profile that stays as it is, nor what was wrong with it before", () => {
    const preview = { classification: "preview" } as const;
    const old = profileOf("a", { falco: [falco("0.44.1", preview)], falcosidekick: [sidekick], rules });
    const other = profile("b", "0.44.1", "other");
    expect(checkProfiles({ profiles: [old, other], before: [old, other], now: noon })).to.deep.equal({
      ...{ problems: [], warnings: [] },
    });
    const more = profileOf("a", {
      falco: [falco("0.43.1", preview), falco("0.44.1", preview)],
      falcosidekick: [sidekick],
      rules,
    });
    const { problems, warnings } = checkProfiles({ profiles: [more], before: [old], now: noon });
    expect(problems).to.deep.equal([]);
    expect(warnings.map(({ code }) => code)).to.include("VERSION_NONE_SUPPORTED");
  });

  it("tells of a field that does not exist, also where nothing else differs", () => {
    const odd = { ...profile("a"), spec: { ...profile("a").spec, color: "red" } };
    const codes = (before: readonly unknown[]) =>
      checkProfiles({ profiles: [odd], before, now: noon }).problems.map(({ code, path }) => `${code} ${path}`);
    expect(codes([])).to.deep.equal(["FIELD_UNKNOWN falcoprofiles[a].spec.color"]);
    expect(codes([profile("a")])).to.deep.equal(["FIELD_UNKNOWN falcoprofiles[a].spec.color"]);
    expect(codes([odd])).to.deep.equal([]);
    expect(checkProfiles({ profiles: ["text"], before: [], now: noon }).problems).to.have.length(1);
  });
});
