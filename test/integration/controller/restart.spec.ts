import { expect } from "chai";
import { configOf, operation, profileOf } from "../../support/seed-objects.ts";
import { extensionResource, SeedCluster } from "../../support/seed-cluster.ts";

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
    seed.deploy(done, { operation: null, providerConfig: configOf({ falcoVersion: "0.43.1" }) });
    const before = [seed.rawExtension(done), seed.managedResource(done)];
    await seed.stopControllers();
    const runs = seed.runs(done);
    seed.server.requests.reset();
    await seed.startController();
    expect(seed.server.requests.writes()).to.deep.equal({});
    await seed.bringUp(witness);
    expect(seed.runs(done)).to.equal(runs);
    expect([seed.rawExtension(done), seed.managedResource(done)]).to.deep.equal(before);
  });

  it("goes on with what had failed", async () => {
    seed.addShoot(erring);
    seed.deploy(erring, { providerConfig: configOf({ falcoVersion: "0.44.2" }) });
    await seed.untilState(erring, "Create/Error");
    await seed.stopControllers();
    seed.server.store.put(profileOf({ falco: ["0.43.1", "0.44.1", "0.44.2"] }));
    await seed.startController();
    await seed.untilState(erring, "Create/Succeeded");
    expect(seed.extension(erring).status).to.not.have.property("lastError");
  });

  it("goes on with what was asked for meanwhile", async () => {
    await seed.stopControllers();
    seed.deploy(done, { providerConfig: configOf({ falcoVersion: "0.43.1" }) });
    await seed.startController();
    await seed.untilState(done, "Reconcile/Succeeded");
    expect(seed.extension(done).status.observedGeneration).to.equal(2);
  });

  it("goes on with what was taken up and not answered before the end", async () => {
    await seed.stopControllers();
    seed.clock.jump(2000);
    seed.deploy(done, { providerConfig: configOf({ falcoVersion: "0.43.1" }) });
    // Killed right after its first write: the request is off, and the status is that of before.
    seed.edit(extensionResource, "shoot-falco-service", done, (live) => {
      const annotations = Object.entries(live.metadata.annotations ?? {}).filter(([name]) => name !== operation);
      return { ...live, metadata: { ...live.metadata, annotations: Object.fromEntries(annotations) } };
    });
    await seed.startController();
    await seed.untilState(done, "Reconcile/Succeeded");
    expect(seed.extension(done).status.observedGeneration).to.equal(2);
  });

  it("sees a ManagedResource that was deleted after it", async () => {
    await seed.stopControllers();
    await seed.startController();
    seed.server.store.remove("managedresources.resources.gardener.cloud", "extension-shoot-falco-service-shoot", done);
    await seed.until("it is there again", () => seed.managedResource(done) !== undefined);
  });
});
