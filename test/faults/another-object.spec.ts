import { expect } from "chai";
import { expectEnd } from "./expect-end.ts";
import { faultTable, reportFaults } from "./fault-table.ts";
import { flowNamed } from "./flows-by-gardener.ts";
import { createAll, first, isIn } from "./prepared.ts";
import { busyMachineMs, Stage } from "./stage.ts";
import { undisturbedRun } from "./undisturbed-run.ts";
import type { Disturb } from "./wire.ts";

const namespace = "shoot--local--againzq";

/** The answer to the last write of a goodbye gets lost, and from then on nothing gets through. */
function loseLast(
  stage: Stage,
  isLast: (body: string) => boolean,
): { readonly disturb: Disturb; readonly over: () => boolean } {
  let isOver = false;
  const disturb: Disturb = ({ isWrite, path, body }) => {
    if (isOver) return "drop";
    if (!isWrite || !path.includes("/extensions/") || !isLast(body)) return undefined;
    isOver = true;
    stage.wire.cutWatches();
    return "lost";
  };
  return { disturb, over: () => isOver };
}

const goodbyes = [
  {
    name: "migrated away",
    act: (stage: Stage) => stage.seed.deploy(namespace, { operation: "migrate" }),
    isLast: (body: string) => body.includes('"gardener.cloud/operation":null'),
  },
  {
    name: "deleted",
    act: (stage: Stage) => stage.seed.delete(namespace),
    isLast: (body: string) => body.includes('"finalizers"'),
  },
];

describe("an Extension of the same name as one that is gone", function () {
  this.timeout(busyMachineMs);
  after(reportFaults);

  for (const { name, act, isLast } of goodbyes) {
    it(`is not taken for the one that was ${name}, even if that is all the watches have told`, async () => {
      faultTable.begin("an object is made anew while watches are late");
      const creation = flowNamed("create");
      const { end } = await undisturbedRun(creation);
      const stage = await Stage.open();
      try {
        await stage.startController();
        await createAll(stage, [namespace]);
        const { disturb, over } = loseLast(stage, isLast);
        stage.wire.disturb = disturb;
        await act(stage);
        await stage.until("the last write", () => Promise.resolve(over()));
        await stage.wire.quiet();
        if ((await stage.seed.rawExtension(namespace)) !== undefined) await stage.seed.delete(namespace);
        expect(await stage.seed.rawExtension(namespace)).to.equal(undefined);
        await stage.seed.deploy(namespace, { providerConfig: first });
        // The run that was broken off is made good, by what is known: no watch has told anything yet.
        stage.wire.disturb = ({ isWatch }) => (isWatch ? "drop" : undefined);
        await stage.pass(10_000);
        stage.wire.disturb = () => undefined;
        await stage.until("an answer", () => isIn(stage, namespace, "Create/Succeeded")).catch(() => undefined);
        await expectEnd(stage, [{ namespace, end, what: `after another was ${name}` }]);
        faultTable.ran(1, 1);
      } finally {
        await stage.close();
      }
    });
  }
});
