import { expect } from "chai";
import { falcoProfileKind } from "../../../falco/api/falco-profile.ts";
import { buildCatalogue, profileName } from "../../../falco/catalog/catalogue.ts";
import { falco, image, profileOf } from "./profile-of.ts";

const digest = `sha256:${"a".repeat(64)}`;

describe("falco/catalog/catalogue", () => {
  it("merges profiles, versions from the lowest to the highest", () => {
    const { catalogue, problems } = buildCatalogue([
      profileOf("b", { falco: [falco("0.44.1"), falco("0.9.0")], falcosidekick: [] }),
      profileOf("a", {
        falco: [falco("0.45.0-rc1", { classification: "preview" }), falco("0.45.0"), falco("0.43.1")],
        falcosidekick: [{ version: "2.34.1", classification: "supported", expirationDate: "2027-01-31T00:00:00Z" }],
      }),
    ]);
    expect(problems).to.deep.equal([]);
    expect(catalogue.falco.map(({ version }) => version)).to.deep.equal([
      "0.9.0",
      "0.43.1",
      "0.44.1",
      "0.45.0-rc1",
      "0.45.0",
    ]);
    expect(catalogue.falcosidekick).to.deep.equal([
      {
        version: "2.34.1",
        classification: "supported",
        expires: Date.UTC(2027, 0, 31),
        image: "registry.example.org/falcosidekick:2.34.1",
      },
    ]);
    expect(catalogue).to.be.frozen;
  });

  it("does not depend on the order of the profiles", () => {
    const profiles = [
      profileOf("a", { falco: [falco("0.44.1")] }),
      profileOf("b", { falco: [falco("0.44.1", { rulesVersion: "2" }), falco("0.43.1")] }),
    ];
    expect(buildCatalogue(profiles)).to.deep.equal(buildCatalogue([...profiles].reverse()));
  });

  it("takes an image from another profile, and joins a digest with @", () => {
    const { catalogue } = buildCatalogue([
      profileOf("a", { falco: [falco("0.43.1"), falco("0.44.1")], images: { falco: [] } }),
      profileOf("b", { images: { falco: [image("0.43.1", "0.43.1-debian"), image("0.44.1", digest)] } }),
    ]);
    expect(catalogue.falco.map((each) => each.image)).to.deep.equal([
      "registry.example.org/falco:0.43.1-debian",
      `registry.example.org/falco@${digest}`,
    ]);
  });

  it("leaves the image out where there is none", () => {
    const { catalogue } = buildCatalogue([profileOf("a", { falco: [falco("0.44.1")], images: { falco: [] } })]);
    expect(catalogue.falco[0]).to.deep.equal({ version: "0.44.1", classification: "supported", rulesVersion: "1.0.0" });
  });

  it("takes the same entry in two profiles for one, whatever the order of its fields", () => {
    const { rulesVersion, classification, version } = falco("0.44.1");
    const { catalogue, problems } = buildCatalogue([
      profileOf("a", { falco: [falco("0.44.1")] }),
      profileOf("b", { falco: [{ rulesVersion, classification, version }] }),
    ]);
    expect(problems).to.deep.equal([]);
    expect(catalogue.falco).to.have.length(1);
  });

  const described = (key: string, profile: string): string =>
    `"${key}" is described differently in the FalcoProfile ${profile}. Make both say the same, or remove one.`;
  const rule = (file: string) => ({ name: "falco-rules", version: "1", source: { file } });
  const conflicts = [
    {
      what: "versions",
      profiles: [
        profileOf("a", { falco: [falco("0.44.1")] }),
        profileOf("b", { falco: [falco("0.44.1", { classification: "preview" })] }),
      ],
      problem: { path: "falcoprofiles[b].spec.versions.falco[0]", message: described("0.44.1", "a") },
    },
    {
      what: "images",
      profiles: [
        profileOf("a", { falco: [falco("0.44.1")] }),
        profileOf("b", { images: { falco: [image("0.1.0"), image("0.44.1", "other")] } }),
      ],
      problem: { path: "falcoprofiles[b].spec.images.falco[1]", message: described("0.44.1", "a") },
    },
    {
      what: "a version within one profile",
      profiles: [profileOf("a", { falco: [falco("0.44.1"), falco("0.44.1", { rulesVersion: "2" })] })],
      problem: {
        path: "falcoprofiles[a].spec.versions.falco[1]",
        message: '"0.44.1" stands here twice with different content. Make both say the same, or remove one.',
      },
    },
    {
      what: "rule sets",
      profiles: [profileOf("a", { rules: [rule("one.yaml")] }), profileOf("b", { rules: [rule("two.yaml")] })],
      problem: { path: "falcoprofiles[b].spec.rules[0]", message: described("falco-rules 1", "a") },
    },
  ];
  for (const { what, profiles, problem } of conflicts) {
    it(`reports ${what} that disagree, and marks the entry`, () => {
      const conflict = { code: "PROFILE_CONFLICT", ...problem };
      const { catalogue, problems } = buildCatalogue(profiles);
      expect(problems).to.deep.equal([conflict]);
      const entries = [...catalogue.falco, ...catalogue.ruleSets].filter((each) => each.conflict !== undefined);
      expect(entries.map((each) => each.conflict)).to.deep.equal([conflict]);
    });
  }

  it("reports a digest that is none, and takes the image for missing", () => {
    const digest = { version: "0.44.1", repository: "r", tag: "sha256:abc" };
    const { catalogue, problems } = buildCatalogue([
      profileOf("a", { falco: [falco("0.44.1")], images: { falco: [digest] } }),
    ]);
    expect(problems).to.deep.equal([
      {
        code: "FIELD_VALUE",
        path: "falcoprofiles[a].spec.images.falco[0].tag",
        message: '"sha256:abc" is no digest: sha256: and 64 hexadecimal digits in lower case.',
      },
    ]);
    expect(catalogue.falco[0]).to.not.have.property("image");
  });

  it("keeps the first description of three that disagree", () => {
    const { catalogue, problems } = buildCatalogue(
      ["a", "b", "c"].map((name) => profileOf(name, { falco: [falco("0.44.1", { rulesVersion: name })] })),
    );
    expect(problems.map(({ path }) => path)).to.deep.equal([
      "falcoprofiles[b].spec.versions.falco[0]",
      "falcoprofiles[c].spec.versions.falco[0]",
    ]);
    expect(catalogue.falco.map(({ rulesVersion }) => rulesVersion)).to.deep.equal(["a"]);
  });

  const source = "Give either file, or both ref and digest.";
  const unreadable = [
    [
      profileOf("a", { falco: [falco("v0.44.1")] }),
      "FIELD_VALUE",
      "spec.versions.falco[0].version",
      '"v0.44.1" is not a semantic version such as 0.44.1.',
    ],
    [
      profileOf("a", { falcosidekick: [{ version: "2.34", classification: "supported" }] }),
      "FIELD_VALUE",
      "spec.versions.falcosidekick[0].version",
      '"2.34" is not a semantic version such as 0.44.1.',
    ],
    [
      profileOf("a", { falco: [falco("0.44.1", { expirationDate: "2027-02-30T00:00:00Z" })] }),
      "FIELD_VALUE",
      "spec.versions.falco[0].expirationDate",
      '"2027-02-30T00:00:00Z" is not an RFC 3339 date and time such as 2027-01-31T00:00:00Z.',
    ],
    [
      profileOf("a", { rules: [{ name: "x", version: "1", source: {} }] }),
      "FIELD_CONFLICT",
      "spec.rules[0].source",
      source,
    ],
    [
      profileOf("a", { rules: [{ name: "x", version: "1", source: { ref: "r" } }] }),
      "FIELD_CONFLICT",
      "spec.rules[0].source",
      source,
    ],
    [
      profileOf("a", { rules: [{ name: "x", version: "1", source: { file: "f", digest } }] }),
      "FIELD_CONFLICT",
      "spec.rules[0].source",
      source,
    ],
  ] as const;
  for (const [profile, code, path, message] of unreadable) {
    it(`reports and leaves out: ${path} ${message}`, () => {
      const { catalogue, problems } = buildCatalogue([profile]);
      expect(problems).to.deep.equal([{ code, path: `falcoprofiles[a].${path}`, message }]);
      expect([catalogue.falco, catalogue.falcosidekick, catalogue.ruleSets]).to.deep.equal([[], [], []]);
    });
  }

  it("says that it is incomplete when an entry is left out that may be a version of Falco", () => {
    const isIncomplete = (version: string, falcosidekick = "2.34.1", expirationDate?: string): boolean =>
      buildCatalogue([
        profileOf("a", {
          falco: [falco(version, expirationDate === undefined ? {} : { expirationDate })],
          falcosidekick: [{ version: falcosidekick, classification: "supported" }],
        }),
      ]).catalogue.isIncomplete;
    expect([
      isIncomplete("0.44.1"),
      isIncomplete("0.44"),
      isIncomplete("0.44.1", "2.34.1", "soon"),
      isIncomplete("0.44.1", "2.34"),
    ]).to.deep.equal([false, true, true, false]);
  });

  it("reads both kinds of sources, and knows whether profiles name rule sets at all", () => {
    const rules = [
      { name: "a", version: "1", source: { file: "a.yaml" } },
      { name: "b", version: "1", source: { ref: "ghcr.io/b:1", digest } },
    ];
    const { catalogue } = buildCatalogue([profileOf("old", {}), profileOf("new", { rules })]);
    expect(catalogue.ruleSets.map((each) => each.source)).to.deep.equal([
      { kind: "file", file: "a.yaml" },
      { kind: "oci", ref: "ghcr.io/b:1", digest },
    ]);
    expect(catalogue.namesRuleSets).to.equal(true);
    expect(buildCatalogue([profileOf("old", {})]).catalogue.namesRuleSets).to.equal(false);
    expect(buildCatalogue([profileOf("new", { rules: [] })]).catalogue.namesRuleSets).to.equal(true);
  });

  it("can do without any profile", () => {
    expect(buildCatalogue([])).to.deep.equal({
      catalogue: { falco: [], falcosidekick: [], ruleSets: [], namesRuleSets: false, isIncomplete: false },
      problems: [],
    });
  });

  it("names a profile by its metadata, whatever stands there", () => {
    const named = (metadata: unknown): string => profileName({ ...falcoProfileKind, metadata });
    expect([{ name: "a" }, {}, null, "a", { name: 5 }, { name: "" }].map(named)).to.deep.equal([
      "a",
      ...Array<string>(5).fill("without-name"),
    ]);
    expect(profileName("text")).to.equal("without-name");
  });
});
