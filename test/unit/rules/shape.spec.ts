import { expect } from "chai";
import { checkRulesShape } from "../../../falco/rules/shape.ts";

describe("falco/rules/shape", () => {
  const good: readonly (readonly [string, string])[] = [
    ["a list", "- rule: a\n  desc: b\n"],
    ["an empty list", "[]"],
    ["nothing", ""],
    ["comments", "# later\n"],
    ["several documents", "- macro: a\n---\n- list: b\n"],
    ["an empty document among others", "---\n# none\n---\n- rule: a\n"],
    ["a duplicate key, as Falco takes it", "- rule: a\n  rule: b\n"],
    ["an outdented bracket", "- list: a\n  items: [\n    b,\n  ]\n"],
    ["items of any kind: they are Falco's business", "- 1\n- text\n"],
  ];
  for (const [what, text] of good) {
    it(`takes ${what}`, () => {
      expect(checkRulesShape(text)).to.deep.equal([]);
    });
  }

  const list = 'A rules file is a list of items such as "- rule: …".';
  const bad: readonly (readonly [string, string, string])[] = [
    ["a mapping", "rule: a\n", `line 1, column 1: ${list}`],
    ["a text", "\n\nhello\n", `line 3, column 1: ${list}`],
    ["a mapping in a later document", "- rule: a\n---\nrule: b\n", `line 3, column 1: ${list}`],
    ["no YAML", "- rule: [a\n", "It is not YAML: line 2, column 1: "],
  ];
  for (const [what, text, message] of bad) {
    it(`refuses ${what}`, () => {
      const [problem, ...others] = checkRulesShape(text);
      expect(problem).to.include({ code: "RULES_INVALID", path: "" });
      expect(problem?.message).to.include(message);
      expect(others).to.deep.equal([]);
    });
  }
});
