import { expect } from "chai";
import type { Outcome } from "../../../falco/base/outcome.ts";
import { problem } from "../../../falco/base/problem.ts";
import { Backoff } from "../../../kube/backoff.ts";
import { ApiError } from "../../../kube/errors.ts";
import { queueAction, runLoop } from "../../../kube/loop.ts";
import { Queue } from "../../../kube/queue.ts";
import { settle, SteppedClock } from "../../support/clock.ts";

type Reconcile = (key: string, signal: AbortSignal) => Promise<Outcome>;

interface Settings {
  readonly workers?: number;
  readonly breakOff?: AbortSignal;
}

function start(reconcile: Reconcile, { workers = 1, breakOff }: Settings = {}) {
  const clock = new SteppedClock();
  const queue = new Queue();
  const stop = new AbortController();
  const runs: string[] = [];
  const failures: string[] = [];
  const results: string[] = [];
  let running = 0;
  let most = 0;
  const ended = runLoop({
    queue,
    backoff: new Backoff(),
    workers,
    clock,
    signal: stop.signal,
    reconcile: async (key, signal) => {
      runs.push(`${key}@${String(clock.monotonic())}`);
      most = Math.max(most, ++running);
      try {
        return await reconcile(key, signal);
      } finally {
        running--;
      }
    },
    breakOff,
    observer: {
      started: (key, waited) => results.push(`started ${key} ${String(waited)}`),
      finished: (key, result, seconds) => results.push(`finished ${key} ${result} ${String(seconds)}`),
      failed: (key, error, retryInMs) => failures.push(`${key} ${String(error)} ${String(retryInMs)}`),
    },
  });
  return { clock, queue, stop, runs, failures, results, ended, most: () => most };
}

const done: Outcome = { kind: "done" };
const never = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => {
      reject(new Error("broken off"));
    });
  });

describe("queueAction", () => {
  const cases: readonly (readonly [Outcome, ReturnType<typeof queueAction>])[] = [
    [done, { kind: "forget" }],
    [{ kind: "stalled", problems: [problem("FIELD_VALUE", "spec", "no")] }, { kind: "forget" }],
    [
      { kind: "again", afterSeconds: 60 },
      { kind: "again", afterMs: 60_000 },
    ],
    [
      { kind: "waiting", for: "the Secret", afterSeconds: 10 },
      { kind: "again", afterMs: 10_000 },
    ],
  ];
  for (const [outcome, action] of cases) {
    it(outcome.kind, () => {
      expect(queueAction(outcome)).to.deep.equal(action);
    });
  }
});

describe("runLoop", () => {
  it("runs a key when it is added and again when it is planned", async () => {
    let rounds = 0;
    const { clock, queue, runs, stop, ended } = start(() =>
      Promise.resolve(++rounds === 1 ? { kind: "again", afterSeconds: 60 } : done),
    );
    await settle();
    queue.add("a", 0);
    await clock.advance(59_999);
    expect(runs).to.deep.equal(["a@0"]);
    await clock.advance(1_000_000);
    expect(runs).to.deep.equal(["a@0", "a@60000"]);
    stop.abort();
    await ended;
  });

  it("backs off after a throw, and not before the server allows it", async () => {
    let rounds = 0;
    const { clock, queue, runs, failures, stop, ended } = start(() => {
      rounds++;
      if (rounds === 3) {
        return Promise.reject(
          new ApiError({ status: 429, reason: "TooManyRequests", message: "no", retryAfterSeconds: 9 }),
        );
      }
      return rounds < 5 ? Promise.reject(new Error("down")) : Promise.resolve(done);
    });
    queue.add("a", 0);
    await clock.advance(60_000);
    expect(runs).to.deep.equal(["a@0", "a@5", "a@15", "a@9015", "a@9055"]);
    expect(failures).to.have.length(4);
    stop.abort();
    await ended;
  });

  it("keeps to its number of workers and never runs a key twice at a time", async () => {
    const releases: (() => void)[] = [];
    const { queue, runs, stop, ended, most } = start(
      () =>
        new Promise((resolve) =>
          releases.push(() => {
            resolve(done);
          }),
        ),
      { workers: 3 },
    );
    for (const key of ["a", "b", "c", "d", "a"]) queue.add(key, 0);
    await settle();
    expect(runs).to.deep.equal(["a@0", "b@0", "c@0"]);
    queue.add("a", 0);
    releases.shift()?.();
    await settle();
    expect(runs).to.deep.equal(["a@0", "b@0", "c@0", "d@0"]);
    releases.shift()?.();
    await settle();
    expect(runs.at(-1)).to.equal("a@0");
    expect(most()).to.equal(3);
    for (const release of releases) release();
    stop.abort();
    await ended;
  });

  it("breaks a run off that takes too long, as a failure", async () => {
    const { clock, queue, failures, stop, ended } = start((_key, signal) => never(signal));
    queue.add("a", 0);
    await clock.advance(180_000);
    expect(failures).to.deep.equal(["a DeadlineError: the reconciliation of a took longer than 180 s 5"]);
    stop.abort();
    await clock.advance(6_000);
    await ended;
  });

  it("lets runs finish after a stop and begins no more", async () => {
    let release = (): void => undefined;
    const { queue, runs, stop, ended } = start(
      () =>
        new Promise((resolve) => {
          release = () => {
            resolve(done);
          };
        }),
    );
    queue.add("a", 0);
    queue.add("b", 0);
    await settle();
    stop.abort();
    await settle();
    release();
    await ended;
    expect(runs).to.deep.equal(["a@0"]);
    expect(queue.next(0)).to.equal("b");
  });

  it("gives a run back that does not finish after a stop, without counting a failure", async () => {
    const { clock, queue, stop, ended } = start((_key, signal) => never(signal));
    queue.add("a", 0);
    await settle();
    stop.abort();
    await clock.advance(6_000);
    await ended;
    expect(queue.next(clock.monotonic())).to.equal("a");
    expect(clock.sleepers).to.equal(0);
  });

  it("breaks off at once when the right to work is lost", async () => {
    const lost = new AbortController();
    const { clock, queue, failures, stop, ended } = start((_key, signal) => never(signal), { breakOff: lost.signal });
    queue.add("a", 0);
    await settle();
    stop.abort();
    await settle();
    lost.abort();
    await ended;
    expect([clock.monotonic(), failures, queue.next(0)]).to.deep.equal([0, [], "a"]);
    expect(clock.sleepers).to.equal(0);
  });

  it("does not wait when the right was lost before the stop", async () => {
    const { clock, queue, stop, ended, results } = start((_key, signal) => never(signal), {
      breakOff: AbortSignal.abort(),
    });
    queue.add("a", 0);
    await settle();
    stop.abort();
    await ended;
    expect([clock.monotonic(), results]).to.deep.equal([0, ["started a 0", "finished a broken_off 0"]]);
  });

  it("tells how long keys have waited, and how runs end", async () => {
    const outcomes: readonly Outcome[] = [
      done,
      { kind: "again", afterSeconds: 9 },
      { kind: "stalled", problems: [problem("FIELD_VALUE", "spec", "no")] },
    ];
    let round = 0;
    const { clock, queue, results, stop, ended } = start(async (_key, signal) => {
      await clock.sleep(1_000, signal);
      return outcomes[round++] ?? done;
    });
    for (const key of ["a", "b", "c"]) queue.add(key, 0);
    await clock.advance(3_000);
    expect(results).to.deep.equal([
      "started a 0",
      "finished a success 1",
      "started b 1",
      "finished b requeue_after 1",
      "started c 2",
      "finished c stalled 1",
    ]);
    stop.abort();
    await ended;
  });
});
