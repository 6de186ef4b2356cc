import { expect } from "chai";
import { SeedCluster } from "../../support/seed-cluster.ts";

const namespace = "shoot--local--steady";
const hour = 3600 * 1000;

describe("an unchanged Extension", () => {
  let seed: SeedCluster;
  before(async () => {
    seed = await SeedCluster.start();
    await seed.startController();
    await seed.bringUp(namespace);
  });
  after(() => seed.stop());
  beforeEach(() => {
    seed.clock.jump(2000);
    seed.writes.reset();
  });

  for (const time of ["first", "second"]) {
    it(`that Gardener asks for costs two writes, the ${time} time, too`, async () => {
      const { generation } = (await seed.extension(namespace)).metadata;
      const timeOf = async () =>
        Date.parse((await seed.extension(namespace)).status.lastOperation?.lastUpdateTime ?? "");
      const before = await timeOf();
      await seed.afterRun(namespace, () => seed.deploy(namespace));
      expect(seed.writes.counts()).to.deep.equal({
        "patch extensions.extensions.gardener.cloud": 1,
        "patch extensions.extensions.gardener.cloud/status": 1,
      });
      expect(await seed.state(namespace)).to.equal("Reconcile/Succeeded");
      expect(await timeOf()).to.be.above(before);
      expect((await seed.extension(namespace)).metadata.generation).to.equal(generation);
    });
  }

  it("costs no write when an hour has passed", async () => {
    const before = await seed.rawExtension(namespace);
    for (const round of [1, 2, 3]) {
      await seed.afterRun(namespace, () => {
        seed.clock.jump(hour);
      });
      expect(seed.writes.counts(), `hour ${String(round)}`).to.deep.equal({});
    }
    expect(await seed.rawExtension(namespace)).to.deep.equal(before);
  });

  it("has its certificates kept byte for byte", async () => {
    const before = await seed.identity(namespace);
    await seed.afterRun(namespace, () => seed.deploy(namespace));
    await seed.afterRun(namespace, () => {
      seed.clock.jump(hour);
    });
    expect(await seed.identity(namespace)).to.deep.equal(before);
  });
});
