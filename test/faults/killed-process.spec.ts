import { systemClock } from "../../kube/clock.ts";
import { ControllerProgram } from "./controller-program.ts";
import { expectEnd } from "./expect-end.ts";
import { faultTable, reportFaults } from "./fault-table.ts";
import { flowNamed } from "./flows-by-gardener.ts";
import { KillingProxy } from "./killing-proxy.ts";
import { busyMachineMs, Stage } from "./stage.ts";
import { undisturbedRun } from "./undisturbed-run.ts";

/** The last answer was long ago: Gardener does not ask again within the same second, and by the second its requests are told from each other. */
function antedate({ seed }: Stage, namespace: string): Promise<void> {
  return seed.editExtension(namespace, (live) => {
    const status = live["status"] as { readonly lastOperation: object };
    const lastOperation = { ...status.lastOperation, lastUpdateTime: "2020-01-01T00:00:00Z" };
    return { ...live, status: { ...status, lastOperation } };
  });
}

for (const name of ["create", "change", "delete"]) {
  const flow = flowNamed(name);

  describe(`the program, killed with kill -9 after each write: ${name}`, function () {
    this.timeout(busyMachineMs);
    let stage: Stage;
    let proxy: KillingProxy;
    let program: ControllerProgram;
    before(() => undisturbedRun(flow));
    beforeEach(async () => {
      stage = await Stage.open();
      // The program has the machine's clock, so Gardener has it, too.
      stage.seed.clock.jump(systemClock.now().getTime() - stage.seed.clock.now().getTime());
      stage.clocks = [];
      proxy = await KillingProxy.start(stage.seed.address);
      program = new ControllerProgram(proxy.address);
      program.start();
    });
    afterEach(async () => {
      await program.stop();
      await proxy.stop();
      await stage.close();
    });
    after(reportFaults);

    it("another process makes good what is left to do", async () => {
      faultTable.begin("the process is killed after a write");
      const { end, writes } = await undisturbedRun(flow);
      const namespaces = writes.map((_write, index) => `shoot--local--p${String(index)}zq`);
      await flow.prepare(stage, namespaces);
      for (const [index, namespace] of namespaces.entries()) {
        if ((await stage.seed.rawExtension(namespace)) !== undefined) await antedate(stage, namespace);
        const [step] = await flow.begin(stage, namespace);
        const killed = proxy.arm({ namespace, write: index + 1 }, program.kill);
        await step?.act();
        await killed;
        program.start();
        await expectEnd(stage, [{ namespace, end, what: `killed after write ${String(index + 1)}` }]);
        faultTable.ran(1, 1);
      }
    });
  });
}
