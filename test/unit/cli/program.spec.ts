import { expect } from "chai";
import { runCli } from "./run-cli.ts";

describe("gardener-falco", () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ["a mistyped command", ["rendr"], ["error: unknown command 'rendr'", "(Did you mean render?)"]],
    [
      "a mistyped option",
      ["admit", "--reosurce", "a"],
      ["error: unknown option '--reosurce'", "(Did you mean --resource?)"],
    ],
    ["a missing input", ["render"], ["error: missing required argument 'INPUT'"]],
    [
      "two inputs",
      ["render", "a", "b"],
      ["error: too many arguments for 'render'. Expected 1 argument but got 2: a, b."],
    ],
    [
      "an unknown target",
      ["render", "--target", "seeds", "a"],
      ["Allowed choices are shoot, seed, control-plane, all."],
    ],
    ["an unknown output", ["render", "-o", "yml", "a"], ["Use yaml, json or dir=PATH."]],
    ["an output folder without a name", ["render", "-o", "dir=", "a"], ["Use yaml, json or dir=PATH."]],
    [
      "a time that is none",
      ["render", "--now", "2027", "a"],
      ["Write date and time as RFC 3339, such as 2027-01-31T00:00:00Z."],
    ],
    ["UPDATE without --old", ["admit", "--operation", "UPDATE", "a"], ["error: --operation UPDATE needs --old"]],
    [
      "CREATE with --old",
      ["admit", "--operation", "CREATE", "--old", "b", "a"],
      ["error: --old goes with --operation UPDATE"],
    ],
    [
      "restrictions without validation",
      ["admit", "--only", "mutate", "--restricted-usage", "a"],
      ["error: --restricted-usage is about the validation"],
    ],
  ];
  for (const [name, args, texts] of cases) {
    it(`explains ${name} and where help is`, async () => {
      const { code, out, err } = await runCli(args);
      expect({ code, out }).to.deep.equal({ code: 2, out: "" });
      expect(err.join("\n")).to.include(texts.join("\n")).and.include("--help");
    });
  }

  for (const args of [["--help"], ["help"], ["render", "--help"], ["help", "render"], ["admit", "--help"]]) {
    it(`has help with examples: ${args.join(" ")}`, async () => {
      const { code, out, err } = await runCli(args);
      expect({ code, err }).to.deep.equal({ code: 0, err: [] });
      expect(out)
        .to.match(/^Usage: gardener-falco /)
        .and.match(/Examples:\n {2}\$ gardener-falco /);
    });
  }

  it("shows its help on standard error when nothing is asked", async () => {
    const { code, out, err } = await runCli([]);
    expect({ code, out }).to.deep.equal({ code: 2, out: "" });
    expect(err.join("\n")).to.match(/^Usage: gardener-falco /);
  });

  it("tells its version", async () => {
    expect(await runCli(["--version"])).to.deep.equal({ code: 0, out: "1.2.3\n", err: [] });
  });
});
