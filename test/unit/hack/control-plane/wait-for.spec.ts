import { expect } from "chai";
import { GiveUp, waitFor } from "../../../../hack/control-plane/wait-for.ts";
import type { Clock } from "../../../../kube/clock.ts";

/** A clock whose time passes while somebody sleeps, and not otherwise. */
function sleepClock(): Clock {
  let time = 0;
  return {
    now: () => new Date(time),
    monotonic: () => time,
    sleep: (ms) => {
      time += ms;
      return Promise.resolve();
    },
  };
}

async function reasonOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "none",
    (error: unknown) => (error instanceof Error ? error.message : ""),
  );
}

describe("waitFor", () => {
  it("asks until there is an answer, whatever was thrown before", async () => {
    const answers = [
      () => undefined,
      () => {
        throw new Error("not yet");
      },
      () => 42,
    ];
    const ask = (): Promise<number | undefined> => Promise.resolve().then(answers.shift() ?? (() => 0));
    expect(await waitFor("an answer", ask, { clock: sleepClock() })).to.equal(42);
  });

  it("gives up when time is up, with the last reason", async () => {
    const ask = (): Promise<undefined> => Promise.reject(new Error("nobody is there"));
    const waiting = waitFor("an answer", ask, { clock: sleepClock(), ms: 2_000 });
    expect(await reasonOf(waiting)).to.equal("Waited 2 s for an answer. The last attempt: nobody is there");
  });

  it("gives up at once when there is nothing to wait for", async () => {
    let asked = 0;
    const ask = (): Promise<undefined> => {
      asked += 1;
      return Promise.reject(new GiveUp("it has ended"));
    };
    expect(await reasonOf(waitFor("an answer", ask, { clock: sleepClock() }))).to.equal("it has ended");
    expect(asked).to.equal(1);
  });
});
