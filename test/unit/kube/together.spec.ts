import { expect } from "chai";
import { type LongRun, runTogether } from "../../../kube/together.ts";
import { settle } from "../../support/clock.ts";

function untilAborted(seen: string[], name: string): LongRun {
  return (signal) =>
    new Promise((resolve) => {
      const end = (): void => {
        seen.push(`${name} ended`);
        resolve();
      };
      if (signal.aborted) end();
      signal.addEventListener("abort", end, { once: true });
    });
}

describe("runTogether", () => {
  it("runs everything until the signal aborts", async () => {
    const seen: string[] = [];
    const stop = new AbortController();
    const all = runTogether([untilAborted(seen, "a"), untilAborted(seen, "b"), () => Promise.resolve()], stop.signal);
    await settle();
    expect(seen).to.deep.equal([]);
    stop.abort();
    await all;
    expect(seen).to.deep.equal(["a ended", "b ended"]);
    await runTogether([untilAborted(seen, "c")], stop.signal);
    expect(seen.at(-1)).to.equal("c ended");
  });

  it("ends the others when one fails, and then throws what it threw", async () => {
    const seen: string[] = [];
    const failing: LongRun = () => Promise.reject(new Error("broken"));
    const failure: unknown = await runTogether([untilAborted(seen, "a"), failing], new AbortController().signal).catch(
      (error: unknown) => error,
    );
    expect(String(failure)).to.equal("Error: broken");
    expect(seen).to.deep.equal(["a ended"]);
  });
});
