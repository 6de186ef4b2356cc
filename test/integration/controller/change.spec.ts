import { expect } from "chai";
import { resourceTypes } from "../../../controller/resource-types.ts";
import type { KubeObject } from "../../../kube/objects.ts";
import { dataOf, plainText, secretsOf } from "../../support/packed-objects.ts";
import { configOf, controlPlaneName, targetName } from "../../support/seed-objects.ts";
import { SeedCluster } from "../../support/seed-cluster.ts";

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

  const imageOf = async (): Promise<string> =>
    /registry\.example\.org\/falco:[\w.]+/.exec(JSON.stringify(await seed.packedObjects(namespace)))?.[0] ?? "";
  const secretNames = async (): Promise<readonly string[]> => {
    const secrets = await secretsOf(await seed.managedResource(namespace), seed.client);
    return secrets.map(({ metadata }) => metadata.name);
  };
  const secret = (name: string): Promise<KubeObject | undefined> =>
    seed.client.get(resourceTypes.secret, { namespace, name });

  it("of the configuration goes into another Secret, which takes the place of the one before", async () => {
    const before = await secretNames();
    expect(await imageOf()).to.equal("registry.example.org/falco:0.43.1");
    await seed.deploy(namespace, { providerConfig: configOf({ falcoVersion: "0.44.1" }) });
    await seed.untilState(namespace, "Reconcile/Succeeded");
    const after = await secretNames();
    expect(await imageOf()).to.equal("registry.example.org/falco:0.44.1");
    expect(after).to.not.have.any.members(before);
    const annotations = (await seed.managedResource(namespace))?.metadata.annotations ?? {};
    expect(Object.values(annotations)).to.have.members(after);
    const { metadata, status } = await seed.extension(namespace);
    expect(metadata.generation).to.equal(2);
    expect(status.observedGeneration).to.equal(2);
    for (const name of before) {
      const label = "resources.gardener.cloud/garbage-collectable-reference";
      const left = await secret(name);
      expect(left?.metadata.labels, "the garbage collector's").to.have.property(label, "true");
    }
  });

  it("without a request waits until there is one", async () => {
    const before = await seed.managedResource(namespace);
    const runs = seed.runs(namespace);
    await seed.deploy(namespace, { operation: null, providerConfig: configOf({ falcoVersion: "0.44.1" }) });
    // There is one worker, and the queue keeps the order: had the change been taken up, it would be done by now.
    await seed.bringUp(witness);
    expect(seed.runs(namespace)).to.equal(runs);
    expect(await seed.managedResource(namespace)).to.deep.equal(before);
    expect((await seed.extension(namespace)).status.observedGeneration).to.equal(1);
    await seed.deploy(namespace);
    await seed.untilState(namespace, "Reconcile/Succeeded");
    expect(await imageOf()).to.equal("registry.example.org/falco:0.44.1");
  });

  it("that needs nothing beside the control plane any more takes the ManagedResource and its condition away", async () => {
    await seed.deploy(namespace, { providerConfig: configOf({ destinations: [{ name: "stdout" }] }) });
    await seed.untilState(namespace, "Reconcile/Succeeded");
    expect(await seed.managedResource(namespace, controlPlaneName)).to.equal(undefined);
    await seed.accept(namespace, targetName);
    await seed.until("one condition", async () => (await seed.extension(namespace)).status.conditions?.length === 1);
    expect((await seed.extension(namespace)).status.conditions?.[0]?.type).to.equal("SystemComponentsHealthy");
  });

  for (const name of [targetName, controlPlaneName]) {
    it(`brings back ${name} that somebody has deleted`, async () => {
      const before = await seed.managedResource(namespace, name);
      const { uid = "" } = before?.metadata ?? {};
      await seed.remove(resourceTypes.managedResource, { namespace, name });
      await seed.until("it is there again", async () => {
        const live = await seed.managedResource(namespace, name);
        return live !== undefined && live.metadata.uid !== uid;
      });
      expect((await seed.managedResource(namespace, name))?.["spec"]).to.deep.equal(before?.["spec"]);
    });

    it(`sets ${name} right that somebody has changed`, async () => {
      const before = (await seed.managedResource(namespace, name))?.["spec"];
      await seed.edit(resourceTypes.managedResource, { namespace, name }, (live) => ({
        ...live,
        spec: { ...(live["spec"] as object), keepObjects: true },
      }));
      await seed.until("it is as it was", async () => {
        const spec = (await seed.managedResource(namespace, name))?.["spec"];
        return JSON.stringify(spec) === JSON.stringify(before);
      });
    });

    it(`sets the annotations of ${name} right, and leaves those of others`, async () => {
      const before = (await seed.managedResource(namespace, name))?.metadata.annotations;
      await seed.edit(resourceTypes.managedResource, { namespace, name }, (live) => ({
        ...live,
        metadata: { ...live.metadata, annotations: { "example.org/note": "of another" } },
      }));
      await seed.until("they are as they were", async () => {
        const { annotations = {} } = (await seed.managedResource(namespace, name))?.metadata ?? {};
        return Object.keys(annotations).some((each) => each.startsWith("reference.resources.gardener.cloud/"));
      });
      expect((await seed.managedResource(namespace, name))?.metadata.annotations).to.deep.equal({
        ...before,
        "example.org/note": "of another",
      });
    });
  }

  it("of the Secrets behind a ManagedResource by hand is mended at the next request", async () => {
    const [name = ""] = await secretNames();
    const before = await secret(name);
    await seed.remove(resourceTypes.secret, { namespace, name });
    await seed.report(namespace, targetName, [
      { type: "ResourcesApplied", status: "False", reason: "CannotReadSecret", message: "no Secret" },
    ]);
    await seed.deploy(namespace);
    await seed.until("it is there again", async () => (await secret(name)) !== undefined);
    expect((await secret(name))?.["data"]).to.deep.equal(before?.["data"]);
  });

  it("brings certificates anew at once when somebody has deleted them, and Falco with them", async () => {
    const before = await seed.identity(namespace);
    const secrets = await secretNames();
    await seed.remove(resourceTypes.secret, { namespace, name: before?.metadata.name ?? "" });
    await seed.until("Falco has others", async () => (await secretNames()).some((name) => !secrets.includes(name)));
    const after = await seed.identity(namespace);
    expect(after?.["data"]).to.not.deep.equal(before?.["data"]);
    const ca = Buffer.from(dataOf(after)["server-ca.cert"] ?? []).toString();
    expect(plainText(await seed.packedObjects(namespace))).to.contain(ca);
    expect(await secretNames()).to.not.have.members(secrets);
  });
});
