import { expect } from "chai";
import { type Files, runCli } from "./run-cli.ts";

/** A command line that must not work, and all that it says. */
export interface BadInput {
  readonly name: string;
  readonly args: readonly string[];
  readonly files: Files;
  readonly code: number;
  /** All lines but the notes. */
  readonly err: readonly string[];
}

/** Tests that each case is refused with just these lines, and with nothing on standard output. */
export function refuses(cases: readonly BadInput[]): void {
  for (const { name, args, files, code, err } of cases) {
    it(`refuses ${name}`, async () => {
      const result = await runCli(args, { files });
      expect(result.err.filter((line) => !line.startsWith("note: "))).to.deep.equal(err);
      expect(result).to.include({ code, out: "" });
    });
  }
}
