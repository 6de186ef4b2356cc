import { expect } from "chai";
import fc from "fast-check";
import { buildCatalogue, type Catalogue } from "../../../falco/catalog/catalogue.ts";
import {
  describeUpdate,
  nextVersion,
  reasonToLeave,
  type VersionChoice,
  type VersionUpdate,
  type VersionWish,
} from "../../../falco/catalog/next-version.ts";
import { compareVersions } from "../../../falco/catalog/versions.ts";
import { falco, image, profileOf } from "./profile-of.ts";

const now = new Date("2026-06-01T12:00:00Z");
const past = { expirationDate: "2026-06-01T11:59:59Z" };
const future = { expirationDate: "2026-06-01T12:00:00Z" };
const deprecated = { classification: "deprecated" } as const;
const preview = { classification: "preview" } as const;
type Fields = Parameters<typeof falco>[1];

/** A catalogue of versions as `0.1.0: fields`. */
function catalogueOf(versions: Readonly<Record<string, Fields>>): Catalogue {
  const entries = Object.entries(versions).map(([version, fields]) => falco(version, fields));
  return buildCatalogue([profileOf("falco", { falco: entries })]).catalogue;
}

/** A choice among the versions with an image. */
function choice(catalogue: Catalogue): VersionChoice {
  return { catalogue, now, canDeploy: ({ image: reference }) => reference !== undefined };
}

/** What becomes of a wish, as short as a table needs it. */
function brief(update: VersionUpdate | undefined): string {
  if (update === undefined) return "stays";
  return update.kind === "update"
    ? `${update.to} ${update.reason}`
    : `stranded ${update.reason} ${update.problem.code}`;
}

function outcome(wish: VersionWish, catalogue: Catalogue): string {
  return brief(nextVersion(wish, choice(catalogue)));
}

interface Case {
  readonly name: string;
  readonly versions: Readonly<Record<string, Fields>>;
  readonly from: string;
  readonly auto?: string;
  readonly pinned?: string;
}

/** What becomes of a cluster with and without autoUpdate, where it does not stay. */
const cases: readonly Case[] = [
  { name: "the highest supported one stays", versions: { "1.0.0": {}, "2.0.0": {} }, from: "2.0.0" },
  {
    name: "auto-update goes to the highest supported one",
    versions: { "1.0.0": {}, "2.0.0": {}, "3.0.0": {} },
    from: "1.0.0",
    auto: "3.0.0 newer",
  },
  {
    name: "versions are compared as versions",
    versions: { "0.9.0": {}, "0.10.0": {} },
    from: "0.9.0",
    auto: "0.10.0 newer",
  },
  {
    name: "auto-update goes to no preview, nothing deprecated, nothing expired",
    versions: { "1.0.0": deprecated, "2.0.0": {}, "3.0.0": deprecated, "4.0.0": past, "5.0.0": preview },
    from: "1.0.0",
    auto: "2.0.0 newer",
  },
  {
    name: "a version about to expire still counts",
    versions: { "1.0.0": future, "2.0.0": future },
    from: "1.0.0",
    auto: "2.0.0 newer",
  },
  {
    name: "a preview is not pulled back",
    versions: { "1.0.0": {}, "2.0.0": preview },
    from: "2.0.0",
  },
  {
    name: "a preview moves up when something higher is supported",
    versions: { "2.0.0-rc1": preview, "2.0.0": {} },
    from: "2.0.0-rc1",
    auto: "2.0.0 newer",
  },
  {
    name: "a deprecated one above all supported ones stays",
    versions: { "1.0.0": {}, "2.0.0": deprecated },
    from: "2.0.0",
  },
  { name: "one without anything supported stays", versions: { "1.0.0": deprecated, "2.0.0": preview }, from: "1.0.0" },
  {
    name: "an expired one goes to the lowest higher one, even with auto-update",
    versions: { "1.0.0": past, "2.0.0": deprecated, "3.0.0": {} },
    from: "1.0.0",
    auto: "2.0.0 expired",
    pinned: "2.0.0 expired",
  },
  {
    name: "an expired one passes by what expired and by previews",
    versions: { "1.0.0": past, "2.0.0": { ...deprecated, ...past }, "3.0.0": preview, "4.0.0": {} },
    from: "1.0.0",
    auto: "4.0.0 expired",
    pinned: "4.0.0 expired",
  },
  {
    name: "an expired one with nothing higher goes to the highest lower one",
    versions: { "1.0.0": {}, "2.0.0": deprecated, "3.0.0": past, "4.0.0": preview },
    from: "3.0.0",
    auto: "2.0.0 expired",
    pinned: "2.0.0 expired",
  },
  {
    name: "an expired preview is left as any other",
    versions: { "1.0.0": {}, "2.0.0": { ...preview, ...past } },
    from: "2.0.0",
    auto: "1.0.0 expired",
    pinned: "1.0.0 expired",
  },
  {
    name: "one that is gone goes to the lowest higher one",
    versions: { "1.0.0": {}, "2.0.0": deprecated, "3.0.0": {} },
    from: "1.5.0",
    auto: "2.0.0 unknown",
    pinned: "2.0.0 unknown",
  },
  {
    name: "one that is gone with nothing higher goes to the highest lower one",
    versions: { "1.0.0": {}, "2.0.0": deprecated },
    from: "9.0.0",
    auto: "2.0.0 unknown",
    pinned: "2.0.0 unknown",
  },
  {
    name: "what is no version gets what is supported",
    versions: { "1.0.0": {}, "2.0.0": deprecated },
    from: "latest",
    auto: "1.0.0 unknown",
    pinned: "1.0.0 unknown",
  },
  {
    name: "what is no version gets what is deprecated where there is nothing else",
    versions: { "1.0.0": deprecated, "2.0.0": preview },
    from: "v1.0.0",
    auto: "1.0.0 unknown",
    pinned: "1.0.0 unknown",
  },
  {
    name: "an expired one is stranded where only previews are left",
    versions: { "1.0.0": past, "2.0.0": preview, "3.0.0": past },
    from: "1.0.0",
    auto: "stranded expired VERSION_EXPIRED",
    pinned: "stranded expired VERSION_EXPIRED",
  },
  {
    name: "one that is gone is stranded where there is nothing",
    versions: {},
    from: "1.0.0",
    auto: "stranded unknown VERSION_UNKNOWN",
    pinned: "stranded unknown VERSION_UNKNOWN",
  },
  {
    name: "what is no version is stranded where there is nothing",
    versions: { "1.0.0": past },
    from: "latest",
    auto: "stranded unknown VERSION_UNKNOWN",
    pinned: "stranded unknown VERSION_UNKNOWN",
  },
];

describe("falco/catalog/next-version", () => {
  for (const { name, versions, from, auto = "stays", pinned = "stays" } of cases) {
    it(name, () => {
      const catalogue = catalogueOf(versions);
      expect({
        auto: outcome({ falcoVersion: from, autoUpdate: true }, catalogue),
        pinned: outcome({ falcoVersion: from, autoUpdate: false }, catalogue),
      }).to.deep.equal({ auto, pinned });
    });
  }

  it("a manifest without a version follows the default: there is nothing to write, unless there is no default", () => {
    for (const autoUpdate of [true, false]) {
      expect(outcome({ autoUpdate }, catalogueOf({ "1.0.0": {}, "2.0.0": {} }))).to.equal("stays");
      const none = catalogueOf({ "1.0.0": deprecated, "2.0.0": past });
      expect(outcome({ autoUpdate }, none)).to.equal("stranded unknown VERSION_NONE_SUPPORTED");
    }
  });

  it("goes to no version that could not be deployed: without an image, or in dispute", () => {
    const versions = [falco("1.0.0", past), falco("2.0.0"), falco("3.0.0"), falco("4.0.0")];
    const { catalogue } = buildCatalogue([
      profileOf("a", { falco: versions, images: { falco: ["1.0.0", "2.0.0", "4.0.0"].map((each) => image(each)) } }),
      profileOf("b", { falco: [falco("2.0.0", deprecated)] }),
    ]);
    expect(outcome({ falcoVersion: "1.0.0", autoUpdate: false }, catalogue)).to.equal("4.0.0 expired");
    const { catalogue: worse } = buildCatalogue([
      profileOf("a", { falco: versions.slice(0, 3), images: { falco: [image("1.0.0"), image("2.0.0")] } }),
      profileOf("b", { falco: [falco("2.0.0", deprecated)] }),
    ]);
    expect(outcome({ falcoVersion: "1.0.0", autoUpdate: true }, worse)).to.equal("stranded expired VERSION_EXPIRED");
  });

  it("forces nobody off a version that profiles disagree about; auto-update may still leave it", () => {
    const { catalogue } = buildCatalogue([
      profileOf("a", { falco: [falco("1.0.0", past), falco("2.0.0")] }),
      profileOf("b", { falco: [falco("1.0.0")] }),
    ]);
    expect(outcome({ falcoVersion: "1.0.0", autoUpdate: false }, catalogue)).to.equal("stays");
    expect(outcome({ falcoVersion: "1.0.0", autoUpdate: true }, catalogue)).to.equal("2.0.0 newer");
  });

  it("leaves a version that only seems to be gone while something cannot be read; what has expired or is newer goes on", () => {
    const catalogue = { ...catalogueOf({ "1.0.0": {}, "2.0.0": past, "3.0.0": {} }), isIncomplete: true };
    const pinned = (falcoVersion: string): string => outcome({ falcoVersion, autoUpdate: false }, catalogue);
    expect(["2.5.0", "9.0.0", "latest", "2.0.0"].map(pinned)).to.deep.equal([
      ...["stays", "stays", "stays"],
      "3.0.0 expired",
    ]);
    const auto = (falcoVersion: string): string => outcome({ falcoVersion, autoUpdate: true }, catalogue);
    expect(["2.5.0", "9.0.0", "latest"].map(auto)).to.deep.equal(["3.0.0 newer", "stays", "stays"]);
    const reasons = (of: Catalogue) =>
      ["1.0.0", "2.0.0", "9.0.0"].map((each) => reasonToLeave(each, { catalogue: of, now }));
    expect(reasons(catalogue)).to.deep.equal([undefined, "expired", undefined]);
    expect(reasons({ ...catalogue, isIncomplete: false })).to.deep.equal([undefined, "expired", "unknown"]);
  });

  const sentences: readonly (readonly [string, VersionWish, Catalogue, string])[] = [
    [
      "an update",
      { falcoVersion: "1.0.0", autoUpdate: true },
      catalogueOf({ "1.0.0": {}, "2.0.0": {} }),
      "Falco is updated from 1.0.0 to 2.0.0, the highest supported version.",
    ],
    [
      "an expiry",
      { falcoVersion: "1.0.0", autoUpdate: false },
      catalogueOf({ "1.0.0": past, "2.0.0": {} }),
      "Falco 1.0.0 has expired; 2.0.0 takes its place.",
    ],
    [
      "a version that is gone",
      { falcoVersion: "3.0.0", autoUpdate: false },
      catalogueOf({ "2.0.0": {} }),
      "No FalcoProfile has Falco 3.0.0; 2.0.0 takes its place.",
    ],
    [
      "a cluster that is stranded",
      { falcoVersion: "1.0.0", autoUpdate: false },
      catalogueOf({ "1.0.0": past }),
      "Falco 1.0.0 has expired, and there is no other version that can be used. Ask the operators of the landscape for one.",
    ],
  ];
  for (const [what, wish, catalogue, sentence] of sentences) {
    it(`describes ${what}`, () => {
      const update = nextVersion(wish, choice(catalogue));
      expect(update && describeUpdate(update)).to.equal(sentence);
    });
  }

  it("keeps its promises in any catalogue: one step is enough, nothing goes down but what must, nobody to a preview", () => {
    const fields = fc.record({
      classification: fc.constantFrom("preview" as const, "supported" as const, "deprecated" as const),
      expired: fc.boolean(),
    });
    const versions = fc.dictionary(fc.constantFrom("0.9.0", "0.10.0", "0.10.1", "1.0.0-rc1", "1.0.0"), fields);
    const wish = fc.record({
      falcoVersion: fc.constantFrom("0.9.0", "0.9.5", "0.10.0", "1.0.0-rc1", "1.0.0", "latest"),
      autoUpdate: fc.boolean(),
    });
    fc.assert(
      fc.property(versions, wish, (described, { falcoVersion, autoUpdate }) => {
        const catalogue = catalogueOf(
          Object.fromEntries(
            Object.entries(described).map(([version, { classification, expired }]) => [
              version,
              { classification, ...(expired && past) },
            ]),
          ),
        );
        const update = nextVersion({ falcoVersion, autoUpdate }, choice(catalogue));
        if (update?.kind !== "update") return;
        const target = described[update.to];
        expect(target).to.include({ expired: false });
        expect(target?.classification).not.to.equal("preview");
        if (update.reason === "newer") expect(compareVersions(update.to, falcoVersion)).to.be.greaterThan(0);
        const after = nextVersion({ falcoVersion: update.to, autoUpdate: false }, choice(catalogue));
        expect(after).to.equal(undefined);
      }),
      { numRuns: 500 },
    );
  });
});
