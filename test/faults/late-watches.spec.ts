import { expect } from "chai";
import type { Exchange } from "./exchange.ts";
import { expectEnd } from "./expect-end.ts";
import { faultTable, reportFaults } from "./fault-table.ts";
import { flowNamed } from "./flows-by-gardener.ts";
import { createAll, second } from "./prepared.ts";
import { busyMachineMs, Stage } from "./stage.ts";
import { undisturbedRun } from "./undisturbed-run.ts";
import type { Disturb } from "./wire.ts";

const namespace = "shoot--local--unheardzq";

/** The answer to the last write of a migration gets lost; of what the controller writes because of that, no watch tells for a while. */
function loseAnswer(stage: Stage, closeGate: () => void): Disturb {
  let isLost = false;
  return async ({ isWrite, path, body }) => {
    if (!isWrite || !path.includes("/extensions/")) return undefined;
    if (body.includes('"gardener.cloud/operation":null')) {
      isLost = true;
      return "lost";
    }
    if (!isLost || !body.includes('"Error"')) return undefined;
    // What was written before has been told by then.
    for (let turn = 0; turn < 3; turn++) await stage.seed.rawExtension(namespace);
    closeGate();
    return undefined;
  };
}

describe("watches that are late", function () {
  this.timeout(busyMachineMs);
  after(reportFaults);

  // The failure of what follows the status is written as an error; the run that would make it good finds the object migrated, and does nothing.
  it("do not keep a migration from its end whose last answer gets lost", async () => {
    faultTable.begin("the last answer of a migration is lost, watches are late");
    const { end } = await undisturbedRun(flowNamed("migrate"));
    const stage = await Stage.open();
    try {
      await stage.startController();
      await createAll(stage, [namespace]);
      let open = (): void => undefined;
      stage.wire.disturb = loseAnswer(stage, () => {
        stage.wire.gate = new Promise((resolve) => {
          open = () => {
            resolve();
          };
        });
      });
      await stage.seed.deploy(namespace, { operation: "migrate" });
      await stage.pass(10_000);
      open();
      // Without waiting for the next resync, which would repair it.
      await stage.pass(60_000);
      expect(await stage.seed.state(namespace)).to.equal("Migrate/Succeeded");
      await expectEnd(stage, [{ namespace, end, what: "nobody has heard of the end" }]);
      faultTable.ran(1, 1);
    } finally {
      await stage.close();
    }
  });

  // A change of the ManagedResource may lead to another run, which begins with the Extension as it was before the answer.
  it("do not make the controller answer twice", async () => {
    faultTable.begin("watches are late after an answer");
    const stage = await Stage.open();
    try {
      await stage.startController();
      await createAll(stage, [namespace]);
      const answers = (): readonly Exchange[] => stage.wire.exchanges.filter(isAnswer);
      const before = answers().length;
      let open = (): void => undefined;
      stage.wire.disturb = async (exchange) => {
        // What was written before has been told by then.
        for (let turn = 0; turn < 3; turn++) await stage.seed.rawExtension(namespace);
        if (!isAnswer(exchange) || answers().length > before + 1) return undefined;
        stage.wire.gate = new Promise((resolve) => {
          open = () => {
            resolve();
          };
        });
        return undefined;
      };
      await stage.seed.deploy(namespace, { providerConfig: second });
      await stage.pass(5_000);
      open();
      faultTable.ran(1, 1);
      // A second try that the API server refuses, because it goes by an older object, has answered nothing.
      const accepted = answers().slice(before);
      expect(accepted.filter(({ status }) => status === 200)).to.have.lengthOf(1);
    } finally {
      await stage.close();
    }
  });
});

function isAnswer({ path, body }: Exchange): boolean {
  return path.endsWith("/status") && body.includes('"Succeeded"');
}
