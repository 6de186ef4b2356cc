import { gzipSync } from "node:zlib";
import { expect } from "chai";
import type { ConfigMap, NamedResource } from "../../../falco/api/gardener.ts";
import type { FalcoServiceConfig } from "../../../falco/api/falco-service-config.ts";
import { customRuleFiles, resolveRules } from "../../../falco/desired/rule-files.ts";
import { brief, catalogue, configMap, facts, path, problemsOf, resource, ruleFiles, valueOf } from "./samples.ts";

const falco = catalogue.falco.find(({ version }) => version === "0.44.1");
if (falco === undefined) throw new Error("the sample is wrong");

const resolved = (rules: NonNullable<FalcoServiceConfig["rules"]>) => resolveRules(facts({ rules }), falco);
const gzip = (text: string | Uint8Array): string => gzipSync(text).toString("base64");
const mebibyte = 1024 * 1024;

/** The files of one ConfigMap for each name, `a` refers to `a-object`. */
function custom(configMaps: Readonly<Record<string, ConfigMap>>) {
  const names = Object.keys(configMaps);
  const resources: readonly NamedResource[] = names.map((name) => resource(name, "ConfigMap"));
  const maps = new Map(names.map((name) => [`${name}-object`, configMaps[name] ?? { metadata: {} }]));
  return customRuleFiles(
    names.map((resourceName) => ({ resourceName })),
    { configPath: "c", resources, configMaps: maps },
  );
}

describe("falco/desired/rule-files", () => {
  it("are the managed set when nothing is said, and nothing that is not said otherwise", () => {
    expect(valueOf(resolveRules(facts(), falco))).to.deep.equal({
      files: [{ configMap: "falco-rules", file: "0000-falco-rules.yaml", text: "- rule: of falco-rules\n" }],
      shootConfigMaps: [],
    });
    expect(valueOf(resolved({ custom: [{ resourceName: "more-rules" }] })).files.map(({ file }) => file)).to.deep.equal(
      ["10000-0.yaml"],
    );
  });

  it("are loaded in upstream's order, then other sets, then custom files, then the shoot's own", () => {
    const rules = valueOf(
      resolved({
        standard: ["extra", "falco-sandbox-rules", "falco-incubating-rules", "falco-rules"],
        custom: [
          { resourceName: "more-rules" },
          { shootConfigMap: "own" },
          { resourceName: "rules" },
          { shootConfigMap: "another" },
        ],
      }),
    );
    expect(rules.files.map(({ file, text }) => [file, text])).to.deep.equal([
      ["0000-falco-rules.yaml", "- rule: of falco-rules\n"],
      ["0001-falco-incubating-rules.yaml", "- rule: of falco-incubating-rules\n"],
      ["0002-falco-sandbox-rules.yaml", "- rule: of falco-sandbox-rules\n"],
      ["0003-extra.yaml", "- rule: of extra\n"],
      ["10000-0.yaml", "- rule: 0\n"],
      ["10002-a.yaml", "- rule: a\n"],
      ["10002-b.yaml", "- rule: b\n"],
    ]);
    expect(rules.shootConfigMaps).to.deep.equal([
      { name: "own", directory: "shoot-custom-rules/own" },
      { name: "another", directory: "shoot-custom-rules/another" },
    ]);
    const files = rules.files.map(({ file }) => file);
    expect([...files].sort()).to.deep.equal(files);
    expect(new Set(rules.files.map((each) => each.configMap)).size).to.equal(files.length);
  });

  it("are in ConfigMaps whose names do not depend on their place", () => {
    const names = (...custom: readonly string[]) =>
      valueOf(resolved({ custom: custom.map((resourceName) => ({ resourceName })) })).files.map(
        (each) => each.configMap,
      );
    expect(names("rules", "more-rules")).to.have.members(names("more-rules", "rules"));
    for (const name of names("rules")) expect(name).to.match(/^falco-custom-rules-[0-9a-f]{8}$/);
    expect(valueOf(resolved({ standard: ["extra"] })).files[0]?.configMap).to.equal("falco-rules-extra");
  });

  const bad: readonly (readonly [NonNullable<FalcoServiceConfig["rules"]>, readonly string[], string])[] = [
    [{ standard: ["falco-rule"] }, ["RULES_NOT_IN_PROFILE rules.standard[0]"], 'Did you mean "falco-rules"?'],
    [
      { standard: ["from-registry"] },
      ["NOT_AVAILABLE rules.standard[0]"],
      "an OCI artifact, which is not available in this version",
    ],
    [{ standard: ["extra", "lost"] }, ["RULES_SOURCE_MISSING rules.standard[1]"], '"lost.yaml", which does not ship'],
    [
      { custom: [{ resourceName: "absent-rules" }] },
      ["RESOURCE_MISSING rules.custom[0].resourceName"],
      '"absent-rules-object" has not been found',
    ],
    [
      { custom: [{ resourceName: "hook" }] },
      ["RESOURCE_KIND rules.custom[0].resourceName"],
      "a ConfigMap (v1) is needed",
    ],
    [{ custom: [{ resourceName: "no" }] }, ["RESOURCE_UNDECLARED rules.custom[0].resourceName"], 'no entry "no"'],
    [
      { standard: ["x", "lost"], custom: [{ resourceName: "absent-rules" }, { resourceName: "bad-rules" }] },
      [
        "RULES_NOT_IN_PROFILE rules.standard[0]",
        "RESOURCE_MISSING rules.custom[0].resourceName",
        "RULES_INVALID rules.custom[1].resourceName",
      ],
      'no rules "x"',
    ],
  ];
  for (const [rules, expected, message] of bad) {
    it(`refuses ${JSON.stringify(rules)}`, () => {
      const problems = problemsOf(resolved(rules));
      expect(brief(problems)).to.deep.equal(expected);
      expect(problems[0]?.message).to.include(message);
    });
  }

  describe("of a ConfigMap", () => {
    const good: readonly (readonly [string, ConfigMap, readonly (readonly [string, string])[]])[] = [
      ["none", configMap({}), []],
      ["no data at all", { metadata: {} }, []],
      [
        "in the order of their names",
        configMap({ "b.yaml": "[]", "a-b.yaml": "[]", "a.yaml": "[]" }),
        [
          ["10000-a-b.yaml", "[]"],
          ["10000-a.yaml", "[]"],
          ["10000-b.yaml", "[]"],
        ],
      ],
      ["with names that are none", configMap({ rules: "[]" }), [["10000-rules.yaml", "[]"]]],
      [
        "that differ in .yaml and .yml",
        configMap({ "a.yaml": "- rule: 1", "a.yml": "- rule: 2" }),
        [
          ["10000-a.yaml", "- rule: 1"],
          ["10000-a.yml", "- rule: 2"],
        ],
      ],
      [
        "packed",
        configMap({}, { "a.yaml.gz": gzip("- rule: é\n"), "b.gz": gzip("[]") }),
        [
          ["10000-a.yaml", "- rule: é\n"],
          ["10000-b.yaml", "[]"],
        ],
      ],
      [
        "binary, but not packed",
        configMap({}, { "a.yaml": Buffer.from("- rule: é\n").toString("base64") }),
        [["10000-a.yaml", "- rule: é\n"]],
      ],
      [
        "as large as may be",
        configMap({ "a.yaml": `- a${" ".repeat(mebibyte - 3)}` }),
        [["10000-a.yaml", `- a${" ".repeat(mebibyte - 3)}`]],
      ],
    ];
    for (const [what, given, expected] of good) {
      it(`takes files ${what}`, () => {
        expect(valueOf(custom({ one: given })).map(({ file, text }) => [file, text])).to.deep.equal(expected);
      });
    }

    const large = "is larger than 1 MiB once unpacked. Split it.";
    const ten = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`${String(index)}.yaml`, "[]"]));
    const refused: readonly (readonly [string, ConfigMap, string, string])[] = [
      [
        "eleven files",
        configMap(ten, { "x.gz": gzip("[]") }),
        "RULES_TOO_LARGE",
        'The ConfigMap "one-object" has 11 rules files; ten at most are taken.',
      ],
      [
        "a file that is too large",
        configMap({ "a.yaml": `- a${" ".repeat(mebibyte - 2)}` }),
        "RULES_TOO_LARGE",
        `ConfigMap "one-object", key "a.yaml": It ${large}`,
      ],
      [
        "a file whose letters take more bytes",
        configMap({ "a.yaml": `- ${"é".repeat(mebibyte / 2)}` }),
        "RULES_TOO_LARGE",
        large,
      ],
      [
        "a file that unpacks to too much",
        configMap({}, { "a.gz": gzip(Buffer.alloc(mebibyte + 1)) }),
        "RULES_TOO_LARGE",
        `ConfigMap "one-object", key "a.gz": It ${large}`,
      ],
      ["a bomb", configMap({}, { "a.gz": gzip(Buffer.alloc(64 * mebibyte)) }), "RULES_TOO_LARGE", large],
      [
        "what is not packed",
        configMap({}, { "a.yaml.gz": "aGVsbG8=" }),
        "RULES_UNPACK",
        'key "a.yaml.gz": It is not gzip, or damaged, or holds no UTF-8 text.',
      ],
      [
        "packed bytes that are no text",
        configMap({}, { "a.gz": gzip(Buffer.from([0xff])) }),
        "RULES_UNPACK",
        "holds no UTF-8 text",
      ],
      [
        "bytes that are no text",
        configMap({}, { "a.yaml": "//8=" }),
        "RULES_INVALID",
        'key "a.yaml": It holds no UTF-8 text.',
      ],
      [
        "no YAML",
        configMap({ "a.yaml": "- rule: [" }),
        "RULES_INVALID",
        'key "a.yaml": It is not YAML: line 1, column 10: ',
      ],
      [
        "no list",
        configMap({ "a.yaml": "rule: a" }),
        "RULES_INVALID",
        'key "a.yaml": line 1, column 1: A rules file is a list',
      ],
      [
        "the same name twice",
        configMap({ a: "[]", "a.yaml": "[]" }),
        "FIELD_DUPLICATE",
        'There is a rules file "a.yaml" twice in "one". Give each a name of its own.',
      ],
      [
        "the same name packed",
        configMap({ "a.yaml": "[]" }, { "a.yaml.gz": gzip("[]") }),
        "FIELD_DUPLICATE",
        '"a.yaml" twice in "one"',
      ],
    ];
    for (const [what, given, code, message] of refused) {
      it(`refuses ${what}`, () => {
        const [problem, ...others] = problemsOf(custom({ one: given }));
        expect(problem).to.include({ code, path: "c.rules.custom[0].resourceName" });
        expect(problem?.message).to.include(message);
        expect(others).to.deep.equal([]);
      });
    }

    it("refuses a name that two of them have", () => {
      const both = custom({ one: configMap({ "a.yaml": "[]" }), two: configMap({ "a.yaml": "[]" }) });
      expect(problemsOf(both)).to.deep.equal([
        {
          code: "FIELD_DUPLICATE",
          path: "c.rules.custom[1].resourceName",
          message: 'There is a rules file "a.yaml" both in "one" and in "two". Give each a name of its own.',
        },
      ]);
    });

    it("reports every file that is wrong", () => {
      const problems = problemsOf(custom({ one: configMap({ "a.yaml": "a", "b.yaml": "[]" }, { "c.gz": "eA==" }) }));
      expect(problems.map(({ code }) => code)).to.deep.equal(["RULES_INVALID", "RULES_UNPACK"]);
    });

    it("gives long names that fit into a file system, and stay apart", () => {
      const long = (end: string): string => `${"x".repeat(245)}${end}.yaml`;
      const files = valueOf(custom({ one: configMap({ [long("a")]: "[]", [long("b")]: "[]" }) })).map(
        ({ file }) => file,
      );
      expect(new Set(files).size).to.equal(2);
      for (const file of files) expect(file.length).to.be.lessThan(254);
    });
  });

  it("leaves its input as it is", () => {
    const before = JSON.stringify([...ruleFiles]);
    const given = facts({ rules: { standard: ["falco-sandbox-rules", "falco-rules"] } });
    valueOf(resolveRules(given, falco));
    expect(given.config.rules?.standard).to.deep.equal(["falco-sandbox-rules", "falco-rules"]);
    expect(JSON.stringify([...ruleFiles])).to.equal(before);
    expect(given.configPath).to.equal(path);
  });
});
