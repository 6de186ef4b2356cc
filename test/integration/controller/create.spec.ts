import { expect } from "chai";
import { configOf, controlPlaneName, finalizer, operation, targetName, timestamp } from "../../support/seed-objects.ts";
import { hashOf, secretsOf } from "../../support/packed-objects.ts";
import { SeedCluster } from "../../support/seed-cluster.ts";

const namespace = "shoot--local--new";

describe("a new Extension", () => {
  let seed: SeedCluster;
  before(async () => {
    seed = await SeedCluster.start();
    await seed.startController();
    await seed.addShoot(namespace);
    await seed.deploy(namespace);
    await seed.untilState(namespace, "Create/Succeeded");
  });
  after(() => seed.stop());

  it("has its request taken off and our finalizer put on", async () => {
    const { annotations, finalizers } = (await seed.extension(namespace)).metadata;
    expect(annotations).to.have.all.keys(timestamp);
    expect(finalizers).to.deep.equal([finalizer]);
    expect(annotations).to.not.have.property(operation);
  });

  it("says what Gardener waits for", async () => {
    const { metadata, status } = await seed.extension(namespace);
    expect(status.observedGeneration).to.equal(metadata.generation);
    expect(status).to.not.have.property("lastError");
    expect(status.lastOperation).to.include({ progress: 100, description: "Successfully reconciled Extension" });
    const asked = Math.floor(Date.parse(metadata.annotations[timestamp] ?? "") / 1000);
    expect(Date.parse(status.lastOperation?.lastUpdateTime ?? "") / 1000).to.be.at.least(asked);
  });

  it("has certificates of its own", async () => {
    const names = ["server-ca.cert", "client-ca.crt", "server.crt", "client.crt"];
    expect((await seed.identity(namespace))?.["data"]).to.include.keys(...names);
  });

  it("has a ManagedResource for the shoot", async () => {
    const { metadata, spec } = { ...(await seed.managedResource(namespace)) };
    expect(metadata?.labels).to.deep.equal({ origin: "extension-shoot-falco-service" });
    expect(spec).to.deep.include({
      keepObjects: false,
      injectLabels: { "shoot.gardener.cloud/no-cleanup": "true" },
    });
    expect(spec).to.not.have.property("class");
  });

  it("has a ManagedResource for the control plane", async () => {
    const { metadata, spec } = { ...(await seed.managedResource(namespace, controlPlaneName)) };
    expect(metadata?.labels ?? {}).to.not.have.property("gardener.cloud/role");
    expect(spec).to.include({ class: "seed", keepObjects: false });
  });

  for (const [name, base] of [
    [targetName, `managedresource-${targetName}`],
    [controlPlaneName, controlPlaneName],
  ] as const) {
    it(`has immutable Secrets named by their content behind ${name}`, async () => {
      const managedResource = await seed.managedResource(namespace, name);
      const secrets = await secretsOf(managedResource, seed.client);
      expect(secrets).to.not.be.empty;
      for (const secret of secrets) {
        expect(secret).to.include({ type: "Opaque", immutable: true });
        expect(secret.metadata.labels).to.deep.equal({
          "resources.gardener.cloud/garbage-collectable-reference": "true",
        });
        expect(secret.metadata.name).to.equal(`${base}-${hashOf(secret)}`);
      }
      const references = Object.values(managedResource?.metadata.annotations ?? {});
      expect(references).to.have.members(secrets.map(({ metadata }) => metadata.name));
    });
  }

  it("gets Falco and falcosidekick", async () => {
    const objects = await seed.packedObjects(namespace);
    const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names).to.include.members(["DaemonSet falco", "Deployment falcosidekick", "ConfigMap falco-rules"]);
    expect(JSON.stringify(objects)).to.contain("registry.example.org/falco:0.44.1");
    expect(new Set(objects.map(({ metadata }) => metadata.namespace ?? "kube-system"))).to.deep.equal(
      new Set(["kube-system"]),
    );
  });

  it("shows the health that gardener-resource-manager reports", async () => {
    const isAwaited = async () => (await seed.extension(namespace)).status.conditions?.length === 2;
    await seed.until("both conditions", isAwaited);
    await seed.until("the conditions wait for what is to be applied", async () =>
      ((await seed.extension(namespace)).status.conditions ?? []).every(
        ({ status, message }) => status === "Progressing" && message.includes("has not been applied yet"),
      ),
    );
    await seed.untilHealthy(namespace);
    const types = (await seed.extension(namespace)).status.conditions?.map(({ type }) => type);
    expect(types).to.have.members(["SystemComponentsHealthy", "ObservabilityComponentsHealthy"]);
    await seed.accept(namespace, targetName, "False");
    await seed.until("SystemComponentsHealthy is False", async () =>
      ((await seed.extension(namespace)).status.conditions ?? []).some(
        ({ type, status, message }) =>
          type === "SystemComponentsHealthy" && status === "False" && message.includes("falco is as it is"),
      ),
    );
  });
});

describe("an Extension without a request on it", () => {
  it("is worked on when it is new, as after a start", async () => {
    const seed = await SeedCluster.start();
    await seed.startController();
    await seed.addShoot(namespace);
    await seed.deploy(namespace, { operation: null, providerConfig: configOf() });
    await seed.untilState(namespace, "Create/Succeeded");
    await seed.stop();
  });
});
