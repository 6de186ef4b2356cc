import { expect } from "chai";
import { OrderlyEnd } from "../../../kube/ending.ts";

function setUp() {
  const done: string[] = [];
  const timers: { readonly ms: number; readonly then: () => void }[] = [];
  const note = (message: string, fields = {}): void => void done.push(`${message} ${JSON.stringify(fields)}`);
  const end = new OrderlyEnd({
    later: (ms, then) => void timers.push({ ms, then }),
    exit: (code) => void done.push(`exit ${String(code)}`),
    unfinished: () => ["the watches"],
    logger: { debug: note, info: note, warn: note, error: note },
  });
  return { end, done, timers };
}

describe("OrderlyEnd", () => {
  it("lets the process end by itself after the first request", () => {
    const { end, done, timers } = setUp();
    expect(end.signal.aborted).to.equal(false);
    end.request("SIGTERM");
    expect(end.signal.aborted).to.equal(true);
    expect(done).to.deep.equal(['stopping {"why":"SIGTERM"}']);
    expect(timers.map(({ ms }) => ms)).to.deep.equal([10_000]);
  });

  it("ends it at once after the second", () => {
    const { end, done } = setUp();
    end.request("SIGTERM");
    end.request("SIGINT");
    expect(done.slice(1)).to.deep.equal([
      'asked to stop for the second time: ending at once {"why":"SIGINT"}',
      "exit 1",
    ]);
  });

  it("ends it after 10 s and says what did not end, however the end began", () => {
    for (const begin of ["limit", "request"] as const) {
      const { end, done, timers } = setUp();
      end[begin]("SIGTERM");
      end.limit();
      expect(timers).to.have.length(1);
      timers[0]?.then();
      expect(done.slice(-2)).to.deep.equal([
        'not everything ended in time: ending now {"unfinished":["the watches"]}',
        "exit 1",
      ]);
    }
  });
});
