import { expect } from "chai";
import { configOf, controlPlaneName, finalizer, targetName } from "../../support/seed-objects.ts";
import { managedResourceResource, SeedCluster } from "../../support/seed-cluster.ts";

const namespace = "shoot--local--going";
const guard = "resources.gardener.cloud/gardener-resource-manager";

describe("the deletion of an Extension", () => {
  let seed: SeedCluster;
  beforeEach(async () => {
    seed = await SeedCluster.start();
    await seed.startController();
  });
  afterEach(() => seed.stop());

  const finalizersOf = (name: string, change: (present: readonly string[]) => readonly string[]): void => {
    seed.edit(managedResourceResource, name, namespace, (live) => ({
      ...live,
      metadata: { ...live.metadata, finalizers: change(live.metadata.finalizers ?? []) },
    }));
  };
  /** What gardener-resource-manager does last. */
  const release = (name: string): void => {
    seed.server.store.remove(managedResourceResource, name, namespace);
  };
  const left = (): readonly string[] =>
    seed.server.store.list("secrets", namespace).map(({ metadata }) => metadata.name ?? "");

  it("leaves nothing behind", async () => {
    await seed.bringUp(namespace);
    await seed.delete(namespace);
    await seed.until("the Extension is gone", () => seed.rawExtension(namespace) === undefined);
    expect(seed.server.store.list(managedResourceResource, namespace)).to.be.empty;
    expect(left()).to.be.empty;
  });

  it("waits until gardener-resource-manager has removed what ran, and does not wake itself", async () => {
    await seed.bringUp(namespace);
    for (const name of [targetName, controlPlaneName]) finalizersOf(name, (present) => [...present, guard]);
    await seed.delete(namespace);
    await seed.until("it waits", () => seed.state(namespace) === "Delete/Processing");
    expect(seed.extension(namespace).status.lastOperation?.description).to.contain(targetName);
    expect(seed.extension(namespace).metadata.finalizers).to.deep.equal([finalizer]);
    expect(seed.identity(namespace), "the certificates are needed until Falco is gone").to.not.equal(undefined);
    const runs = seed.runs(namespace);
    // Another cluster comes and goes meanwhile: had a write of ours woken us, that would be seen by now.
    await seed.bringUp("shoot--local--witness");
    expect(seed.runs(namespace)).to.equal(runs);
    seed.server.requests.reset();
    await seed.afterRun(namespace, () => {
      seed.clock.jump(30_000);
    });
    expect(seed.server.requests.writes(), "the same is not said twice").to.deep.equal({});
    release(targetName);
    await seed.until("it waits for the other", () => {
      const { description = "" } = seed.extension(namespace).status.lastOperation ?? {};
      return description.includes(controlPlaneName);
    });
    expect(seed.identity(namespace)).to.equal(undefined);
    release(controlPlaneName);
    await seed.until("the Extension is gone", () => seed.rawExtension(namespace) === undefined);
    expect(left()).to.be.empty;
  });

  it("goes on after a restart", async () => {
    await seed.bringUp(namespace);
    finalizersOf(targetName, (present) => [...present, guard]);
    await seed.delete(namespace);
    await seed.until("it waits", () => seed.state(namespace) === "Delete/Processing");
    await seed.stopControllers();
    release(targetName);
    await seed.startController();
    await seed.until("the Extension is gone", () => seed.rawExtension(namespace) === undefined);
  });

  it("of one that never came to run ends at once", async () => {
    seed.addShoot(namespace);
    seed.deploy(namespace, { providerConfig: configOf({ falcoVersion: "0.1.0" }) });
    await seed.untilState(namespace, "Create/Error");
    await seed.delete(namespace);
    await seed.until("the Extension is gone", () => seed.rawExtension(namespace) === undefined);
  });

  it("does not touch an object that is not ours any more", async () => {
    seed.addShoot(namespace);
    seed.deploy(namespace);
    await seed.untilState(namespace, "Create/Succeeded");
    await seed.untilHealthy(namespace);
    seed.edit("extensions.extensions.gardener.cloud", "shoot-falco-service", namespace, (live) => ({
      ...live,
      metadata: { ...live.metadata, finalizers: ["example.org/of-another"] },
    }));
    await seed.delete(namespace);
    const before = seed.rawExtension(namespace);
    seed.server.requests.reset();
    await seed.bringUp("shoot--local--witness");
    expect(seed.rawExtension(namespace)).to.deep.equal(before);
    expect(seed.managedResource(namespace)).to.not.equal(undefined);
  });
});
