import { expect } from "chai";
import type { FalcoProfile } from "../../../falco/api/falco-profile.ts";
import { checkProfile } from "../../../falco/catalog/check-profile.ts";
import { falco, image, profileOf } from "./profile-of.ts";

const now = new Date("2026-06-01T12:00:00Z");
const good = profileOf("a", { falco: [falco("0.43.1"), falco("0.44.1", { classification: "preview" })] });
const told = (object: unknown, others: readonly FalcoProfile[] = []) => {
  const { problems, warnings } = checkProfile(object, others, now);
  return [problems, warnings].map((each) => each.map(({ code, path }) => `${code} ${path}`));
};

describe("falco/catalog/check-profile", () => {
  const none = "VERSION_NONE_SUPPORTED spec.versions.falco";
  const profiles: readonly (readonly [string, unknown, readonly string[]])[] = [
    ["nothing wrong", good, []],
    ["no shape", null, ["FIELD_TYPE "]],
    ["an unknown field", { ...good, sepc: {} }, ["FIELD_UNKNOWN sepc"]],
    ["no version at all", profileOf("a", {}), [none]],
    ["previews only", profileOf("a", { falco: [falco("0.44.1", { classification: "preview" })] }), [none]],
    [
      "expired versions only",
      profileOf("a", { falco: [falco("0.44.1", { expirationDate: "2026-06-01T11:59:59Z" })] }),
      [none],
    ],
    [
      "a version that is none",
      profileOf("a", { falco: [falco("0.44.1"), falco("latest")] }),
      ["FIELD_VALUE spec.versions.falco[1].version"],
    ],
    [
      "versions without an image",
      profileOf("a", {
        falco: [falco("0.43.1"), falco("0.44.1")],
        falcosidekick: [{ version: "2.34.1", classification: "supported" }],
        images: { falco: [image("0.44.1")] },
      }),
      ["IMAGE_MISSING spec.versions.falco[0].version", "IMAGE_MISSING spec.versions.falcosidekick[0].version"],
    ],
    [
      "a version that stands twice and differs",
      profileOf("a", { falco: [falco("0.43.1"), falco("0.44.1"), falco("0.44.1", { rulesVersion: "2" })] }),
      ["PROFILE_CONFLICT spec.versions.falco[2]"],
    ],
  ];
  for (const [what, profile, expected] of profiles) {
    it(`${expected.length === 0 ? "takes" : "refuses"} a profile with ${what}`, () => {
      expect(told(profile)).to.deep.equal([expected, []]);
    });
  }

  it("warns where other profiles disagree, and does not take the profile's own old self for another", () => {
    const changed = profileOf("a", { falco: [falco("0.43.1", { rulesVersion: "2" })] });
    expect(told(changed, [good])).to.deep.equal([[], []]);
    expect(told(changed, [{ ...good, metadata: { name: "b" } }])).to.deep.equal([
      [],
      ["PROFILE_CONFLICT falcoprofiles[b].spec.versions.falco[0]"],
    ]);
  });
});
