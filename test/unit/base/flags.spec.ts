import { expect } from "chai";
import { choiceFlag, namedFlag, numberFlag, parseFlags, requiredFlag } from "../../../falco/base/flags.ts";

const options = {
  config: { type: "string" },
  port: { type: "string", default: "443" },
  "leader-elect": { type: "boolean", default: true },
  file: { type: "string", short: "f", multiple: true },
} as const;
const parse = (...args: readonly string[]) =>
  parseFlags(args, options, (word, names) => names.find((name) => name.startsWith(word.slice(0, 3))));

describe("falco/base/flags", () => {
  const lines: readonly (readonly [readonly string[], Readonly<Record<string, unknown>>])[] = [
    [[], { port: "443", "leader-elect": true }],
    [["--config", "a.yaml", "--port=1"], { config: "a.yaml", port: "1", "leader-elect": true }],
    [["--leader-elect=false"], { port: "443", "leader-elect": false }],
    [["--no-leader-elect"], { port: "443", "leader-elect": false }],
    [["--leader-elect=true"], { port: "443", "leader-elect": true }],
    [["--config=true"], { config: "true", port: "443", "leader-elect": true }],
    [["--"], { port: "443", "leader-elect": true }],
    [["-f", "a", "--file=b"], { file: ["a", "b"], port: "443", "leader-elect": true }],
  ];
  for (const [args, values] of lines) {
    it(`reads ${JSON.stringify(args)}`, () => {
      expect(parse(...args)).to.deep.equal({ values, problems: [] });
    });
  }

  const mistakes: readonly (readonly [readonly string[], string])[] = [
    [["--confg", "a"], "FIELD_UNKNOWN --confg: There is no such flag. Did you mean --config?"],
    [["--zzz", "3"], "FIELD_UNKNOWN --zzz: There is no such flag. See --help."],
    [["--constructor"], "FIELD_UNKNOWN --constructor: There is no such flag."],
    [["start"], "FIELD_UNKNOWN start: This is no flag. Flags begin with --."],
    [["--leader-elect=maybe"], "FIELD_TYPE --leader-elect: Write it alone, or with =true or =false."],
    [["-x"], "FIELD_UNKNOWN -x: There is no such flag. See --help."],
    [["-f"], "FIELD_REQUIRED -f: This flag needs a value."],
    [["--config"], "FIELD_REQUIRED --config: This flag needs a value."],
  ];
  for (const [args, message] of mistakes) {
    it(`refuses ${JSON.stringify(args)}`, () => {
      const [problem, ...others] = parse(...args).problems;
      expect(others).to.deep.equal([]);
      expect(`${problem?.code ?? ""} ${problem?.path ?? ""}: ${problem?.message ?? ""}`).to.include(message);
    });
  }

  it("asks for a flag that must be there", () => {
    expect(requiredFlag({ config: "a" }, "config")).to.deep.include({ ok: true, value: "a" });
    for (const values of [{}, { config: "" }, { config: true }]) {
      expect(requiredFlag(values, "config")).to.deep.equal({
        ok: false,
        problems: [{ code: "FIELD_REQUIRED", path: "--config", message: "This flag is required." }],
      });
    }
  });

  it("leaves out what is not given", () => {
    expect([namedFlag("a", "b"), namedFlag("a", ""), namedFlag("a", undefined)]).to.deep.equal([{ a: "b" }, {}, {}]);
  });

  const port = { lowest: 1, highest: 65_535, what: "a port" };
  const numbers: readonly (readonly [unknown, boolean])[] = [
    ["1", true],
    ["65535", true],
    ["0", false],
    ["65536", false],
    ["-1", false],
    ["1.5", false],
    ["1e3", false],
    ["", false],
    [undefined, false],
  ];
  for (const [value, taken] of numbers) {
    it(`${JSON.stringify(value ?? null)} is ${taken ? "a" : "no"} port`, () => {
      const read = numberFlag(value, "--port", port);
      expect(read.ok ? read.value : read.problems[0]?.message).to.equal(
        taken ? Number(value) : "This must be a port from 1 to 65535.",
      );
    });
  }

  it("takes one of a few words", () => {
    expect(choiceFlag(["yaml", "json"], "json", "-o")).to.deep.include({ ok: true, value: "json" });
    const refused = choiceFlag(["yaml", "json"], "xml", "-o");
    expect(refused.ok ? "" : refused.problems[0]?.message).to.equal("This must be one of yaml, json.");
  });
});
