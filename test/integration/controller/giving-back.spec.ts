import { expect } from "chai";
import { settle } from "../../support/clock.ts";
import { SeedCluster } from "../../support/seed-cluster.ts";

const namespace = "shoot--local--stopped";
const key = `${namespace}/shoot-falco-service`;

describe("a stop while a cluster is worked on", () => {
  let seed: SeedCluster;
  let release: () => void;
  beforeEach(async () => {
    seed = await SeedCluster.start();
    const released = new Promise<void>((resolve) => {
      release = () => {
        resolve();
      };
    });
    const held = new Promise<void>((resolve) => {
      let isFirst = true;
      seed.fault = async ({ method, path }) => {
        if (!isFirst || method !== "POST" || !path.includes("/managedresources")) return undefined;
        isFirst = false;
        resolve();
        await released;
        return undefined;
      };
    });
    await seed.addShoot(namespace);
    await seed.deploy(namespace);
    const controller = await seed.startController();
    await held;
    expect(controller.unfinished()).to.include(key);
  });
  afterEach(async () => {
    release();
    await seed.stop();
  });

  it("lets it be finished, and says how it went", async () => {
    const stopped = seed.stopControllers();
    release();
    await stopped;
    expect(await seed.state(namespace)).to.equal("Create/Succeeded");
  });

  it("gives it back after 6 s without a word of it in the status, and the next controller finishes it", async () => {
    const stopped = seed.stopControllers();
    await settle();
    seed.clock.jump(6_000);
    await settle();
    release();
    await stopped;
    expect(await seed.state(namespace)).to.equal("");
    expect(await seed.managedResource(namespace)).to.equal(undefined);
    await seed.startController();
    await seed.untilState(namespace, "Create/Succeeded");
  });
});
