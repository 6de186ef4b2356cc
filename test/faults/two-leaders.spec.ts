import { expect } from "chai";
import type { Controller } from "../../controller/start.ts";
import { JumpingClock } from "../support/jumping-clock.ts";
import { expectEnd } from "./expect-end.ts";
import type { Exchange } from "./exchange.ts";
import { faultTable, reportFaults } from "./fault-table.ts";
import { play } from "./flow.ts";
import { flowNamed } from "./flows-by-gardener.ts";
import { expectNothingTwice } from "./repeated-writes.ts";
import { busyMachineMs, Stage } from "./stage.ts";
import { counts, undisturbedRun } from "./undisturbed-run.ts";

const namespace = "shoot--local--ledq";
const lease = { namespace: "garden", name: "leader" };
const timing = { durationMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };

interface Replica {
  readonly clock: JumpingClock;
  readonly controller: Controller;
}

/** A replica with a clock and clients of its own. */
async function replica(stage: Stage, who: string): Promise<Replica> {
  const clock = new JumpingClock();
  // Not behind the clock by which Gardener asks.
  clock.jump(stage.seed.clock.monotonic() + 1_000);
  const client = await stage.wire.client(`${who}'s lease`, clock);
  const election = { client, lease, identity: who, timing };
  return { clock, controller: await stage.startController({ election, clock }, who) };
}

function leaders(stage: Stage): number {
  return stage.seed.log.filter(({ message }) => message === "the controller works").length;
}

function holds(stage: Stage, who: string): boolean {
  return stage.wire.exchanges.some((each) => each.who === `${who}'s lease` && each.isDone);
}

/** Freezes the first replica right before its n-th write, from 0. */
class Freeze {
  readonly reached: Promise<void>;
  release = (): void => undefined;

  constructor(stage: Stage, nth: number) {
    let writes = 0;
    const released = new Promise<void>((resolve) => {
      this.release = resolve;
    });
    this.reached = new Promise((resolve) => {
      stage.wire.disturb = async (exchange) => {
        if (exchange.who !== "first" || !counts(exchange) || writes++ < nth) return undefined;
        resolve();
        await released;
        return undefined;
      };
    });
  }
}

function doneBy(who: string, exchanges: readonly Exchange[]): readonly string[] {
  return exchanges.filter((each) => each.who === who && each.isDone).map(String);
}

for (const name of ["create", "change", "delete"]) {
  const flow = flowNamed(name);

  describe(`two replicas and one lease: ${name}`, function () {
    this.timeout(busyMachineMs);
    let stage: Stage;
    beforeEach(() => undisturbedRun(flow));
    afterEach(() => stage.close());
    after(reportFaults);

    it("a leader that froze within it does not write any more, at whichever write, once there is another", async () => {
      faultTable.begin("two leaders");
      const { end, writes } = await undisturbedRun(flow);
      for (const nth of writes.keys()) {
        stage = await Stage.open();
        const first = await replica(stage, "first");
        await stage.until("the first leads", () => Promise.resolve(leaders(stage) === 1));
        const second = await replica(stage, "second");
        let frozen: Freeze | undefined;
        const disturb = (): void => {
          frozen = new Freeze(stage, nth);
        };
        stage.clocks = [stage.seed.clock, first.clock, second.clock];
        await play(stage, flow, { namespaces: [namespace], disturb, isLost: () => true });
        await frozen?.reached;
        first.clock.jump(60_000);
        stage.clocks = [stage.seed.clock, second.clock];
        await stage.until("the second leads", () => Promise.resolve(leaders(stage) === 2 && holds(stage, "second")));
        const takeover = stage.wire.exchanges.length;
        await expectEnd(stage, [{ namespace, end, what: `frozen at write ${String(nth + 1)}` }]);
        frozen?.release();
        expect(await first.controller.ended).to.deep.equal({ kind: "lost" });
        expect(doneBy("first", stage.wire.exchanges.slice(takeover))).to.deep.equal([]);
        expect(first.controller.unfinished()).to.deep.equal([]);
        await expectEnd(stage, [{ namespace, end, what: `released at write ${String(nth + 1)}` }]);
        expectNothingTwice(stage.wire.exchanges);
        faultTable.ran(1, 1);
        if (nth < writes.length - 1) await stage.close();
      }
    });

    it("of two that start at the same moment one works, and the other writes nothing", async () => {
      faultTable.begin("two replicas start at once");
      const { end } = await undisturbedRun(flow);
      stage = await Stage.open();
      const replicas = await Promise.all([replica(stage, "first"), replica(stage, "second")]);
      stage.clocks = [stage.seed.clock, ...replicas.map(({ clock }) => clock)];
      await play(stage, flow, { namespaces: [namespace] });
      await expectEnd(stage, [{ namespace, end, what: "two at once" }]);
      faultTable.ran(1, 1);
      expect(leaders(stage)).to.equal(1);
      const workers = ["first", "second"].filter((who) => doneBy(who, stage.wire.exchanges).length > 0);
      expect(workers).to.have.length(1);
      expectNothingTwice(stage.wire.exchanges);
    });
  });
}
