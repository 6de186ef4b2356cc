import { expect } from "chai";
import { resourceTypes } from "../../controller/resource-types.ts";
import { extensionName } from "../support/seed-objects.ts";
import { expectEnd } from "./expect-end.ts";
import { faultTable, reportFaults } from "./fault-table.ts";
import { flowNamed } from "./flows-by-gardener.ts";
import { createAll, isIn, second } from "./prepared.ts";
import { busyMachineMs, Stage } from "./stage.ts";
import { undisturbedRun } from "./undisturbed-run.ts";

const shoots = Array.from({ length: 50 }, (_each, index) => `shoot--local--b${String(index)}zq`);
const changesOfEach = 100;
const { extension, cluster } = resourceTypes;

/** Notes by others on each Extension and each Cluster, again and again; none of them is a request. */
async function annotateAll({ seed }: Stage): Promise<void> {
  await Promise.all(
    shoots.map(async (namespace) => {
      for (let count = 0; count < changesOfEach; count++) {
        const body = { metadata: { annotations: { "example.org/note": String(count) } } };
        await seed.client.patch(extension, { namespace, name: extensionName }, { body });
        await seed.client.patch(cluster, { name: namespace }, { body });
      }
    }),
  );
}

describe("10,000 watch events in a burst", function () {
  this.timeout(busyMachineMs);
  after(reportFaults);

  it("lead to no write and to no more runs than there are shoots, and a real request is answered then", async () => {
    faultTable.begin("10,000 watch events at once");
    const change = flowNamed("change");
    const { end } = await undisturbedRun(change);
    const stage = await Stage.open();
    try {
      await stage.startController();
      await createAll(stage, shoots);
      const [runs, requests] = [shoots.map((each) => stage.seed.runs(each)), stage.wire.exchanges.length];
      let open = (): void => undefined;
      stage.wire.gate = new Promise((resolve) => {
        open = () => {
          resolve(undefined);
        };
      });
      await annotateAll(stage);
      open();
      const [asked = ""] = shoots;
      await stage.seed.deploy(asked, { providerConfig: second });
      await stage.until("an answer", () => isIn(stage, asked, "Reconcile/Succeeded"));
      await stage.pass(10_000);
      const writes = stage.wire.exchanges.slice(requests).filter(({ isWrite }) => isWrite);
      expect(writes.filter(({ namespace }) => namespace !== asked).map(String)).to.deep.equal([]);
      const more = shoots.map((each, index) => stage.seed.runs(each) - (runs[index] ?? 0));
      expect(Math.max(...more.slice(1)), "runs").to.equal(0);
      const without = (await stage.seed.rawExtension(asked))?.metadata.annotations ?? {};
      expect(without).to.have.property("example.org/note", String(changesOfEach - 1));
      await stage.seed.client.patch(extension, { namespace: asked, name: extensionName }, { body: forgotten });
      await expectEnd(stage, [{ namespace: asked, end, what: "after the burst" }]);
      faultTable.ran(1, 2 * shoots.length * changesOfEach);
    } finally {
      await stage.close();
    }
  });
});

const forgotten = { metadata: { annotations: { "example.org/note": null } } };
