import { expect } from "chai";
import { packedObjects } from "../../support/packed-objects.ts";
import { configOf, controlPlaneName, targetName } from "../../support/seed-objects.ts";
import { SeedCluster } from "../../support/seed-cluster.ts";

const request = { class: "seed", providerConfig: configOf({ destinations: [{ name: "stdout" }] }) };

describe("an Extension of the class seed", () => {
  let seed: SeedCluster;
  beforeEach(async () => {
    seed = await SeedCluster.start();
    await seed.startController();
    seed.deploy("garden", request);
    await seed.untilState("garden", "Create/Succeeded");
  });
  afterEach(() => seed.stop());

  it("puts Falco into the seed itself", () => {
    const { metadata, spec } = { ...seed.managedResource("garden") };
    expect(metadata?.labels).to.deep.equal({ "gardener.cloud/role": "seed-system-component" });
    expect(spec).to.include({ class: "seed", keepObjects: false });
    expect(spec).to.not.have.property("injectLabels");
    expect(seed.managedResource("garden", controlPlaneName)).to.equal(undefined);
    const objects = packedObjects(seed.managedResource("garden"), seed.server.store);
    expect(objects.map(({ kind, metadata: { name } }) => `${kind} ${name ?? ""}`)).to.include("DaemonSet falco");
    expect(JSON.stringify(objects)).to.contain("local-identity");
  });

  it("has no conditions: nobody reads them", async () => {
    seed.accept("garden", targetName);
    await seed.bringUp("shoot--local--witness");
    expect(seed.extension("garden").status).to.not.have.property("conditions");
  });

  it("goes as it came", async () => {
    await seed.delete("garden");
    await seed.until("it is gone", () => seed.rawExtension("garden") === undefined);
    expect(seed.managedResource("garden")).to.equal(undefined);
    expect(seed.server.store.list("secrets", "garden")).to.be.empty;
  });
});
