import { expect } from "chai";
import fc from "fast-check";
import { parseManifests, parseYaml, toYaml, yamlLimit } from "../../../falco/base/yaml.ts";

function values(text: string): readonly unknown[] {
  const parsed = parseYaml(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value.map(({ value }) => value);
}

describe("falco/base/yaml", () => {
  describe("parseYaml", () => {
    const texts: readonly (readonly [string, string, readonly unknown[]])[] = [
      ["one document", "a: 1\nb: [x, y]\n", [{ a: 1, b: ["x", "y"] }]],
      ["several documents", "a: 1\n---\nb: 2\n...\n---\nc: 3\n", [{ a: 1 }, { b: 2 }, { c: 3 }]],
      ["nothing", "", []],
      ["comments only", "# nothing\n", []],
      ["empty documents between others", "---\n# none\n---\na: 1\n---\n---\nnull\n", [{ a: 1 }]],
      ["JSON", '{"a": {"b": [1, true, null]}}', [{ a: { b: [1, true, null] } }]],
      ["JSON with tabs", '{\n\t"a": 1\n}', [{ a: 1 }]],
      ["no is a text, as YAML 1.2 has it", "a: no\nb: on\nc: 0o10\n", [{ a: "no", b: "on", c: 8 }]],
      ["an outdented bracket, as Falco's rules have it", "a: [\n  x,\n]\n", [{ a: ["x"] }]],
      ["an alias", "a: &x [1]\nb: *x\n", [{ a: [1], b: [1] }]],
      [
        "a key called __proto__ as data",
        "__proto__: {polluted: true}\n",
        [JSON.parse('{"__proto__":{"polluted":true}}')],
      ],
    ];
    for (const [what, text, expected] of texts) {
      it(`reads ${what}`, () => {
        expect(values(text)).to.deep.equal(expected);
      });
    }

    const layer = (name: string, below: string): string =>
      `${name}: &${name} [${Array(9).fill(`*${below}`).join(",")}]\n`;
    const bomb = `a: &a [x, x]\n${layer("b", "a")}${layer("c", "b")}${layer("d", "c")}${layer("e", "d")}`;
    const mistakes: readonly (readonly [string, string, string])[] = [
      ["a duplicate key", "a: 1\nb: 2\na: 3\n", "line 3, column 1: Map keys must be unique."],
      ["a duplicate key in a later document", "a: 1\n---\nb: 1\nb: 2\n", "line 4, column 1: Map keys must be unique."],
      ["a tab as indentation", "a:\n\tb: 1\n", "line 2, column 1: Tabs are not allowed as indentation."],
      [
        "an alias without an anchor",
        "a: *b\n",
        "line 1, column 1: Unresolved alias (the anchor must be set before the alias): b.",
      ],
      ["an alias bomb", bomb, "line 1, column 1: Excessive alias count indicates a resource exhaustion attack."],
      ["an alias in what it stands for", "a: &a\n  b: [*a]\n", "line 1, column 1: An alias stands for what it is in."],
      ["far too deep a list", "[".repeat(20_000), "This is nested too deeply."],
      ["an open quote", 'a: "b\n', 'line 2, column 1: Missing closing "quote.'],
      ["cut JSON", '{"a": [1, ', "line 1, column 11: "],
    ];
    for (const [what, text, message] of mistakes) {
      it(`refuses ${what}`, () => {
        const parsed = parseYaml(text);
        if (parsed.ok) throw new Error("it was taken");
        const [first] = parsed.problems;
        expect(first).to.include({ code: "YAML_INVALID", path: "" });
        expect(first?.message).to.include(message);
      });
    }

    it("takes duplicate keys where they are allowed; the last one counts", () => {
      const parsed = parseYaml("a: 1\na: 2\n", { uniqueKeys: false });
      expect(parsed.ok && parsed.value[0]?.value).to.deep.equal({ a: 2 });
    });

    it("tells of the first mistakes only, however many one slip causes", () => {
      const parsed = parseYaml(`- [${"]".repeat(5000)}`);
      expect(parsed.ok).to.equal(false);
      expect(parsed.ok ? [] : parsed.problems).to.have.length(10);
    });

    it("refuses more than 16 MiB before it reads them", () => {
      expect(parseYaml(" ".repeat(yamlLimit)).ok).to.equal(true);
      expect(parseYaml(" ".repeat(yamlLimit + 1))).to.deep.equal({
        ok: false,
        problems: [{ code: "INPUT_TOO_LARGE", path: "", message: "The text is larger than 16777216 bytes." }],
      });
    });

    it("never throws, whatever the text is", () => {
      const unit = fc.constantFrom(..."-:[]{}&*!|>'\"%@` \n\t#?,ab01.é\u0000".split(""));
      fc.assert(
        fc.property(fc.string({ unit, maxLength: 60 }), (text) => {
          const parsed = parseYaml(text);
          if (!parsed.ok)
            for (const { message } of parsed.problems) expect(message).to.match(/^line \d+, column \d+: .+\.$/s);
        }),
        { numRuns: 500 },
      );
    });
  });

  describe("positions", () => {
    const text = 'spec:\n  extensions:\n    - type: a\n      config: {x: 1, y: [2, 3]}\n---\n"b c": 1\n';
    const positions: readonly (readonly [number, readonly (string | number)[], number, number])[] = [
      [0, [], 1, 1],
      [0, ["spec"], 1, 1],
      [0, ["spec", "extensions"], 2, 3],
      [0, ["spec", "extensions", 0], 3, 7],
      [0, ["spec", "extensions", 0, "config", "y"], 4, 22],
      [0, ["spec", "extensions", 0, "config", "y", 1], 4, 29],
      [0, ["spec", "extensions", 0, "config", "missing"], 4, 7],
      [0, ["spec", "extensions", 7, "config"], 2, 3],
      [0, ["spec", "extensions", 0, "type", "deeper"], 3, 7],
      [0, ["nothing"], 1, 1],
      [1, ["b c"], 6, 1],
    ];
    for (const [index, steps, line, column] of positions) {
      it(`${JSON.stringify(steps)} of document ${String(index)} stands at ${String(line)}:${String(column)}`, () => {
        const parsed = parseYaml(text);
        expect(parsed.ok && parsed.value[index]?.positionOf(steps)).to.deep.equal({ line, column });
      });
    }
  });

  describe("parseManifests", () => {
    it("reads the documents of a template and leaves out empty ones", () => {
      expect(parseManifests("a: 1\n---\n---\nb: yes\n")).to.deep.equal([{ a: 1 }, { b: "yes" }]);
    });

    it("throws at a mistake", () => {
      expect(() => parseManifests("a: [\n")).to.throw();
    });
  });

  it("writes YAML that both readers read back, without aliases and line breaks", () => {
    const shared = { list: ["yes", "0x1F", "1e3", "~", "012", "2026-01-01", "a: b", ""], long: "word ".repeat(100) };
    const value = { left: shared, right: shared, empty: {}, none: null, text: "two\nlines\n" };
    const text = toYaml(value);
    expect(text).not.to.match(/[&*]ref/);
    expect(values(text)).to.deep.equal([value]);
    expect(parseManifests(text)).to.deep.equal([value]);
    expect(text.split("\n").filter((line) => line.includes("word"))).to.have.length(2);
  });
});
