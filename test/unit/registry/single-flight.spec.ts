import { expect } from "chai";
import { SingleFlight } from "../../../registry/single-flight.ts";
import { settle } from "../../support/clock.ts";

const never = new AbortController().signal;

/** Work that ends when it is told to; each start is counted. */
function work(): {
  readonly run: () => Promise<string>;
  readonly starts: () => number;
  end: (result: string | Error) => void;
} {
  let starts = 0;
  let finish: (result: string | Error) => void = () => undefined;
  return {
    run: () => {
      starts++;
      return new Promise((resolve, reject) => {
        finish = (result) => {
          if (result instanceof Error) reject(result);
          else resolve(result);
        };
      });
    },
    starts: () => starts,
    end: (result) => {
      finish(result);
    },
  };
}

const outcome = (promise: Promise<string>): Promise<string> => promise.catch((error: unknown) => String(error));

describe("registry/single-flight", () => {
  it("does the same work once at a time", async () => {
    const flights = new SingleFlight<string>();
    const { run, starts, end } = work();
    const both = [flights.run("a", never, run), flights.run("a", never, run)];
    end("x");
    expect(await Promise.all(both)).to.deep.equal(["x", "x"]);
    const third = flights.run("a", never, run);
    end("y");
    expect([await third, starts()]).to.deep.equal(["y", 2]);
  });

  it("does other work beside it", () => {
    const flights = new SingleFlight<string>();
    const { run, starts } = work();
    void flights.run("a", never, run);
    void flights.run("b", never, run);
    expect(starts()).to.equal(2);
  });

  it("lets all fail together", async () => {
    const flights = new SingleFlight<string>();
    const { run, end } = work();
    const both = [outcome(flights.run("a", never, run)), outcome(flights.run("a", never, run))];
    end(new Error("no"));
    expect(await Promise.all(both)).to.deep.equal(["Error: no", "Error: no"]);
  });

  it("begins anew for those who still wait when the first gives up", async () => {
    const flights = new SingleFlight<string>();
    const { run, starts, end } = work();
    const first = new AbortController();
    const results = [outcome(flights.run("a", first.signal, run)), outcome(flights.run("a", never, run))];
    first.abort(new Error("over"));
    end(new Error("over"));
    await settle();
    expect(starts()).to.equal(2);
    end("x");
    expect(await Promise.all(results)).to.deep.equal(["Error: over", "x"]);
  });

  it("lets one who waits give up", async () => {
    const flights = new SingleFlight<string>();
    const { run, end } = work();
    const first = flights.run("a", never, run);
    const second = new AbortController();
    const waiting = outcome(flights.run("a", second.signal, run));
    second.abort(new Error("over"));
    expect(await waiting).to.equal("Error: over");
    expect(await outcome(flights.run("a", AbortSignal.abort("at once"), run))).to.equal("Error: at once");
    end("x");
    expect(await first).to.equal("x");
  });
});
