import { expect } from "chai";
import type { KubeObject } from "../../support/apiserver/json.ts";
import { dataOf, packedObjects, plainText, secretsOf } from "../../support/packed-objects.ts";
import { configOf, controlPlaneName, targetName } from "../../support/seed-objects.ts";
import { managedResourceResource, SeedCluster } from "../../support/seed-cluster.ts";

const namespace = "shoot--local--changing";
const witness = "shoot--local--witness";

describe("a change", () => {
  let seed: SeedCluster;
  beforeEach(async () => {
    seed = await SeedCluster.start();
    await seed.startController();
    await seed.bringUp(namespace, { providerConfig: configOf({ falcoVersion: "0.43.1" }) });
  });
  afterEach(() => seed.stop());

  const imageOf = (): string =>
    /registry\.example\.org\/falco:[\w.]+/.exec(
      JSON.stringify(packedObjects(seed.managedResource(namespace), seed.server.store)),
    )?.[0] ?? "";
  const secretNames = (managedResource: KubeObject | undefined) =>
    secretsOf(managedResource, seed.server.store).map(({ metadata }) => metadata.name);

  it("of the configuration goes into another Secret, which takes the place of the one before", async () => {
    const before = secretNames(seed.managedResource(namespace));
    expect(imageOf()).to.equal("registry.example.org/falco:0.43.1");
    seed.deploy(namespace, { providerConfig: configOf({ falcoVersion: "0.44.1" }) });
    await seed.untilState(namespace, "Reconcile/Succeeded");
    const after = secretNames(seed.managedResource(namespace));
    expect(imageOf()).to.equal("registry.example.org/falco:0.44.1");
    expect(after).to.not.have.any.members(before);
    const annotations = seed.managedResource(namespace)?.metadata.annotations ?? {};
    expect(Object.values(annotations)).to.have.members(after);
    const { metadata, status } = seed.extension(namespace);
    expect(metadata.generation).to.equal(2);
    expect(status.observedGeneration).to.equal(2);
    for (const name of before) {
      const label = "resources.gardener.cloud/garbage-collectable-reference";
      const left = seed.server.store.get("secrets", name ?? "", namespace);
      expect(left?.metadata.labels, "the garbage collector's").to.have.property(label, "true");
    }
  });

  it("without a request waits until there is one", async () => {
    const before = seed.managedResource(namespace);
    const runs = seed.runs(namespace);
    seed.deploy(namespace, { operation: null, providerConfig: configOf({ falcoVersion: "0.44.1" }) });
    // There is one worker, and the queue keeps the order: had the change been taken up, it would be done by now.
    await seed.bringUp(witness);
    expect(seed.runs(namespace)).to.equal(runs);
    expect(seed.managedResource(namespace)).to.deep.equal(before);
    expect(seed.extension(namespace).status.observedGeneration).to.equal(1);
    seed.deploy(namespace);
    await seed.untilState(namespace, "Reconcile/Succeeded");
    expect(imageOf()).to.equal("registry.example.org/falco:0.44.1");
  });

  it("that needs nothing beside the control plane any more takes the ManagedResource and its condition away", async () => {
    seed.deploy(namespace, { providerConfig: configOf({ destinations: [{ name: "stdout" }] }) });
    await seed.untilState(namespace, "Reconcile/Succeeded");
    expect(seed.managedResource(namespace, controlPlaneName)).to.equal(undefined);
    seed.accept(namespace, targetName);
    await seed.until("one condition", () => seed.extension(namespace).status.conditions?.length === 1);
    expect(seed.extension(namespace).status.conditions?.[0]?.type).to.equal("SystemComponentsHealthy");
  });

  for (const name of [targetName, controlPlaneName]) {
    it(`brings back ${name} that somebody has deleted`, async () => {
      const before = seed.managedResource(namespace, name);
      const { uid = "" } = before?.metadata ?? {};
      seed.server.store.remove(managedResourceResource, name, namespace);
      await seed.until("it is there again", () => {
        const live = seed.managedResource(namespace, name);
        return live !== undefined && live.metadata.uid !== uid;
      });
      expect(seed.managedResource(namespace, name)?.["spec"]).to.deep.equal(before?.["spec"]);
    });

    it(`sets ${name} right that somebody has changed`, async () => {
      const before = seed.managedResource(namespace, name)?.["spec"];
      seed.edit(managedResourceResource, name, namespace, (live) => ({
        ...live,
        spec: { ...(live["spec"] as object), keepObjects: true },
      }));
      await seed.until("it is as it was", () => {
        const spec = seed.managedResource(namespace, name)?.["spec"];
        return JSON.stringify(spec) === JSON.stringify(before);
      });
    });

    it(`sets the annotations of ${name} right, and leaves those of others`, async () => {
      const before = seed.managedResource(namespace, name)?.metadata.annotations;
      seed.edit(managedResourceResource, name, namespace, (live) => ({
        ...live,
        metadata: { ...live.metadata, annotations: { "example.org/note": "of another" } },
      }));
      await seed.until("they are as they were", () => {
        const { annotations = {} } = seed.managedResource(namespace, name)?.metadata ?? {};
        return Object.keys(annotations).some((each) => each.startsWith("reference.resources.gardener.cloud/"));
      });
      expect(seed.managedResource(namespace, name)?.metadata.annotations).to.deep.equal({
        ...before,
        "example.org/note": "of another",
      });
    });
  }

  it("of the Secrets behind a ManagedResource by hand is mended at the next request", async () => {
    const [name = ""] = secretNames(seed.managedResource(namespace));
    const before = seed.server.store.get("secrets", name, namespace);
    seed.server.store.remove("secrets", name, namespace);
    seed.edit(managedResourceResource, targetName, namespace, (live) => ({
      ...live,
      status: {
        ...(live["status"] as object),
        conditions: [{ type: "ResourcesApplied", status: "False", reason: "CannotReadSecret", message: "no Secret" }],
      },
    }));
    seed.deploy(namespace);
    await seed.until("it is there again", () => seed.server.store.get("secrets", name, namespace) !== undefined);
    expect(seed.server.store.get("secrets", name, namespace)?.["data"]).to.deep.equal(before?.["data"]);
  });

  it("brings certificates anew at once when somebody has deleted them, and Falco with them", async () => {
    const before = seed.identity(namespace);
    const secrets = secretNames(seed.managedResource(namespace));
    seed.server.store.remove("secrets", before?.metadata.name ?? "", namespace);
    await seed.until("Falco has others", () =>
      secretNames(seed.managedResource(namespace)).every((name) => !secrets.includes(name)),
    );
    const after = seed.identity(namespace);
    expect(after?.["data"]).to.not.deep.equal(before?.["data"]);
    const ca = Buffer.from(dataOf(after)["server-ca.cert"] ?? []).toString();
    expect(plainText(packedObjects(seed.managedResource(namespace), seed.server.store))).to.contain(ca);
    expect(secretNames(seed.managedResource(namespace))).to.not.have.members(secrets);
  });
});
