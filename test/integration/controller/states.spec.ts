import { expect } from "chai";
import { resourceTypes } from "../../../controller/resource-types.ts";
import type { JsonObject } from "../../support/apiserver/json.ts";
import { configOf, finalizer, operation, targetName } from "../../support/seed-objects.ts";
import { SeedCluster } from "../../support/seed-cluster.ts";

const namespace = "shoot--local--special";
const witness = "shoot--local--witness";
const failed = { status: { lastOperation: { state: "Failed" } } };
const hibernated = { spec: { hibernation: { enabled: true } }, status: { hibernated: true } };

describe("an Extension that is left alone", () => {
  let seed: SeedCluster;
  beforeEach(async () => {
    seed = await SeedCluster.start();
    await seed.startController();
  });
  afterEach(() => seed.stop());

  const setStatus = async (status: JsonObject): Promise<void> => {
    await seed.editExtension(namespace, (live) => ({
      ...live,
      status: { ...(live["status"] as JsonObject), ...status },
    }));
  };
  /** There is one worker: when another Extension is done, this one would have been. */
  const expectUntouched = async (): Promise<void> => {
    const before = [await seed.rawExtension(namespace), ...(await seed.list(resourceTypes.secret, namespace))];
    const resources = await seed.list(resourceTypes.managedResource, namespace);
    await seed.bringUp(witness);
    expect([await seed.rawExtension(namespace), ...(await seed.list(resourceTypes.secret, namespace))]).to.deep.equal(
      before,
    );
    expect(await seed.list(resourceTypes.managedResource, namespace)).to.deep.equal(resources);
  };

  it("because it waits for its state", async () => {
    await seed.addShoot(namespace);
    await seed.deploy(namespace, { operation: "wait-for-state" });
    await expectUntouched();
    // What gardenlet does next: the state comes from the ShootState.
    await setStatus({ state: { some: "state" } });
    const before = await seed.rawExtension(namespace);
    await seed.setShoot(namespace, { spec: { purpose: "testing" } });
    await seed.delete(witness);
    await seed.untilGone(witness);
    await expectUntouched();
    expect(await seed.rawExtension(namespace)).to.deep.equal(before);
    await seed.deploy(namespace, { operation: "restore" });
    await seed.untilState(namespace, "Restore/Succeeded");
    expect((await seed.rawExtension(namespace))?.["status"]).to.deep.include({ state: { some: "state" } });
  });

  it("because its shoot has failed, until that is mended", async () => {
    await seed.addShoot(namespace, failed);
    await seed.deploy(namespace);
    await expectUntouched();
    expect((await seed.extension(namespace)).metadata.annotations).to.have.property(operation, "reconcile");
    await seed.setShoot(namespace, { status: { lastOperation: { state: "Processing" } } });
    await seed.untilState(namespace, "Create/Succeeded");
  });

  it("because its shoot has failed, even if it is to be deleted", async () => {
    await seed.bringUp(namespace);
    await seed.setShoot(namespace, failed);
    await seed.delete(namespace);
    await expectUntouched();
    await seed.setShoot(namespace, { status: { lastOperation: { state: "Processing" } } });
    await seed.untilGone(namespace);
  });

  it("because it went to another seed", async () => {
    await seed.bringUp(namespace);
    const lastUpdateTime = "2026-11-21T10:00:00Z";
    const lastOperation = { type: "Migrate", state: "Succeeded", progress: 100, description: "", lastUpdateTime };
    await setStatus({ lastOperation });
    await seed.editExtension(namespace, (live) => ({ ...live, metadata: { ...live.metadata, finalizers: [] } }));
    await seed.deploy(namespace);
    await seed.accept(namespace, targetName, "False");
    await expectUntouched();
  });

  it("because it is of another type", async () => {
    await seed.addShoot(namespace);
    await seed.deploy(namespace);
    await seed.untilState(namespace, "Create/Succeeded");
    const other = "shoot--local--other";
    await seed.addShoot(other);
    await seed.put({
      apiVersion: "extensions.gardener.cloud/v1alpha1",
      kind: "Extension",
      metadata: { name: "shoot-falco-service", namespace: other, annotations: { [operation]: "reconcile" } },
      spec: { type: "another" },
    });
    const before = await seed.rawExtension(other);
    await seed.bringUp(witness);
    expect(await seed.rawExtension(other)).to.deep.equal(before);
  });

  it("because it is of another class", async () => {
    await seed.addShoot(namespace);
    await seed.deploy(namespace, { class: "garden" });
    await expectUntouched();
  });
});

describe("a hibernated shoot", () => {
  let seed: SeedCluster;
  beforeEach(async () => {
    seed = await SeedCluster.start();
    await seed.startController();
  });
  afterEach(() => seed.stop());

  const conditions = async (): Promise<readonly string[]> =>
    ((await seed.extension(namespace)).status.conditions ?? []).map(
      ({ type, status, message }) => `${type} ${status} ${message}`,
    );

  it("is left as it is, whatever is asked for, and counts as healthy", async () => {
    await seed.bringUp(namespace, { providerConfig: configOf({ falcoVersion: "0.43.1" }) });
    const before = await seed.list(resourceTypes.managedResource, namespace);
    await seed.accept(namespace, targetName, "False");
    await seed.setShoot(namespace, hibernated);
    await seed.deploy(namespace, { providerConfig: configOf({ falcoVersion: "0.44.1" }) });
    await seed.untilState(namespace, "Reconcile/Succeeded");
    await seed.until("it says so", async () =>
      (await conditions()).every((each) => each.endsWith("True Shoot is hibernated")),
    );
    expect((await seed.extension(namespace)).status.observedGeneration).to.equal(2);
    const specs = (await seed.list(resourceTypes.managedResource, namespace)).map(({ spec }) => spec);
    expect(specs).to.deep.equal(before.map(({ spec }) => spec));
  });

  it("gets what it missed when it wakes up", async () => {
    await seed.addShoot(namespace, hibernated);
    await seed.deploy(namespace);
    await seed.untilState(namespace, "Create/Succeeded");
    expect(await seed.managedResource(namespace)).to.equal(undefined);
    await seed.setShoot(namespace, { spec: { hibernation: { enabled: false } } });
    await seed.until("Falco is there", async () => (await seed.managedResource(namespace)) !== undefined);
  });

  it("counts as healthy while it is on its way there", async () => {
    await seed.bringUp(namespace);
    await seed.setShoot(namespace, { spec: { hibernation: { enabled: true } }, status: { hibernated: false } });
    await seed.accept(namespace, targetName, "False");
    await seed.until("it says so", async () =>
      (await conditions()).every((each) => each.endsWith("True Shoot is hibernated")),
    );
  });
});

describe("a restore", () => {
  it("ends with the request taken off, once all is said", async () => {
    const seed = await SeedCluster.start();
    await seed.startController();
    await seed.addShoot(namespace);
    const seen: string[] = [];
    seed.fault = async ({ method, path, body }) => {
      if (method !== "GET" && path.includes("/extensions/")) {
        const part = body.includes(operation) ? "request" : body.includes(finalizer) ? "finalizer" : "status";
        const state = await seed.state(namespace);
        if (!body.includes("conditions")) seen.push(`${part} after ${state === "" ? "nothing" : state}`);
      }
      return undefined;
    };
    await seed.deploy(namespace, { operation: "restore" });
    await seed.untilState(namespace, "Restore/Succeeded");
    expect(await seed.managedResource(namespace)).to.not.equal(undefined);
    expect(seen.slice(0, 3)).to.deep.equal([
      "finalizer after nothing",
      "status after nothing",
      "request after Restore/Succeeded",
    ]);
    await seed.stop();
  });

  it("that waits says so once, and keeps its request until it is done", async () => {
    const seed = await SeedCluster.start();
    await seed.startController();
    await seed.addShoot(namespace, { status: { clusterIdentity: "" } });
    await seed.deploy(namespace, { operation: "restore" });
    await seed.until("it waits", async () => (await seed.state(namespace)) === "Restore/Processing");
    await seed.bringUp(witness);
    seed.writes.reset();
    for (const time of [1, 2]) {
      await seed.afterRun(namespace, () => {
        seed.clock.jump(10_000);
      });
      expect(seed.writes.counts(), `time ${String(time)}`).to.deep.equal({});
    }
    expect((await seed.extension(namespace)).metadata.annotations).to.have.property(operation, "restore");
    await seed.setShoot(namespace, {});
    await seed.untilState(namespace, "Restore/Succeeded");
    await seed.stop();
  });

  it("that failed goes on as one, and keeps its request until then", async () => {
    const seed = await SeedCluster.start();
    await seed.startController();
    await seed.addShoot(namespace);
    await seed.deploy(namespace, { operation: "restore", providerConfig: configOf({ falcoVersion: "0.1.0" }) });
    await seed.until("it has failed", async () => (await seed.state(namespace)) === "Restore/Error");
    expect((await seed.extension(namespace)).metadata.annotations).to.have.property(operation, "restore");
    await seed.deploy(namespace, { operation: null, providerConfig: configOf() });
    await seed.untilState(namespace, "Restore/Succeeded");
    await seed.stop();
  });
});
