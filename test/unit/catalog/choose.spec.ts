import { expect } from "chai";
import { buildCatalogue, type CataloguedVersion } from "../../../falco/catalog/catalogue.ts";
import {
  chooseFalcosidekick,
  defaultFalcoVersion,
  expiresSoon,
  expiryProblem,
  findFalcoVersion,
  findRuleSet,
  highestSupported,
  imageOf,
  isExpired,
  isUsable,
  ruleSetsFor,
} from "../../../falco/catalog/choose.ts";
import { falco, profileOf } from "./profile-of.ts";

const now = new Date("2026-06-01T12:00:00Z");
const past = "2026-06-01T11:59:59Z";
const { catalogue } = buildCatalogue([
  profileOf("falco", {
    falco: [
      falco("0.41.0", { classification: "supported", expirationDate: past }),
      falco("0.42.1", { classification: "deprecated" }),
      falco("0.43.1"),
      falco("0.44.1", { classification: "preview", expirationDate: "2030-01-01T00:00:00Z", rulesVersion: "2" }),
    ],
    falcosidekick: [
      { version: "2.34.1", classification: "supported" },
      { version: "2.35.0", classification: "supported", expirationDate: past },
      { version: "2.36.0", classification: "preview" },
    ],
    rules: [
      { name: "falco-rules", version: "1.0.0", source: { file: "one.yaml" } },
      { name: "falco-sandbox-rules", version: "1.0.0", source: { file: "sandbox.yaml" } },
      { name: "falco-rules", version: "2", source: { file: "two.yaml" } },
    ],
  }),
]);
const [, , supported, preview] = catalogue.falco;
if (supported === undefined || preview === undefined) throw new Error("the sample is wrong");
const all = (): boolean => true;
const usable = "Use one of 0.42.1 (deprecated), 0.43.1 (supported), 0.44.1 (preview).";

describe("falco/catalog/choose", () => {
  const at = (iso: string): CataloguedVersion => ({
    version: "1.0.0",
    classification: "supported",
    expires: Date.parse(iso),
  });
  const expiries: readonly (readonly [string, CataloguedVersion, boolean])[] = [
    ["a moment ago", at("2026-06-01T11:59:59.999Z"), true],
    ["exactly now", at("2026-06-01T12:00:00.000Z"), false],
    ["in a moment", at("2026-06-01T12:00:00.001Z"), false],
    ["never", { version: "1.0.0", classification: "supported" }, false],
  ];
  for (const [when, version, expired] of expiries) {
    it(`a version that expires ${when} ${expired ? "has expired" : "counts"}`, () => {
      expect(isExpired(version, now)).to.equal(expired);
      expect(highestSupported([version], now)).to.equal(expired ? undefined : version);
    });
  }

  it("chooses the highest supported version: no preview, none that expired, none in conflict", () => {
    const [lowest, conflict, ...others] = ["1.0.0", "1.1.0", "1.2.0", "1.3.0"].map((version, index) => ({
      version,
      classification: index === 2 ? ("preview" as const) : ("supported" as const),
      ...(index === 1 && { conflict: { code: "PROFILE_CONFLICT" as const, path: "p", message: "m" } }),
      ...(index === 3 && { expires: 0 }),
    }));
    expect(
      highestSupported(
        [lowest, conflict, ...others].flatMap((each) => each ?? []),
        now,
      ),
    ).to.equal(lowest);
    expect(defaultFalcoVersion(catalogue, now, all)).to.deep.equal({ ok: true, value: supported, warnings: [] });
    expect(chooseFalcosidekick(catalogue, now)).to.deep.include({ ok: true, value: catalogue.falcosidekick[0] });
  });

  it("chooses by default the highest one that can be deployed, and the highest one where none can", () => {
    const three = buildCatalogue([
      profileOf("a", { falco: ["0.42.1", "0.43.1", "0.44.1"].map((each) => falco(each)) }),
    ]);
    const chosen = (...deployable: readonly string[]): string | undefined => {
      const made = defaultFalcoVersion(three.catalogue, now, ({ version }) => deployable.includes(version));
      return made.ok ? made.value.version : undefined;
    };
    expect([chosen("0.42.1", "0.43.1"), chosen("0.44.1"), chosen()]).to.deep.equal(["0.43.1", "0.44.1", "0.44.1"]);
  });

  it("says so when there is none", () => {
    const none = (what: string) => ({
      code: "VERSION_NONE_SUPPORTED",
      path: "",
      message: `No FalcoProfile has a version of ${what} that is supported and has not expired. Ask the operators of the landscape for one.`,
    });
    const empty = buildCatalogue([]).catalogue;
    expect(defaultFalcoVersion(empty, now, all)).to.deep.equal({ ok: false, problems: [none("Falco")] });
    expect(chooseFalcosidekick(empty, now)).to.deep.equal({ ok: false, problems: [none("falcosidekick")] });
  });

  it("finds a version, expired or not", () => {
    expect(findFalcoVersion(catalogue, "0.41.0", now)).to.deep.equal({
      ok: true,
      value: catalogue.falco[0],
      warnings: [],
    });
  });

  const unknown: readonly (readonly [string, typeof catalogue, string])[] = [
    ["names those that can be used", catalogue, `No FalcoProfile has Falco 9.9.9. ${usable}`],
    [
      "says that there are none",
      buildCatalogue([]).catalogue,
      "No FalcoProfile has Falco 9.9.9. There is no version that can be used.",
    ],
  ];
  for (const [what, given, message] of unknown) {
    it(`for an unknown version ${what}`, () => {
      expect(findFalcoVersion(given, "9.9.9", now)).to.deep.equal({
        ok: false,
        problems: [{ code: "VERSION_UNKNOWN", path: "", message }],
      });
    });
  }

  it("does not say that no profile has a version while some cannot be read", () => {
    const found = findFalcoVersion({ ...catalogue, isIncomplete: true }, "9.9.9", now);
    const message = `No FalcoProfile that can be read has Falco 9.9.9. ${usable}`;
    expect(found).to.deep.equal({ ok: false, problems: [{ code: "VERSION_UNKNOWN", path: "", message }] });
  });

  const dates: readonly (readonly [string | undefined, boolean, boolean])[] = [
    [undefined, false, true],
    ["2026-06-01T11:59:59Z", false, false],
    ["2026-06-01T12:00:00Z", true, true],
    ["2026-07-01T12:00:00Z", true, true],
    ["2026-07-01T12:00:00.001Z", false, true],
  ];
  for (const [date, soon, isToBeUsed] of dates) {
    it(`a version until ${date ?? "ever"} ${soon ? "expires soon" : "does not expire soon"}`, () => {
      const version = {
        ...{ version: "1.0.0", classification: "deprecated" as const },
        ...(date !== undefined && { expires: Date.parse(date) }),
      };
      expect([expiresSoon(version, now), isUsable(version, now)]).to.deep.equal([soon, isToBeUsed]);
    });
  }

  it("refuses a version that profiles disagree about, and does not offer it", () => {
    const { catalogue: torn, problems } = buildCatalogue([
      profileOf("a", { falco: [falco("0.44.1"), falco("0.43.1")] }),
      profileOf("b", { falco: [falco("0.44.1", { rulesVersion: "2" })] }),
    ]);
    expect(findFalcoVersion(torn, "0.44.1", now)).to.deep.equal({ ok: false, problems });
    const other = findFalcoVersion(torn, "0.44.2", now);
    expect(other.ok ? "" : other.problems[0]?.message).to.include("Use one of 0.43.1 (supported).");
  });

  it("tells since when a version has expired", () => {
    const [old] = catalogue.falco;
    expect(old && expiryProblem(catalogue, old, now)).to.deep.equal([
      { code: "VERSION_EXPIRED", path: "", message: `Falco 0.41.0 expired at 2026-06-01T11:59:59Z. ${usable}` },
    ]);
    expect(expiryProblem(catalogue, preview, now)).to.deep.equal([]);
  });

  it("gives the image, or asks for it", () => {
    expect(imageOf("Falco", supported)).to.deep.include({ ok: true, value: "registry.example.org/falco:0.43.1" });
    expect(imageOf("Falco", { version: "1.0.0", classification: "preview" })).to.deep.equal({
      ok: false,
      problems: [
        {
          code: "IMAGE_MISSING",
          path: "",
          message:
            "No FalcoProfile has an image for Falco 1.0.0. Ask the operators of the landscape to add it to spec.images.",
        },
      ],
    });
  });

  describe("rule sets", () => {
    it("belong to a version of Falco by its rulesVersion", () => {
      const files = [supported, preview].map((each) => findRuleSet(catalogue, each, "falco-rules"));
      expect(files.map((each) => each.ok && each.value.source)).to.deep.equal([
        { kind: "file", file: "one.yaml" },
        { kind: "file", file: "two.yaml" },
      ]);
      expect(ruleSetsFor(catalogue, supported)).to.deep.equal(["falco-rules", "falco-sandbox-rules"]);
      expect(ruleSetsFor(catalogue, preview)).to.deep.equal(["falco-rules"]);
    });

    const old = buildCatalogue([profileOf("old", { falco: [falco("0.43.1")] })]).catalogue;
    const bare = buildCatalogue([profileOf("bare", { falco: [falco("0.43.1")], rules: [] })]).catalogue;
    const refused: readonly (readonly [string, typeof catalogue, string, string])[] = [
      [
        "a mistyped one",
        catalogue,
        "falco-rule",
        'There are no rules "falco-rule" for Falco 0.43.1. Did you mean "falco-rules"?',
      ],
      [
        "one that nothing is near",
        catalogue,
        "incubating",
        'There are no rules "incubating" for Falco 0.43.1. Use falco-rules, falco-sandbox-rules.',
      ],
      [
        "another one of the old shape",
        old,
        "falco-sandbox-rules",
        'There are no rules "falco-sandbox-rules" for Falco 0.43.1. Use falco-rules.',
      ],
      [
        "one where none is offered",
        bare,
        "falco-rules",
        'There are no rules "falco-rules" for Falco 0.43.1. Use custom rules.',
      ],
    ];
    for (const [what, given, name, message] of refused) {
      it(`refuse ${what}`, () => {
        expect(findRuleSet(given, supported, name)).to.deep.equal({
          ok: false,
          problems: [{ code: "RULES_NOT_IN_PROFILE", path: "", message }],
        });
      });
    }

    it("of a profile of the old shape are the managed ones, with a warning", () => {
      expect(findRuleSet(old, supported, "falco-rules")).to.deep.equal({
        ok: true,
        value: {
          name: "falco-rules",
          version: "1.0.0",
          source: { kind: "file", file: "gardener/1.0.0/falco_rules.yaml" },
        },
        warnings: [
          {
            code: "RULES_NOT_IN_PROFILE",
            path: "",
            message:
              'No FalcoProfile has spec.rules, so "falco-rules" means the managed rules that ship with the extension.',
          },
        ],
      });
    });

    it("that profiles disagree about are refused", () => {
      const rule = (file: string) => ({ name: "falco-rules", version: "1.0.0", source: { file } });
      const { catalogue: torn, problems } = buildCatalogue([
        profileOf("a", { rules: [rule("one")] }),
        profileOf("b", { rules: [rule("two")] }),
      ]);
      expect(findRuleSet(torn, supported, "falco-rules")).to.deep.equal({ ok: false, problems });
    });
  });
});
