import { expect } from "chai";
import { customRulesFile } from "../../../../controller/shoot/custom-rules.ts";
import { customRuleFiles } from "../../../../falco/desired/rule-files.ts";

describe("a rules file in a Falco container", () => {
  it("is known by the names that its owner has given", () => {
    const made = customRuleFiles([{ resourceName: "one" }, { resourceName: "two" }], {
      configPath: "",
      resources: ["one", "two"].map((name) => ({ name, resourceRef: { kind: "ConfigMap", name } })),
      configMaps: new Map(
        ["one", "two"].map((name) => [
          name,
          { metadata: { name }, data: { [`${name}.yaml`]: "- list: a\n  items: []\n" } },
        ]),
      ),
    });
    const names = made.ok
      ? made.value.map(({ file }) => customRulesFile(`/etc/falco/rules.d/${file}`, ["one", "two"]))
      : [];
    expect(names).to.deep.equal([
      { file: "one.yaml", from: 'of the custom rules "one"' },
      { file: "two.yaml", from: 'of the custom rules "two"' },
    ]);
  });

  const cases: readonly (readonly [string, string | undefined])[] = [
    ["/etc/falco/rules.d/10007-a.yaml", "a.yaml of the custom rules"],
    ["/etc/falco/shoot-custom-rules/mine/a.yaml", 'a.yaml of the ConfigMap "mine" in the shoot'],
    ["/etc/falco/rules.d/0000-falco-rules.yaml", undefined],
    ["/etc/falco/rules.d/1000-many.yaml", undefined],
    ["/etc/falco/falco_rules.yaml", undefined],
    ["/tmp/10000-a.yaml", undefined],
  ];
  for (const [path, expected] of cases) {
    it(`${path} is ${expected ?? "not the user's"}`, () => {
      const found = customRulesFile(path, []);
      expect(found && `${found.file} ${found.from}`).to.equal(expected);
    });
  }
});
