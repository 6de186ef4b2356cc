import { expect } from "chai";
import { expectEnd } from "./expect-end.ts";
import { faultTable, reportFaults } from "./fault-table.ts";
import { type Flow, play } from "./flow.ts";
import { flowsByGardener } from "./flows-by-gardener.ts";
import { flowsByHand } from "./flows-by-hand.ts";
import { type Blow, DeathAtWrite, FaultAtWrite } from "./nth-write.ts";
import { expectNothingTwice } from "./repeated-writes.ts";
import { busyMachineMs, Stage } from "./stage.ts";
import { undisturbedRun, type UndisturbedRun } from "./undisturbed-run.ts";
import { wireFaults } from "./wire-fault.ts";

/** What a write may meet: a 410 has no meaning for one. */
const faults = Object.entries(wireFaults).filter(([name]) => name !== "410");

/** The shoots that can be disturbed at the same time. */
function groups<T extends Blow>({ onlyIn }: Flow, blows: readonly T[]): readonly (readonly T[])[] {
  return onlyIn === undefined ? [blows] : blows.map((blow) => [{ ...blow, namespace: onlyIn }]);
}

/** Makes room for the next one. */
async function clear(stage: Stage, { onlyIn }: Flow): Promise<void> {
  if (onlyIn === undefined) return;
  await stage.seed.delete(onlyIn);
  await stage.until("the end of it", async () => (await stage.seed.rawExtension(onlyIn)) === undefined);
}

for (const flow of [...flowsByGardener, ...flowsByHand]) {
  describe(`${flow.name}, disturbed at each of its writes`, function () {
    this.timeout(busyMachineMs);
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
      faultTable.begin("a write is refused, lost or not answered");
      const blows = faults.flatMap(([name, fault], kind) =>
        undisturbed.writes.map((write, index) => ({
          namespace: `shoot--local--f${String(kind)}w${String(index)}q`,
          ...{ end: undisturbed.end, fault, write, what: `${name}, ${write.target}, ${String(write.nth)}` },
        })),
      );
      for (const group of groups(flow, blows)) {
        const faulty = new FaultAtWrite(group);
        const disturb = (): void => {
          stage.wire.disturb = faulty.disturb;
        };
        await play(stage, flow, { namespaces: group.map(({ namespace }) => namespace), disturb });
        await expectEnd(stage, group);
        faultTable.ran(group.length, group.length - faulty.left.length);
        expect(faulty.left, "where nothing has happened").to.deep.equal([]);
        await clear(stage, flow);
      }
      expectNothingTwice(stage.wire.exchanges);
    });

    it("by the death of the controller, comes to the same end", async () => {
      faultTable.begin("the controller is killed at a write");
      const blows = [...undisturbed.writes, undefined].map((write, index) => ({
        namespace: `shoot--local--k${String(index)}q`,
        ...{ end: undisturbed.end, write, what: `killed before ${write?.target ?? "nothing"}` },
      }));
      for (const group of groups(flow, blows)) {
        const deadly = new DeathAtWrite(group);
        const disturb = (): void => {
          stage.wire.disturb = deadly.disturb;
        };
        const namespaces = group.map(({ namespace }) => namespace);
        await play(stage, flow, { namespaces, disturb, isLost: deadly.isDead });
        await stage.replaceController();
        await expectEnd(stage, group);
        faultTable.ran(group.length, deadly.deaths);
        await clear(stage, flow);
      }
      expectNothingTwice(stage.wire.exchanges);
    });
  });
}
