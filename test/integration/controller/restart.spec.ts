import { expect } from "chai";
import { resourceTypes } from "../../../controller/resource-types.ts";
import { configOf, operation, profileOf, targetName } from "../../support/seed-objects.ts";
import { SeedCluster } from "../../support/seed-cluster.ts";

const done = "shoot--local--done";
const erring = "shoot--local--erring";
const witness = "shoot--local--witness";

describe("a restart", () => {
  let seed: SeedCluster;
  beforeEach(async () => {
    seed = await SeedCluster.start({ profiles: [profileOf(), profileOf({ name: "second", falco: ["0.42.1"] })] });
    await seed.startController();
    await seed.bringUp(done);
  });
  afterEach(() => seed.stop());

  it("does nothing for what has succeeded", async () => {
    await seed.deploy(done, { operation: null, providerConfig: configOf({ falcoVersion: "0.43.1" }) });
    const before = [await seed.rawExtension(done), await seed.managedResource(done)];
    await seed.stopControllers();
    const runs = seed.runs(done);
    seed.writes.reset();
    await seed.startController();
    expect(seed.writes.counts()).to.deep.equal({});
    await seed.bringUp(witness);
    expect(seed.runs(done)).to.equal(runs);
    expect([await seed.rawExtension(done), await seed.managedResource(done)]).to.deep.equal(before);
  });

  it("goes on with what had failed", async () => {
    await seed.addShoot(erring);
    await seed.deploy(erring, { providerConfig: configOf({ falcoVersion: "0.44.2" }) });
    await seed.untilState(erring, "Create/Error");
    await seed.stopControllers();
    await seed.put(profileOf({ falco: ["0.43.1", "0.44.1", "0.44.2"] }));
    await seed.startController();
    await seed.untilState(erring, "Create/Succeeded");
    expect((await seed.extension(erring)).status).to.not.have.property("lastError");
  });

  it("goes on with what was asked for meanwhile", async () => {
    await seed.stopControllers();
    await seed.deploy(done, { providerConfig: configOf({ falcoVersion: "0.43.1" }) });
    await seed.startController();
    await seed.untilState(done, "Reconcile/Succeeded");
    expect((await seed.extension(done)).status.observedGeneration).to.equal(2);
  });

  it("goes on with what was taken up and not answered before the end", async () => {
    await seed.stopControllers();
    seed.clock.jump(2000);
    await seed.deploy(done, { providerConfig: configOf({ falcoVersion: "0.43.1" }) });
    // Killed right after its first write: the request is off, and the status is that of before.
    await seed.editExtension(done, (live) => {
      const annotations = Object.entries(live.metadata.annotations ?? {}).filter(([name]) => name !== operation);
      return { ...live, metadata: { ...live.metadata, annotations: Object.fromEntries(annotations) } };
    });
    await seed.startController();
    await seed.untilState(done, "Reconcile/Succeeded");
    expect((await seed.extension(done)).status.observedGeneration).to.equal(2);
  });

  it("sees a ManagedResource that was deleted after it", async () => {
    await seed.stopControllers();
    await seed.startController();
    await seed.remove(resourceTypes.managedResource, { namespace: done, name: targetName });
    await seed.until("it is there again", async () => (await seed.managedResource(done)) !== undefined);
  });
});
