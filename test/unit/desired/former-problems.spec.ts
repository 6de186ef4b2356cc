import { expect } from "chai";
import { type FalcoServiceConfig, falcoServiceConfigKind } from "../../../falco/api/falco-service-config.ts";
import { validate } from "../../../falco/desired/validate.ts";
import { brief, config, context, shoot } from "./samples.ts";

const hook = { name: "custom", resourceSecretName: "hook" };

describe("falco/desired/former-problems", () => {
  const bad: Partial<FalcoServiceConfig> = { falcoVersion: "0.42.1", destinations: [{ name: "gone" }], ui: {} };
  /** Each: what is changed, the configuration after and before it, and what is new about it; all else that is wrong is a warning. */
  const aged: readonly (readonly [string, object, unknown, readonly string[], readonly string[]])[] = [
    [
      "an expired version",
      { falcoVersion: "0.42.1", ui: { enabled: false } },
      { falcoVersion: "0.42.1" },
      [],
      ["VERSION_EXPIRED falcoVersion"],
    ],
    [
      "two that exclude each other, in another order",
      { destinations: [{ name: "central" }, hook] },
      { destinations: [hook, { name: "central" }] },
      [],
      ["DESTINATION_CONFLICT destinations[1].name"],
    ],
    [
      "another wrong value in the place of a wrong one",
      { nodeSelector: { a: "still wrong" } },
      { nodeSelector: { a: "b c" } },
      ["FIELD_VALUE nodeSelector.a"],
      [],
    ],
    [
      "a second mistake of the same kind",
      { tolerations: [{ operator: "Equal" }, {}] },
      { tolerations: [{}] },
      ["FIELD_CONFLICT tolerations[1].operator"],
      ["FIELD_CONFLICT tolerations[0].operator"],
    ],
    ["a field that cannot be read and stays", { autoUpdate: false, no: 1 }, { no: 1 }, [], ["FIELD_UNKNOWN no"]],
    ["such a field that changes", { no: 2 }, { no: 1 }, ["FIELD_UNKNOWN no"], []],
    [
      "such a field that goes, beside an expired version",
      { falcoVersion: "0.42.1" },
      { falcoVersion: "0.42.1", no: 1 },
      [],
      ["VERSION_EXPIRED falcoVersion"],
    ],
    [
      "such a field that goes, and a new mistake",
      { falcoVersion: "0.42.1", nodeSelector: { "a b": "" } },
      { falcoVersion: "0.43.1", no: 1 },
      ["VERSION_EXPIRED falcoVersion", 'FIELD_VALUE nodeSelector["a b"]'],
      [],
    ],
    [
      "a label whose key needs quotes",
      { nodeSelector: { 'a "b"': "x y" }, autoUpdate: true },
      { nodeSelector: { 'a "b"': "x y" } },
      [],
      ['FIELD_VALUE nodeSelector["a \\"b\\""]'],
    ],
  ];
  for (const [what, after, before, problems, warnings] of aged) {
    it(`tells what a change brings from what was there: ${what}`, () => {
      const [object, old] = [after, before].map((each) => shoot({ ...falcoServiceConfigKind, ...(each as object) }));
      const verdict = validate({ operation: "UPDATE", object, old }, context());
      expect(brief(verdict.problems)).to.have.members(problems);
      expect(brief(verdict.warnings)).to.have.members(warnings);
    });
  }

  it("says nothing at all where nothing that it checks is touched, wherever it stands", () => {
    const old = shoot(config(bad));
    const [entry] = (old["spec"] as { readonly extensions: readonly object[] }).extensions;
    const spec = { ...(old["spec"] as object), extensions: [{ type: "other" }, entry], purpose: "testing" };
    const verdict = validate(
      { operation: "UPDATE", object: { ...old, spec }, old },
      context({ restrictedUsage: true }),
    );
    expect(verdict).to.deep.equal({ problems: [], warnings: [] });
  });

  describe("when Falco is switched on by an entry that was disabled", () => {
    const switchOn = (fields: object) => {
      const off = {
        type: "shoot-falco-service",
        disabled: true,
        providerConfig: { ...falcoServiceConfigKind, ...fields },
      };
      const on = { ...off, disabled: false };
      const [object, old] = [on, off].map((each) => ({ ...shoot(), spec: { extensions: [each] } }));
      return validate({ operation: "UPDATE", object, old }, context());
    };
    const cases: readonly (readonly [string, object, readonly string[], readonly string[]])[] = [
      ["does not mind what time has brought", { falcoVersion: "0.42.1" }, [], ["VERSION_EXPIRED falcoVersion"]],
      [
        "does not mind what the landscape lost",
        { destinations: [{ name: "gone" }] },
        [],
        ["DESTINATION_UNKNOWN destinations[0].name"],
      ],
      ["minds the mistakes of the user", { rules: {} }, ["RULES_NONE rules"], []],
      ["minds what cannot be read", { no: 1 }, ["FIELD_UNKNOWN no"], []],
    ];
    for (const [what, fields, problems, warnings] of cases) {
      it(what, () => {
        const verdict = switchOn(fields);
        expect([brief(verdict.problems), brief(verdict.warnings)]).to.deep.equal([problems, warnings]);
      });
    }
  });
});
