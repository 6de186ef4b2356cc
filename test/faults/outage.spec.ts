import { expectEnd } from "./expect-end.ts";
import { faultTable, reportFaults } from "./fault-table.ts";
import { play } from "./flow.ts";
import { flowsByGardener } from "./flows-by-gardener.ts";
import { flowsByHand } from "./flows-by-hand.ts";
import { expectNothingTwice } from "./repeated-writes.ts";
import { busyMachineMs, Stage } from "./stage.ts";
import { undisturbedRun } from "./undisturbed-run.ts";
import type { Disturb } from "./wire.ts";
import { wireFaults } from "./wire-fault.ts";

/** The server is back and has forgotten where each watch was; `forgotten` are those that have been told so. */
function forgetful(forgotten: Set<string>): Disturb {
  return ({ isWatch, path }) => {
    const [watch = ""] = path.split("&resourceVersion=");
    if (!isWatch || forgotten.has(watch)) return undefined;
    forgotten.add(watch);
    return wireFaults["410"];
  };
}

describe("an API server that is away for a while and has forgotten old versions then", function () {
  this.timeout(busyMachineMs);
  after(reportFaults);

  for (const flow of [...flowsByGardener, ...flowsByHand]) {
    it(`does not keep from its end: ${flow.name}`, async () => {
      faultTable.begin("the API server restarts and forgets");
      const { end } = await undisturbedRun(flow);
      const namespace = flow.onlyIn ?? "shoot--local--awayq";
      const forgotten = new Set<string>();
      const stage = await Stage.open();
      try {
        await stage.startController();
        const disturb = (): void => {
          stage.wire.disturb = () => "drop";
          stage.wire.cutWatches();
        };
        // Gardener and people go on as if nothing were wrong; the controller cannot follow.
        await play(stage, flow, { namespaces: [namespace], disturb, isLost: () => true });
        await stage.pass(5_000);
        stage.wire.disturb = forgetful(forgotten);
        await stage.until("a watch is told", () => Promise.resolve(forgotten.size > 0));
        await expectEnd(stage, [{ namespace, end, what: flow.name }]);
        faultTable.ran(1, 1);
        expectNothingTwice(stage.wire.exchanges);
      } finally {
        await stage.close();
      }
    });
  }
});
