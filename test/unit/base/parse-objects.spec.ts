import { expect } from "chai";
import { parseObjects } from "../../../falco/base/yaml.ts";

const read = (text: string): unknown => {
  const result = parseObjects(text);
  return result.ok ? result.value : result.problems.map(({ code, message }) => `${code} ${message}`);
};

const deep = "[".repeat(100_000);

const cases: readonly (readonly [string, string, unknown])[] = [
  ["JSON", ' { "a": [1] }\n', [{ a: [1] }]],
  ["a list in JSON", "[1]", [[1]]],
  ["YAML documents, without empty ones", "a: 1\n---\n---\nb: 2\n", [{ a: 1 }, { b: 2 }]],
  ["YAML in its flow style", "{a: 1}", [{ a: 1 }]],
  ["dates as texts", "a: 2027-01-31T00:00:00Z", [{ a: "2027-01-31T00:00:00Z" }]],
  ["nothing", "", []],
  ["what is nested too deeply", deep, ["YAML_INVALID line 1, column 100: nesting exceeded maxDepth (100)."]],
  ["broken YAML", "a: 1\nb: [\n", ["YAML_INVALID line 3, column 1: deficient indentation."]],
  ["broken JSON", '{"a": 1', ["YAML_INVALID line 1, column 8: unexpected end of the stream within a flow collection."]],
  ["a key that stands twice", "a: 1\na: 2\n", ["YAML_INVALID line 2, column 1: duplicated mapping key."]],
  [
    "an alias without its anchor, which may be a secret",
    "a: *secret\n",
    ["YAML_INVALID line 1, column 5: unidentified alias."],
  ],
];

describe("parseObjects", () => {
  for (const [name, text, expected] of cases) {
    it(`answers to ${name}`, () => {
      expect(read(text)).to.deep.equal(expected);
    });
  }
});
