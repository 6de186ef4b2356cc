import { expect } from "chai";
import type { JsonObject } from "../../support/apiserver/json.ts";
import { configOf, finalizer, operation, targetName } from "../../support/seed-objects.ts";
import { extensionResource, managedResourceResource, SeedCluster } from "../../support/seed-cluster.ts";

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

  const setStatus = (status: JsonObject): void => {
    seed.edit(extensionResource, "shoot-falco-service", namespace, (live) => ({
      ...live,
      status: { ...(live["status"] as JsonObject), ...status },
    }));
  };
  /** There is one worker: when another Extension is done, this one would have been. */
  const expectUntouched = async (): Promise<void> => {
    const before = [seed.rawExtension(namespace), ...seed.server.store.list("secrets", namespace)];
    const resources = seed.server.store.list(managedResourceResource, namespace);
    await seed.bringUp(witness);
    expect([seed.rawExtension(namespace), ...seed.server.store.list("secrets", namespace)]).to.deep.equal(before);
    expect(seed.server.store.list(managedResourceResource, namespace)).to.deep.equal(resources);
  };

  it("because it waits for its state", async () => {
    seed.addShoot(namespace);
    seed.deploy(namespace, { operation: "wait-for-state" });
    await expectUntouched();
    // What gardenlet does next: the state comes from the ShootState.
    setStatus({ state: { some: "state" } });
    const before = seed.rawExtension(namespace);
    seed.setShoot(namespace, { spec: { purpose: "testing" } });
    await seed.delete(witness);
    await seed.until("the witness is gone", () => seed.rawExtension(witness) === undefined);
    await expectUntouched();
    expect(seed.rawExtension(namespace)).to.deep.equal(before);
    seed.deploy(namespace, { operation: "restore" });
    await seed.untilState(namespace, "Restore/Succeeded");
    expect(seed.rawExtension(namespace)?.["status"]).to.deep.include({ state: { some: "state" } });
  });

  it("because its shoot has failed, until that is mended", async () => {
    seed.addShoot(namespace, failed);
    seed.deploy(namespace);
    await expectUntouched();
    expect(seed.extension(namespace).metadata.annotations).to.have.property(operation, "reconcile");
    seed.setShoot(namespace, { status: { lastOperation: { state: "Processing" } } });
    await seed.untilState(namespace, "Create/Succeeded");
  });

  it("because its shoot has failed, even if it is to be deleted", async () => {
    await seed.bringUp(namespace);
    seed.setShoot(namespace, failed);
    await seed.delete(namespace);
    await expectUntouched();
    seed.setShoot(namespace, { status: { lastOperation: { state: "Processing" } } });
    await seed.until("it is gone", () => seed.rawExtension(namespace) === undefined);
  });

  it("because it went to another seed", async () => {
    await seed.bringUp(namespace);
    const lastOperation = { type: "Migrate", state: "Succeeded", progress: 100, description: "", lastUpdateTime: "" };
    setStatus({ lastOperation });
    seed.deploy(namespace);
    seed.accept(namespace, targetName, "False");
    await expectUntouched();
  });

  it("because it is of another type", async () => {
    seed.addShoot(namespace);
    seed.deploy(namespace);
    await seed.untilState(namespace, "Create/Succeeded");
    const other = "shoot--local--other";
    seed.addShoot(other);
    seed.server.store.put({
      apiVersion: "extensions.gardener.cloud/v1alpha1",
      kind: "Extension",
      metadata: { name: "shoot-falco-service", namespace: other, annotations: { [operation]: "reconcile" } },
      spec: { type: "another" },
    });
    const before = seed.rawExtension(other);
    await seed.bringUp(witness);
    expect(seed.rawExtension(other)).to.deep.equal(before);
  });

  it("because it is of another class", async () => {
    seed.addShoot(namespace);
    seed.deploy(namespace, { class: "garden" });
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

  const conditions = (): readonly string[] =>
    (seed.extension(namespace).status.conditions ?? []).map(
      ({ type, status, message }) => `${type} ${status} ${message}`,
    );

  it("is left as it is, whatever is asked for, and counts as healthy", async () => {
    await seed.bringUp(namespace, { providerConfig: configOf({ falcoVersion: "0.43.1" }) });
    const before = seed.server.store.list(managedResourceResource, namespace);
    seed.accept(namespace, targetName, "False");
    seed.setShoot(namespace, hibernated);
    seed.deploy(namespace, { providerConfig: configOf({ falcoVersion: "0.44.1" }) });
    await seed.untilState(namespace, "Reconcile/Succeeded");
    await seed.until("it says so", () => conditions().every((each) => each.endsWith("True Shoot is hibernated")));
    expect(seed.extension(namespace).status.observedGeneration).to.equal(2);
    const specs = seed.server.store.list(managedResourceResource, namespace).map(({ spec }) => spec);
    expect(specs).to.deep.equal(before.map(({ spec }) => spec));
  });

  it("gets what it missed when it wakes up", async () => {
    seed.addShoot(namespace, hibernated);
    seed.deploy(namespace);
    await seed.untilState(namespace, "Create/Succeeded");
    expect(seed.managedResource(namespace)).to.equal(undefined);
    seed.setShoot(namespace, { spec: { hibernation: { enabled: false } } });
    await seed.until("Falco is there", () => seed.managedResource(namespace) !== undefined);
  });

  it("counts as healthy while it is on its way there", async () => {
    await seed.bringUp(namespace);
    seed.setShoot(namespace, { spec: { hibernation: { enabled: true } }, status: { hibernated: false } });
    seed.accept(namespace, targetName, "False");
    await seed.until("it says so", () => conditions().every((each) => each.endsWith("True Shoot is hibernated")));
  });
});

describe("a restore", () => {
  it("ends with the request taken off, once all is said", async () => {
    const seed = await SeedCluster.start();
    await seed.startController();
    seed.addShoot(namespace);
    const seen: string[] = [];
    seed.fault = ({ method, path, body }) => {
      if (method !== "GET" && path.includes("/extensions/")) {
        const part = body.includes(operation) ? "request" : body.includes(finalizer) ? "finalizer" : "status";
        const state = seed.state(namespace);
        if (!body.includes("conditions")) seen.push(`${part} after ${state === "" ? "nothing" : state}`);
      }
      return undefined;
    };
    seed.deploy(namespace, { operation: "restore" });
    await seed.untilState(namespace, "Restore/Succeeded");
    expect(seed.managedResource(namespace)).to.not.equal(undefined);
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
    seed.addShoot(namespace, { status: { clusterIdentity: "" } });
    seed.deploy(namespace, { operation: "restore" });
    await seed.until("it waits", () => seed.state(namespace) === "Restore/Processing");
    await seed.bringUp(witness);
    seed.server.requests.reset();
    for (const time of [1, 2]) {
      await seed.afterRun(namespace, () => {
        seed.clock.jump(10_000);
      });
      expect(seed.server.requests.writes(), `time ${String(time)}`).to.deep.equal({});
    }
    expect(seed.extension(namespace).metadata.annotations).to.have.property(operation, "restore");
    seed.setShoot(namespace, {});
    await seed.untilState(namespace, "Restore/Succeeded");
    await seed.stop();
  });

  it("that failed goes on as one, and keeps its request until then", async () => {
    const seed = await SeedCluster.start();
    await seed.startController();
    seed.addShoot(namespace);
    seed.deploy(namespace, { operation: "restore", providerConfig: configOf({ falcoVersion: "0.1.0" }) });
    await seed.until("it has failed", () => seed.state(namespace) === "Restore/Error");
    expect(seed.extension(namespace).metadata.annotations).to.have.property(operation, "restore");
    seed.deploy(namespace, { operation: null, providerConfig: configOf() });
    await seed.untilState(namespace, "Restore/Succeeded");
    await seed.stop();
  });
});
