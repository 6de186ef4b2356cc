import { expect } from "chai";
import { resourceTypes } from "../../../controller/resource-types.ts";
import { configOf, controlPlaneName, finalizer, targetName } from "../../support/seed-objects.ts";
import { SeedCluster } from "../../support/seed-cluster.ts";

const namespace = "shoot--local--going";
const guard = "resources.gardener.cloud/gardener-resource-manager";

describe("the deletion of an Extension", () => {
  let seed: SeedCluster;
  beforeEach(async () => {
    seed = await SeedCluster.start();
    await seed.startController();
  });
  afterEach(() => seed.stop());

  const finalizersOf = async (
    name: string,
    change: (present: readonly string[]) => readonly string[],
  ): Promise<void> => {
    await seed.edit(resourceTypes.managedResource, { namespace, name }, (live) => ({
      ...live,
      metadata: { ...live.metadata, finalizers: change(live.metadata.finalizers ?? []) },
    }));
  };
  /** What gardener-resource-manager does last. */
  const release = async (name: string): Promise<void> => {
    await seed.remove(resourceTypes.managedResource, { namespace, name });
  };
  const left = async (): Promise<readonly string[]> =>
    (await seed.list(resourceTypes.secret, namespace)).map(({ metadata }) => metadata.name);

  it("leaves nothing behind", async () => {
    await seed.bringUp(namespace);
    await seed.delete(namespace);
    await seed.untilGone(namespace);
    expect(await seed.list(resourceTypes.managedResource, namespace)).to.be.empty;
    expect(await left()).to.be.empty;
  });

  it("waits until gardener-resource-manager has removed what ran, and does not wake itself", async () => {
    await seed.bringUp(namespace);
    for (const name of [targetName, controlPlaneName]) await finalizersOf(name, (present) => [...present, guard]);
    await seed.delete(namespace);
    await seed.until("it waits", async () => (await seed.state(namespace)) === "Delete/Processing");
    expect((await seed.extension(namespace)).status.lastOperation?.description).to.contain(targetName);
    expect((await seed.extension(namespace)).metadata.finalizers).to.deep.equal([finalizer]);
    expect(await seed.identity(namespace), "the certificates are needed until Falco is gone").to.not.equal(undefined);
    const runs = seed.runs(namespace);
    // Another cluster comes and goes meanwhile: had a write of ours woken us, that would be seen by now.
    await seed.bringUp("shoot--local--witness");
    expect(seed.runs(namespace)).to.equal(runs);
    seed.writes.reset();
    await seed.afterRun(namespace, () => {
      seed.clock.jump(30_000);
    });
    expect(seed.writes.counts(), "the same is not said twice").to.deep.equal({});
    await release(targetName);
    await seed.until("it waits for the other", async () => {
      const { description = "" } = (await seed.extension(namespace)).status.lastOperation ?? {};
      return description.includes(controlPlaneName);
    });
    expect(await seed.identity(namespace)).to.equal(undefined);
    await release(controlPlaneName);
    await seed.untilGone(namespace);
    expect(await left()).to.be.empty;
  });

  it("goes on after a restart", async () => {
    await seed.bringUp(namespace);
    await finalizersOf(targetName, (present) => [...present, guard]);
    await seed.delete(namespace);
    await seed.until("it waits", async () => (await seed.state(namespace)) === "Delete/Processing");
    await seed.stopControllers();
    await release(targetName);
    await seed.startController();
    await seed.untilGone(namespace);
  });

  it("of one that never came to run ends at once", async () => {
    await seed.addShoot(namespace);
    await seed.deploy(namespace, { providerConfig: configOf({ falcoVersion: "0.1.0" }) });
    await seed.untilState(namespace, "Create/Error");
    await seed.delete(namespace);
    await seed.untilGone(namespace);
  });

  it("does not touch an object that is not ours any more", async () => {
    await seed.addShoot(namespace);
    await seed.deploy(namespace);
    await seed.untilState(namespace, "Create/Succeeded");
    await seed.untilHealthy(namespace);
    await seed.editExtension(namespace, (live) => ({
      ...live,
      metadata: { ...live.metadata, finalizers: ["example.org/of-another"] },
    }));
    await seed.delete(namespace);
    const before = await seed.rawExtension(namespace);
    seed.writes.reset();
    await seed.bringUp("shoot--local--witness");
    expect(await seed.rawExtension(namespace)).to.deep.equal(before);
    expect(await seed.managedResource(namespace)).to.not.equal(undefined);
  });
});
