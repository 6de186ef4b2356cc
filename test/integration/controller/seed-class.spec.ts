import { expect } from "chai";
import { resourceTypes } from "../../../controller/resource-types.ts";
import { configOf, controlPlaneName, targetName } from "../../support/seed-objects.ts";
import { SeedCluster } from "../../support/seed-cluster.ts";

const request = { class: "seed", providerConfig: configOf({ destinations: [{ name: "stdout" }] }) };

describe("an Extension of the class seed", () => {
  let seed: SeedCluster;
  beforeEach(async () => {
    seed = await SeedCluster.start();
    await seed.startController();
    await seed.deploy("garden", request);
    await seed.untilState("garden", "Create/Succeeded");
  });
  afterEach(() => seed.stop());

  it("puts Falco into the seed itself", async () => {
    const { metadata, spec } = { ...(await seed.managedResource("garden")) };
    expect(metadata?.labels).to.deep.equal({ "gardener.cloud/role": "seed-system-component" });
    expect(spec).to.include({ class: "seed", keepObjects: false });
    expect(spec).to.not.have.property("injectLabels");
    expect(await seed.managedResource("garden", controlPlaneName)).to.equal(undefined);
    const objects = await seed.packedObjects("garden");
    expect(objects.map(({ kind, metadata: { name } }) => `${kind} ${name}`)).to.include("DaemonSet falco");
    expect(JSON.stringify(objects)).to.contain("local-identity");
  });

  it("lets go when the seed is a shoot with a Falco of its own", async () => {
    await seed.put({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "shoot-info", namespace: "kube-system" },
      data: { extensions: "shoot-dns-service,shoot-falco-service" },
    });
    await seed.edit(resourceTypes.managedResource, { namespace: "garden", name: targetName }, (live) => ({
      ...live,
      metadata: { ...live.metadata, finalizers: ["resources.gardener.cloud/gardener-resource-manager-seed"] },
    }));
    await seed.deploy("garden", request);
    await seed.untilState("garden", "Reconcile/Succeeded");
    const left = await seed.managedResource("garden");
    expect(left?.metadata.deletionTimestamp).to.be.a("string");
    expect(left?.["spec"], "the shoot's Falco has the same objects").to.include({ keepObjects: true });
    await seed.remove(resourceTypes.managedResource, { namespace: "garden", name: targetName });
    await seed.remove(resourceTypes.configMap, { namespace: "kube-system", name: "shoot-info" });
    await seed.deploy("garden", request);
    await seed.until("Falco is back", async () => (await seed.managedResource("garden")) !== undefined);
  });

  it("has no conditions: nobody reads them", async () => {
    await seed.accept("garden", targetName);
    await seed.bringUp("shoot--local--witness");
    expect((await seed.extension("garden")).status).to.not.have.property("conditions");
  });

  it("goes as it came", async () => {
    await seed.delete("garden");
    await seed.untilGone("garden");
    expect(await seed.managedResource("garden")).to.equal(undefined);
    expect(await seed.list(resourceTypes.secret, "garden")).to.be.empty;
  });
});
