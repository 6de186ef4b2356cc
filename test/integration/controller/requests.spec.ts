import { expect } from "chai";
import { resourceTypes } from "../../../controller/resource-types.ts";
import { configOf, controlPlaneName, operation, targetName } from "../../support/seed-objects.ts";
import { SeedCluster } from "../../support/seed-cluster.ts";

const namespace = "shoot--local--asked";
const witness = "shoot--local--witness";

/** `shoot--local--asked`, with annotations on its Shoot. */
async function annotateShoot(seed: SeedCluster, annotations: Readonly<Record<string, string>>): Promise<void> {
  await seed.edit(resourceTypes.cluster, { name: namespace }, (live) => {
    const spec = live["spec"] as { readonly shoot: { readonly metadata: object } };
    const metadata = { ...spec.shoot.metadata, annotations };
    return { ...live, spec: { ...spec, shoot: { ...spec.shoot, metadata } } };
  });
}

describe("a request of Gardener's", () => {
  let seed: SeedCluster;
  beforeEach(async () => {
    seed = await SeedCluster.start();
    await seed.startController();
  });
  afterEach(() => seed.stop());

  it("is taken off before anything is done, and answered after everything", async () => {
    const writes: string[] = [];
    seed.fault = ({ method, path, body }) => {
      if (method !== "GET" && path.includes(`/${namespace}/`) && !body.includes('"conditions"')) {
        writes.push(
          `${method} ${path.split("/").slice(-2).join("/")} ${body.includes(`"${operation}":null`) ? "request off" : ""}`,
        );
      }
      return undefined;
    };
    await seed.addShoot(namespace);
    await seed.deploy(namespace);
    await seed.untilState(namespace, "Create/Succeeded");
    expect(writes[0]).to.equal("PATCH extensions/shoot-falco-service request off");
    expect(writes.at(-1)).to.contain("shoot-falco-service/status");
    expect(writes.filter((each) => each.includes("/status"))).to.have.length(1);
  });

  it("that takes the place of the one before is not lost", async () => {
    await seed.bringUp(namespace);
    let isLate = true;
    seed.fault = async ({ method, path, body }) => {
      const isTaking = method === "PATCH" && path.endsWith(`${namespace}/extensions/shoot-falco-service`);
      if (!isTaking || !body.includes(operation) || !isLate) return undefined;
      isLate = false;
      // Between what the controller has seen and what it is about to write.
      await seed.deploy(namespace, { operation: "migrate" });
      return undefined;
    };
    await seed.deploy(namespace, { operation: "reconcile" });
    await seed.untilState(namespace, "Migrate/Succeeded");
    expect(await seed.managedResource(namespace)).to.equal(undefined);
  });

  it("stays while an operator has told Gardener to leave the shoot alone", async () => {
    await seed.bringUp(namespace);
    await annotateShoot(seed, { "shoot.gardener.cloud/ignore": "true" });
    await seed.deploy(namespace, { providerConfig: configOf({ falcoVersion: "0.43.1" }) });
    seed.writes.reset();
    await seed.bringUp(witness);
    expect((await seed.extension(namespace)).metadata.annotations).to.have.property(operation, "reconcile");
    await annotateShoot(seed, {});
    await seed.untilState(namespace, "Reconcile/Succeeded");
  });

  it("is not waited for when the controller is told so", async () => {
    await seed.bringUp(namespace);
    await seed.stopControllers();
    await seed.startController({ ignoresRequests: true });
    const before = (await seed.managedResource(namespace))?.metadata.generation ?? 0;
    await seed.deploy(namespace, { operation: null, providerConfig: configOf({ falcoVersion: "0.43.1" }) });
    await seed.until("the change is there", async () => {
      return ((await seed.managedResource(namespace))?.metadata.generation ?? 0) > before;
    });
    await seed.until("it says so", async () => (await seed.extension(namespace)).status.observedGeneration === 2);
  });

  it("is not waited for when the Cluster says something new, either", async () => {
    await seed.bringUp(namespace);
    await seed.stopControllers();
    await seed.startController({ ignoresRequests: true });
    const before = (await seed.managedResource(namespace))?.metadata.generation ?? 0;
    await seed.setShoot(namespace, { status: { clusterIdentity: "another" } });
    await seed.until("the change is there", async () => {
      return ((await seed.managedResource(namespace))?.metadata.generation ?? 0) > before;
    });
  });
});

describe("the deletion of a shoot by force", () => {
  const guard = "resources.gardener.cloud/gardener-resource-manager";
  let seed: SeedCluster;
  beforeEach(async () => {
    seed = await SeedCluster.start();
    await seed.startController();
  });
  afterEach(() => seed.stop());

  const guarded = async (name: string): Promise<void> => {
    await seed.edit(resourceTypes.managedResource, { namespace, name }, (live) => ({
      ...live,
      metadata: { ...live.metadata, finalizers: [guard] },
    }));
  };

  it("does not wait for anything in the shoot", async () => {
    await seed.bringUp(namespace);
    for (const name of [targetName, controlPlaneName]) await guarded(name);
    await annotateShoot(seed, { "confirmation.gardener.cloud/force-deletion": "true" });
    await seed.delete(namespace);
    await seed.untilGone(namespace);
    for (const name of [targetName, controlPlaneName]) {
      const left = await seed.managedResource(namespace, name);
      expect(left?.metadata.deletionTimestamp, `${name} is deleted, and its finalizer is Gardener's affair`).to.be.a(
        "string",
      );
    }
    expect(await seed.identity(namespace)).to.equal(undefined);
  });

  it("says what gardener-resource-manager cannot delete when it is not by force", async () => {
    await seed.bringUp(namespace);
    await guarded(targetName);
    await seed.delete(namespace);
    await seed.until("it waits", async () => (await seed.state(namespace)) === "Delete/Processing");
    await seed.report(namespace, targetName, [
      { type: "ResourcesApplied", status: "False", reason: "DeletionFailed", message: "the shoot does not answer" },
    ]);
    seed.clock.jump(30_000);
    await seed.until("it says why", async () => (await seed.state(namespace)) === "Delete/Error");
    expect((await seed.extension(namespace)).status.lastError?.description).to.equal(
      `Error deleting the Extension: The ManagedResource ${targetName} cannot be deleted: the shoot does not answer`,
    );
    await seed.remove(resourceTypes.managedResource, { namespace, name: targetName });
    await seed.untilGone(namespace);
  });
});
