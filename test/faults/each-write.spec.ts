import { expect } from "chai";
import { expectEnd } from "./expect-end.ts";
import { faultTable, reportFaults } from "./fault-table.ts";
import { play } from "./flow.ts";
import { flowsByGardener } from "./flows-by-gardener.ts";
import { flowsByHand } from "./flows-by-hand.ts";
import { FaultAtWrite } from "./nth-write.ts";
import { expectNothingTwice } from "./repeated-writes.ts";
import { Stage } from "./stage.ts";
import { undisturbedRun, type UndisturbedRun } from "./undisturbed-run.ts";
import { DeathAtWrite } from "./nth-write.ts";
import { wireFaults } from "./wire-fault.ts";

/** What a write may meet; the others have no meaning for one, or are retried within the client. */
const { "410": _gone, ...faults } = wireFaults;

for (const flow of [...flowsByGardener, ...flowsByHand]) {
  describe(`${flow.name}, disturbed at each of its writes`, () => {
    let undisturbed: UndisturbedRun;
    let stage: Stage;
    before(async () => {
      undisturbed = await undisturbedRun(flow);
      expect(undisturbed.writes.length, "writes").to.be.greaterThan(0);
    });
    beforeEach(async () => {
      stage = await Stage.open();
      await stage.startController();
    });
    afterEach(() => stage.close());
    after(reportFaults);

    it("by a fault, comes to the same end", async () => {
      faultTable.begin("a write is refused or lost");
      const blows = Object.entries(faults).flatMap(([name, fault], kind) =>
        undisturbed.writes.map((write, index) => ({
          namespace: `shoot--local--f${String(kind)}w${String(index)}q`,
          ...{ fault, write: index + 1, what: `${name} at write ${String(index + 1)}: ${String(write)}` },
        })),
      );
      const namespaces = blows.map(({ namespace }) => namespace);
      const faulty = new FaultAtWrite(blows);
      const disturb = (): void => {
        stage.wire.disturb = faulty.disturb;
      };
      await play(stage, flow, { namespaces, disturb });
      await expectEnd(stage, blows, undisturbed.end);
      faultTable.ran(blows.length, blows.length - faulty.left.length);
      expect(faulty.left, "what has not happened").to.deep.equal([]);
      expectNothingTwice(stage.wire.exchanges);
    });

    it("by the death of the controller, comes to the same end", async () => {
      faultTable.begin("the controller is killed at a write");
      const blows = [...undisturbed.writes, undefined].map((write, index) => ({
        namespace: `shoot--local--k${String(index)}q`,
        ...{ write: index + 1, what: `killed before write ${String(index + 1)}: ${String(write ?? "none")}` },
      }));
      const namespaces = blows.map(({ namespace }) => namespace);
      const deadly = new DeathAtWrite(blows);
      const disturb = (): void => {
        stage.wire.disturb = deadly.disturb;
      };
      await play(stage, flow, { namespaces, disturb, isLost: deadly.isDead });
      await stage.replaceController();
      await expectEnd(stage, blows, undisturbed.end);
      faultTable.ran(blows.length, undisturbed.writes.length);
      expectNothingTwice(stage.wire.exchanges);
    });
  });
}
