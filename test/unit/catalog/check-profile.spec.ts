import { expect } from "chai";
import type { FalcoProfile } from "../../../falco/api/falco-profile.ts";
import { checkProfile } from "../../../falco/catalog/check-profile.ts";
import { loadShippedProfiles } from "../../../profiles/load.ts";
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

  const further = ["falcoctl", "falcosidekickUi", "falcoTalon", "k8sMetacollector"] as const;
  const withTool = (tool: string, version: object, images: readonly object[] = []): object => ({
    ...good,
    spec: {
      versions: { ...good.spec.versions, [tool]: [{ version: "1.0.0", classification: "supported", ...version }] },
      images: { ...good.spec.images, [tool]: images },
    },
  });
  for (const tool of further) {
    const [versions, images] = [`spec.versions.${tool}[0]`, `spec.images.${tool}`];
    it(`looks at ${tool} as at Falco`, () => {
      expect(told(withTool(tool, {}, [image("1.0.0")]))).to.deep.equal([[], []]);
      expect(told(withTool(tool, {}))[0]).to.deep.equal([`IMAGE_MISSING ${versions}.version`]);
      expect(told(withTool(tool, { version: "1" }, [image("1")]))[0]).to.deep.equal([
        `FIELD_VALUE ${versions}.version`,
      ]);
      const undated = withTool(tool, { expirationDate: "soon" }, [image("1.0.0")]);
      expect(told(undated)[0]).to.deep.equal([`FIELD_VALUE ${versions}.expirationDate`]);
      const conflicting = withTool(tool, {}, [image("1.0.0"), image("1.0.0", "other")]);
      expect(told(conflicting)[0]).to.deep.equal([`PROFILE_CONFLICT ${images}[1]`]);
      expect(told(withTool(tool, {}, [image("1.0.0", "sha256:abc")]))[0]).to.deep.equal([
        `FIELD_VALUE ${images}[0].tag`,
      ]);
    });
  }

  const digest = `sha256:${"a".repeat(64)}`;
  const images: readonly (readonly [repository: string, tag: string, wrong: "" | "tag" | "repository"])[] = [
    ["falcosecurity/falco", "0.43.1", ""],
    ["registry.example.org:5000/falcosecurity/falco", "0.43.1-debian", ""],
    ["[fd00::1]:5000/falco", digest, ""],
    ["falco", `0.43.1@${digest}`, ""],
    ["registry.example.org/falco:0.43.1", "0.43.1", "repository"],
    ["registry.example.org/falco@sha256", digest, "repository"],
    ["https://registry.example.org/falco", "0.43.1", "repository"],
    ["registry.example.org/ falco", "0.43.1", "repository"],
    ["registry.example.org/falco/", "0.43.1", "repository"],
    ["falco", "sha256:ABC", "tag"],
    ["falco", `sha512:${"a".repeat(128)}`, "tag"],
    ["falco", "0.43.1@sha256:abc", "tag"],
    ["falco", "0.43.1 ", "tag"],
    ["falco", "-0.43.1", "tag"],
    ["falco", "a".repeat(129), "tag"],
  ];
  for (const [repository, tag, wrong] of images) {
    it(`${wrong === "" ? "takes" : "refuses"} the image ${repository} with the tag ${tag.slice(0, 40)}`, () => {
      const profile = profileOf("a", {
        falco: [falco("0.43.1")],
        images: { falco: [image("0.43.1", tag, repository)] },
      });
      expect(told(profile)[0]).to.deep.equal(wrong === "" ? [] : [`FIELD_VALUE spec.images.falco[0].${wrong}`]);
    });
  }

  const ref = "ghcr.io/falcosecurity/rules/falco-rules:5.1.0";
  const sources: readonly (readonly [source: object, rules: readonly string[], plugins?: readonly string[]])[] = [
    [{ file: "gardener/1.0.0/falco_rules.yaml" }, []],
    [{ ref, digest }, []],
    [{ ref: `oci://${ref}@${digest}`, digest }, []],
    [{}, ["FIELD_CONFLICT source"]],
    [{ ref }, ["FIELD_CONFLICT source"]],
    [{ digest }, ["FIELD_CONFLICT source"]],
    [{ file: "a.yaml", ref, digest }, ["FIELD_CONFLICT source"]],
    [{ ref: "falco-rules", digest }, ["REFERENCE_INVALID source.ref"]],
    [{ ref: "ghcr.io/falco rules:1", digest }, ["REFERENCE_INVALID source.ref"]],
    [{ ref: `${ref}@sha256:abc`, digest }, ["REFERENCE_INVALID source.ref"]],
    [{ file: "../secret.yaml" }, ["FIELD_VALUE source.file"], []],
    [{ file: "/etc/rules.yaml" }, ["FIELD_VALUE source.file"], []],
    [{ file: "rules.txt" }, ["FIELD_VALUE source.file"], []],
  ];
  for (const [source, rules, plugins = rules] of sources) {
    it(`says [${rules.join()}] to rules and [${plugins.join()}] to a plugin from ${JSON.stringify(source).slice(0, 60)}`, () => {
      const entry = { name: "falco-rules", version: "1.0.0", source };
      const below = (field: string, expected: readonly string[]): readonly string[] =>
        expected.map((each) => each.replace(" ", ` spec.${field}[0].`));
      const withRules = { ...good, spec: { ...good.spec, rules: [entry] } };
      expect(told(withRules)[0]).to.deep.equal(below("rules", rules));
      const withPlugin = { ...good, spec: { ...good.spec, plugins: [entry] } };
      expect(told(withPlugin)[0]).to.deep.equal(below("plugins", plugins));
    });
  }

  it("refuses a digest of a source that is none, and names that nobody could write", () => {
    const rules = [{ name: "Falco Rules", version: "1.0.0", source: { ref, digest: "sha256:abc" } }];
    expect(told({ ...good, spec: { ...good.spec, rules } })[0]).to.deep.equal([
      "FIELD_VALUE spec.rules[0].name",
      "FIELD_VALUE spec.rules[0].source.digest",
    ]);
  });

  it("says everything at once, behind an unknown field, too", () => {
    const { spec } = profileOf("a", { falco: [falco("0.43.1"), falco("latest")] });
    expect(told({ ...good, spec, sepc: {} })[0]).to.deep.equal([
      "FIELD_UNKNOWN sepc",
      "FIELD_VALUE spec.versions.falco[1].version",
    ]);
  });

  it("warns of what stands twice and says the same", () => {
    const rules = [1, 2].map(() => ({ name: "falco-rules", version: "1.0.0", source: { file: "a.yaml" } }));
    const versions = { ...good.spec.versions, falco: [falco("0.43.1"), falco("0.43.1"), falco("0.44.1")] };
    expect(told({ ...good, spec: { ...good.spec, versions, rules, plugins: rules } })).to.deep.equal([
      [],
      ["FIELD_DUPLICATE spec.versions.falco[1]", "FIELD_DUPLICATE spec.rules[1]", "FIELD_DUPLICATE spec.plugins[1]"],
    ]);
  });

  it("warns of a version without rules as soon as some profile names rules", () => {
    const rule = (version: string) => ({ name: "falco-rules", version, source: { file: "a.yaml" } });
    const versions = [falco("0.43.1"), falco("0.44.1", { rulesVersion: "2.0.0" })];
    const profile = profileOf("a", { falco: versions, rules: [rule("1.0.0")] });
    expect(told(profile)).to.deep.equal([[], ["PROFILE_INCOMPLETE spec.versions.falco[1].rulesVersion"]]);
    expect(told(profile, [profileOf("b", { rules: [rule("2.0.0")] })])).to.deep.equal([[], []]);
    expect(told(profileOf("a", { falco: versions }))).to.deep.equal([[], []]);
  });

  it("warns when no falcosidekick is left to deploy", () => {
    const sidekick = (classification: "supported" | "preview") =>
      profileOf("a", { falco: [falco("0.43.1")], falcosidekick: [{ version: "2.34.1", classification }] });
    expect(told(sidekick("supported"))).to.deep.equal([[], []]);
    expect(told(sidekick("preview"))).to.deep.equal([[], ["PROFILE_INCOMPLETE spec.versions.falcosidekick"]]);
    const other = profileOf("b", { falcosidekick: [{ version: "2.33.0", classification: "supported" }] });
    expect(told(sidekick("preview"), [other])).to.deep.equal([[], []]);
  });

  it("finds nothing to say about the profile that ships", () => {
    for (const shipped of loadShippedProfiles()) expect(told(shipped)).to.deep.equal([[], []]);
  });

  it("warns where other profiles disagree, and does not take the profile's own old self for another", () => {
    const changed = profileOf("a", { falco: [falco("0.43.1", { rulesVersion: "2" })] });
    expect(told(changed, [good])).to.deep.equal([[], []]);
    expect(told(changed, [{ ...good, metadata: { name: "b" } }])).to.deep.equal([
      [],
      ["PROFILE_CONFLICT falcoprofiles[b].spec.versions.falco[0]"],
    ]);
  });
});
