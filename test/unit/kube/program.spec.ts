import { expect } from "chai";
import process from "node:process";
import { type Ending, OrderlyEnd } from "../../../kube/ending.ts";
import { conclude } from "../../../kube/program.ts";
import { type LogLine, recordingLogger } from "../../support/recording-logger.ts";

describe("conclude", () => {
  afterEach(() => {
    process.exitCode = undefined;
  });

  const endings: readonly (readonly [Ending, code: number | undefined, message: string])[] = [
    [{ kind: "stopped" }, undefined, "stopped"],
    [{ kind: "lost" }, 1, "this replica does not lead any more: ending, to be started anew"],
    [{ kind: "failed", error: new Error("no such thing") }, 1, "the program has failed"],
  ];
  for (const [ending, code, message] of endings) {
    it(`makes the exit code of a program that has ${ending.kind === "stopped" ? "been stopped" : ending.kind}`, async () => {
      const lines: LogLine[] = [];
      const logger = recordingLogger(lines, () => undefined);
      const limits: number[] = [];
      const ports = { later: (ms: number) => limits.push(ms), exit: () => undefined, unfinished: () => [], logger };
      const begun = new AbortController();
      const concluded = conclude(
        { ending: begun.signal, ended: Promise.resolve(ending) },
        new OrderlyEnd(ports),
        logger,
      );
      begun.abort();
      await concluded;
      expect(process.exitCode).to.equal(code);
      expect(lines.map((line) => line.message)).to.deep.equal([message]);
      expect(limits, "from its beginning on, an end has 10 s").to.deep.equal([10_000]);
    });
  }
});
