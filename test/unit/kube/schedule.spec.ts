import { expect } from "chai";
import fc from "fast-check";
import { Backoff } from "../../../kube/backoff.ts";
import { fullBucket, takeToken } from "../../../kube/bucket.ts";
import { Queue } from "../../../kube/queue.ts";

describe("takeToken", () => {
  const limits = { perSecond: 10, burst: 3 };

  it("gives a burst at once, then one at a time, and keeps no more than a burst", () => {
    let bucket = fullBucket(limits, 0);
    const waits = [0, 0, 0, 0, 0, 100, 100_000, 100_000, 100_000, 100_000].map((now) => {
      const taken = takeToken(bucket, limits, now);
      bucket = taken.bucket;
      return Math.round(taken.waitMs);
    });
    expect(waits).to.deep.equal([0, 0, 0, 100, 200, 200, 0, 0, 0, 100]);
  });
});

describe("Backoff", () => {
  it("doubles per key, caps, and starts again after a success", () => {
    const backoff = new Backoff();
    const delays = Array.from({ length: 20 }, () => backoff.failed("a", 0));
    expect(delays.slice(0, 5)).to.deep.equal([5, 10, 20, 40, 80]);
    expect(delays.at(-1)).to.equal(1_000_000);
    expect(backoff.failuresOf("a")).to.equal(20);
    expect(backoff.failed("b", 0)).to.equal(5);
    backoff.forget("a");
    expect(backoff.failed("a", 0)).to.equal(5);
  });

  it("lets no more than the bucket through for all keys together", () => {
    const backoff = new Backoff();
    const due = Array.from({ length: 150 }, (_, index) => backoff.failed(`key-${String(index)}`, 0));
    expect(due[99]).to.equal(5);
    expect(due[149]).to.equal(5000);
  });

  it("waits at least as long as the server asked for", () => {
    expect(new Backoff().failed("a", 1000, 7000)).to.equal(8000);
  });
});

describe("Queue", () => {
  it("hands out by due time, then in the order of adding, each key once", () => {
    const queue = new Queue();
    for (const [key, due] of [
      ["c", 5],
      ["a", 1],
      ["b", 1],
      ["a", 3],
      ["c", 0],
    ] as const)
      queue.add(key, due);
    expect([queue.depth(5), queue.depth(1), queue.depth(-1)]).to.deep.equal([3, 3, 0]);
    expect([queue.next(1), queue.next(1), queue.next(1), queue.next(9)]).to.deep.equal(["c", "a", "b", undefined]);
  });

  it("hands out nothing before its time", () => {
    const queue = new Queue();
    queue.add("a", 10);
    expect(queue.next(9)).to.equal(undefined);
    expect(queue.nextDue()).to.equal(10);
    expect(queue.next(10)).to.equal("a");
    expect(queue.nextDue()).to.equal(undefined);
  });

  it("holds a running key back and hands it out again afterwards, at the earliest time asked for", () => {
    const queue = new Queue();
    queue.add("a", 0);
    expect(queue.next(0)).to.equal("a");
    queue.add("a", 7);
    queue.add("a", 3);
    queue.add("a", 5);
    expect([queue.next(9), queue.depth(3), queue.depth(2), queue.running]).to.deep.equal([undefined, 1, 0, 1]);
    queue.done("a");
    expect([queue.nextDue(), queue.depth(3), queue.running]).to.deep.equal([3, 1, 0]);
  });

  it("forgets a removed key, also one that runs", () => {
    const queue = new Queue();
    queue.add("a", 0);
    queue.add("b", 0);
    queue.next(0);
    queue.add("a", 0);
    queue.remove("a");
    queue.remove("b");
    queue.done("a");
    expect(queue.next(9)).to.equal(undefined);
  });

  it("tells listeners of each add, and whether the key waited already", () => {
    const queue = new Queue();
    const seen: string[] = [];
    const stop = queue.onAdd((key, isNew) => seen.push(`${key} ${String(isNew)}`));
    queue.add("a", 0);
    queue.add("a", 0);
    queue.next(0);
    queue.add("a", 0);
    queue.add("a", 0);
    stop();
    queue.add("b", 0);
    expect(seen).to.deep.equal(["a true", "a false", "a true", "a false"]);
  });

  it("forgets everything that waits, and what is to come again, but not what runs", () => {
    const queue = new Queue();
    queue.add("a", 0);
    queue.add("b", 0);
    queue.next(0);
    queue.add("a", 0);
    queue.clear();
    expect([queue.depth(9), queue.running, queue.nextDue()]).to.deep.equal([0, 1, undefined]);
    queue.done("a");
    queue.add("c", 0);
    expect([queue.next(9), queue.next(9)]).to.deep.equal(["c", undefined]);
  });

  it("does not grow with far-off dates that were overtaken", () => {
    const queue = new Queue();
    for (let run = 0; run < 10_000; run++) {
      queue.add("a", 1e9);
      queue.add("a", run);
      expect(queue.next(run)).to.equal("a");
      queue.done("a");
    }
    expect(queue.depth(1e9)).to.equal(0);
  });

  it("agrees with a plain list of keys and times", () => {
    const command = fc.tuple(fc.constantFrom("add", "next", "done"), fc.constantFrom("a", "b", "c", "d"), fc.nat(20));
    fc.assert(
      fc.property(fc.array(command, { maxLength: 80 }), (commands) => {
        const queue = new Queue();
        const waiting = new Map<string, number>();
        const running = new Map<string, number | undefined>();
        for (const [what, key, time] of commands) {
          if (what === "add") {
            queue.add(key, time);
            const into = running.has(key) ? running : waiting;
            into.set(key, Math.min(time, into.get(key) ?? Infinity));
          } else if (what === "done") {
            if (!running.has(key)) continue;
            queue.done(key);
            const again = running.get(key);
            running.delete(key);
            if (again !== undefined) waiting.set(key, again);
          } else {
            const due = Math.min(...waiting.values());
            const next = queue.next(time);
            expect(next !== undefined).to.equal(due <= time);
            if (next === undefined) continue;
            expect(waiting.get(next)).to.equal(due);
            waiting.delete(next);
            running.set(next, undefined);
          }
        }
      }),
    );
  });

  it("takes a hundred thousand keys", () => {
    const queue = new Queue();
    const count = 100_000;
    for (let index = 0; index < count; index++) queue.add(`key-${String(index)}`, (index * 7919) % 1000);
    const handedOut: string[] = [];
    for (let key = queue.next(1000); key !== undefined; key = queue.next(1000)) {
      handedOut.push(key);
      queue.done(key);
    }
    expect(new Set(handedOut).size).to.equal(count);
  });
});
