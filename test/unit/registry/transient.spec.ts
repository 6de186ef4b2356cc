import { expect } from "chai";
import { retryAfterSeconds, TransientError, withRetries, withTimeLimit } from "../../../registry/transient.ts";
import { SteppedClock } from "../../support/clock.ts";

const never = new AbortController().signal;

/** Fails with each error in turn and counts; then it gives "done". */
function failing(errors: readonly Error[]): { readonly run: () => Promise<string>; readonly runs: () => number } {
  let runs = 0;
  return {
    run: () => {
      const error = errors[runs++];
      return error === undefined ? Promise.resolve("done") : Promise.reject(error);
    },
    runs: () => runs,
  };
}

describe("registry/transient", () => {
  it("tries again after growing pauses", async () => {
    const clock = new SteppedClock();
    const { run, runs } = failing([1, 2, 3].map((each) => new TransientError(String(each))));
    const result = withRetries(clock, never, run);
    const seen: number[] = [];
    for (const ms of [999, 1, 1999, 1, 3999, 1]) {
      await clock.advance(ms);
      seen.push(runs());
    }
    expect(seen).to.deep.equal([1, 2, 2, 3, 3, 4]);
    expect(await result).to.equal("done");
  });

  it("waits as long as the registry asks, but not for long", async () => {
    const clock = new SteppedClock();
    const { run, runs } = failing([new TransientError("x", 30), new TransientError("y", 31)]);
    const result = withRetries(clock, never, run).catch((error: unknown) => String(error));
    await clock.advance(29_999);
    expect(runs()).to.equal(1);
    await clock.advance(1);
    expect(await result).to.equal("TransientError: y");
  });

  it("gives up after the fourth time, and at once for other errors", async () => {
    const clock = new SteppedClock();
    const transient = failing(Array.from({ length: 9 }, () => new TransientError("x")));
    const result = withRetries(clock, never, transient.run).catch((error: unknown) => String(error));
    await clock.advance(60_000);
    expect([await result, transient.runs()]).to.deep.equal(["TransientError: x", 4]);
    const other = failing([new TypeError("y")]);
    const message = await withRetries(clock, never, other.run).catch((error: unknown) => String(error));
    expect([message, other.runs()]).to.deep.equal(["TypeError: y", 1]);
  });

  it("ends a pause when its signal does", async () => {
    const end = new AbortController();
    const { run, runs } = failing([new TransientError("x")]);
    const result = withRetries(new SteppedClock(), end.signal, run).catch((error: unknown) => error);
    const reason = new Error("over");
    setImmediate(() => {
      end.abort(reason);
    });
    expect([await result, runs()]).to.deep.equal([reason, 1]);
  });

  const untilAborted = (signal: AbortSignal): Promise<never> =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => {
        reject(new Error("aborted"));
      });
    });

  it("breaks off what takes too long, and says what", async () => {
    const clock = new SteppedClock();
    const limit = { clock, ms: 2000, signal: never, what: "GET x" };
    const result = withTimeLimit(limit, untilAborted).catch((error: unknown) => String(error));
    await clock.advance(2000);
    expect(await result).to.equal("TransientError: GET x took longer than 2 s");
  });

  it("leaves results and errors in time as they are", async () => {
    const limit = { clock: new SteppedClock(), ms: 1, signal: never, what: "x" };
    expect(await withTimeLimit(limit, () => Promise.resolve(1))).to.equal(1);
    const failed = withTimeLimit(limit, () => Promise.reject(new Error("own"))).catch((error: unknown) =>
      String(error),
    );
    expect(await failed).to.equal("Error: own");
    expect(limit.clock.sleepers).to.equal(0);
  });

  const now = new Date("2026-01-01T00:00:00Z");
  const headers: readonly (readonly [string | undefined, number | undefined])[] = [
    [undefined, undefined],
    ["7", 7],
    ["Thu, 01 Jan 2026 00:00:10 GMT", 10],
    ["Wed, 31 Dec 2025 00:00:10 GMT", 0],
    ["soon", undefined],
  ];
  for (const [header, seconds] of headers) {
    it(`reads Retry-After: ${header ?? "none"}`, () => {
      expect(retryAfterSeconds(header, now)).to.equal(seconds);
    });
  }
});
