import { expect } from "chai";
import {
  at,
  combine,
  failure,
  formatProblem,
  joinPath,
  problem,
  problemsBelow,
  type Result,
  success,
} from "../../../falco/base/problem.ts";

describe("falco/base/problem", () => {
  const paths: readonly (readonly [string, readonly (string | number)[], string])[] = [
    ["", [], ""],
    ["", ["spec"], "spec"],
    ["", [0], "[0]"],
    ["spec", ["extensions", 0, "providerConfig"], "spec.extensions[0].providerConfig"],
    ["spec", ["a.b/c"], 'spec["a.b/c"]'],
    ["", ["a b"], '["a b"]'],
    ["spec", [""], 'spec[""]'],
    ["spec", ["0"], 'spec["0"]'],
    ["spec", ["node-role", "_x"], "spec.node-role._x"],
    ["spec", ['say "hi"'], 'spec["say \\"hi\\""]'],
  ];
  for (const [path, steps, expected] of paths) {
    it(`joins ${JSON.stringify(path)} and ${JSON.stringify(steps)}`, () => {
      expect(joinPath(path, ...steps)).to.equal(expected);
    });
  }

  const below: readonly (readonly [string, string, string])[] = [
    ["", "", ""],
    ["spec", "", "spec"],
    ["", "rules", "rules"],
    ["spec", "rules", "spec.rules"],
    ["spec", "[0].name", "spec[0].name"],
  ];
  for (const [path, inner, expected] of below) {
    it(`puts ${JSON.stringify(inner)} below ${JSON.stringify(path)}`, () => {
      expect(problemsBelow(path, [problem("FIELD_TYPE", inner, "m")])).to.deep.equal([
        { code: "FIELD_TYPE", path: expected, message: "m" },
      ]);
    });
  }

  it("is written as one line", () => {
    expect(formatProblem(problem("FIELD_TYPE", "a.b", "Wrong."))).to.equal("a.b: Wrong. (FIELD_TYPE)");
    expect(formatProblem(problem("YAML_INVALID", "", "Wrong."))).to.equal("Wrong. (YAML_INVALID)");
  });

  describe("combine", () => {
    const warning = problem("RULES_NOT_IN_PROFILE", "w", "w");
    const first = problem("FIELD_TYPE", "a", "a");
    const second = problem("FIELD_VALUE", "b", "b");

    it("gives the values and all warnings", () => {
      expect(combine({ one: success(1, [warning]), two: success("b") })).to.deep.equal({
        ok: true,
        value: { one: 1, two: "b" },
        warnings: [warning],
      });
    });

    it("gives the problems of all results and no warnings", () => {
      const results = { one: failure([first]), two: success(2, [warning]), three: failure([second]) };
      expect(combine(results)).to.deep.equal({ ok: false, problems: [first, second] });
    });
  });

  it("at gives a path to those that have none, and leaves the others", () => {
    const bare = problem("FIELD_TYPE", "", "m");
    const placed = problem("FIELD_TYPE", "other", "m");
    const failed: Result<number> = failure([bare, placed]);
    expect(at("here", failed)).to.deep.equal(failure([{ ...bare, path: "here" }, placed]));
    expect(at("here", success(1, [bare, placed]))).to.deep.equal(success(1, [{ ...bare, path: "here" }, placed]));
  });
});
