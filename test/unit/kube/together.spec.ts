import { expect } from "chai";
import { listed, type LongRun, runTogether } from "../../../kube/together.ts";
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

describe("listed", () => {
  it("names a part while it runs, however it ends", async () => {
    const open = new Set<string>();
    const stop = new AbortController();
    const waiting = listed({ open }, "the wait", untilAborted([], "a"))(stop.signal);
    const failing = listed({ open }, "the failure", () => Promise.reject(new Error("no")))(stop.signal);
    expect([...open]).to.deep.equal(["the wait", "the failure"]);
    await failing.catch(() => undefined);
    expect([...open]).to.deep.equal(["the wait"]);
    stop.abort();
    await waiting;
    expect([...open]).to.deep.equal([]);
  });
});
