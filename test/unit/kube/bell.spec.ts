import { expect } from "chai";
import { aborted } from "../../../kube/aborted.ts";
import { Bell } from "../../../kube/bell.ts";
import type { Clock } from "../../../kube/clock.ts";

describe("Bell", () => {
  let slept: number[];
  /** A clock whose sleeps end only when they are broken off. */
  const clock: Clock = {
    now: () => new Date(0),
    monotonic: () => 1000,
    sleep: async (ms, signal) => {
      slept.push(ms);
      if (signal !== undefined) await aborted(signal);
    },
  };
  beforeEach(() => {
    slept = [];
  });

  it("wakes who sleeps until a moment, or for ever", async () => {
    const bell = new Bell();
    for (const due of [1500, undefined]) {
      const waiting = bell.wait(clock, due);
      bell.ring();
      await waiting;
    }
    expect(slept).to.deep.equal([500, Infinity]);
  });

  it("lets nobody fall asleep after it was rung, once", async () => {
    const bell = new Bell();
    bell.ring();
    bell.ring();
    await bell.wait(clock, 1500);
    expect(slept).to.deep.equal([]);
    const waiting = bell.wait(clock, 1500);
    expect(slept).to.deep.equal([500]);
    bell.ring();
    await waiting;
  });
});

describe("aborted", () => {
  it("resolves when the signal aborts, or has aborted", async () => {
    const end = new AbortController();
    const waiting = aborted(end.signal);
    end.abort();
    await waiting;
    await aborted(end.signal);
  });
});
