import { expect } from "chai";
import { plainText } from "../../support/packed-objects.ts";
import { configOf } from "../../support/seed-objects.ts";
import { SeedCluster } from "../../support/seed-cluster.ts";

const namespace = "shoot--local--referring";
const resources = [{ name: "hook", resourceRef: { apiVersion: "v1", kind: "Secret", name: "address" } }];
const providerConfig = configOf({ destinations: [{ name: "custom", resourceSecretName: "hook" }] });

describe("what a shoot refers to", () => {
  let seed: SeedCluster;
  beforeEach(async () => {
    seed = await SeedCluster.start();
    await seed.startController();
  });
  afterEach(() => seed.stop());

  /** The copy that gardener-resource-manager brings, with its content. */
  const bringCopy = (address: string): Promise<void> =>
    seed.put({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "ref-address", namespace },
      data: { address: Buffer.from(address).toString("base64") },
    });
  /** What gardenlet writes before it asks for anything, and waits for nothing. */
  const announce = (version: string): Promise<void> =>
    seed.put({
      apiVersion: "resources.gardener.cloud/v1alpha1",
      kind: "ManagedResource",
      metadata: { name: "referenced-resources", namespace },
      spec: { class: "seed", secretRefs: [{ name: `referenced-resources-${version}` }] },
    });
  const apply = (status: "True" | "False"): Promise<void> =>
    seed.report(namespace, "referenced-resources", [
      { type: "ResourcesApplied", status, reason: "ByTheTest", message: "by the test" },
    ]);
  const sentTo = async (): Promise<string> => plainText(await seed.packedObjects(namespace));

  it("is waited for while it is being copied, so that an old copy is never taken for the new one", async () => {
    await seed.addShoot(namespace, { spec: { resources } });
    await announce("one");
    await bringCopy("https://old.example.org");
    await apply("True");
    await seed.deploy(namespace, { providerConfig });
    await seed.untilState(namespace, "Create/Succeeded");
    expect(await sentTo()).to.contain("old.example.org");
    await announce("two");
    await seed.deploy(namespace, { providerConfig });
    await seed.until("it waits", async () => (await seed.state(namespace)) === "Reconcile/Processing");
    expect((await seed.extension(namespace)).status).to.not.have.property("lastError");
    await bringCopy("https://new.example.org");
    await apply("True");
    await seed.untilState(namespace, "Reconcile/Succeeded");
    expect(await sentTo()).to.contain("new.example.org");
  });

  it("is not waited for for ever when Gardener cannot copy all of it", async () => {
    await seed.addShoot(namespace, { spec: { resources } });
    await announce("one");
    await bringCopy("https://hook.example.org");
    await apply("False");
    await seed.deploy(namespace, { providerConfig });
    await seed.untilState(namespace, "Create/Succeeded");
  });

  it("does not matter to those who use none of it", async () => {
    await seed.addShoot(namespace, { spec: { resources } });
    await announce("one");
    await seed.deploy(namespace);
    await seed.untilState(namespace, "Create/Succeeded");
  });
});
