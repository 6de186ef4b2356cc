import { expect } from "chai";
import { resourceTypes } from "../../../controller/resource-types.ts";
import { plainText } from "../../support/packed-objects.ts";
import { configOf, finalizer, operation } from "../../support/seed-objects.ts";
import { stateOf } from "../../support/seed-access.ts";
import { SeedCluster } from "../../support/seed-cluster.ts";

const name = "garden-shoot-falco-service";
const target = "extension-shoot-falco-service-garden";
const providerConfig = configOf({ destinations: [{ name: "custom", resourceSecretName: "hook" }] });

describe("an Extension of the class garden", () => {
  let seed: SeedCluster;
  beforeEach(async () => {
    seed = await SeedCluster.start();
    await seed.startController({ classes: ["garden"] });
  });
  afterEach(() => seed.stop());

  const addGarden = (): Promise<void> =>
    seed.put({
      apiVersion: "operator.gardener.cloud/v1alpha1",
      kind: "Garden",
      metadata: { name: "the-garden" },
      spec: {
        virtualCluster: { gardener: { clusterIdentity: "landscape" } },
        resources: [{ name: "hook", resourceRef: { apiVersion: "v1", kind: "Secret", name: "hook-address" } }],
      },
    });
  const addSecret = (): Promise<void> =>
    seed.put({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "hook-address", namespace: "garden" },
      data: { address: Buffer.from("https://hook.example.org/falco").toString("base64") },
    });
  const deploy = (): Promise<void> =>
    seed.put({
      apiVersion: "extensions.gardener.cloud/v1alpha1",
      kind: "Extension",
      metadata: { name, namespace: "garden", annotations: { [operation]: "reconcile" } },
      spec: { type: "shoot-falco-service", class: "garden", providerConfig },
    });
  const extension = () => seed.client.get(resourceTypes.extension, { namespace: "garden", name });
  const untilState = (state: string): Promise<void> =>
    seed.until(state, async () => stateOf(await extension()) === state);

  it("puts Falco into the cluster that the garden runs in, with what the Garden refers to by its own name", async () => {
    await addGarden();
    await addSecret();
    await deploy();
    await untilState("Create/Succeeded");
    expect((await extension())?.metadata.finalizers).to.deep.equal([finalizer]);
    const { metadata, spec } = { ...(await seed.managedResource("garden", target)) };
    expect(metadata?.labels).to.deep.equal({ "gardener.cloud/role": "seed-system-component" });
    expect(spec).to.include({ class: "seed", keepObjects: false });
    const text = plainText(await seed.packedObjects("garden", target));
    expect(text).to.contain("landscape-runtime").and.to.contain("gardener-garden-system-400");
    expect(text).to.contain("hook.example.org");
  });

  it("waits while there is no Garden, and while what it refers to is not there", async () => {
    await deploy();
    await seed.until("it waits", () =>
      seed.log.some(({ fields }) => fields["waitingFor"] === "the Garden in this cluster"),
    );
    await addGarden();
    seed.clock.jump(11_000);
    await seed.until("it waits for the Secret", () =>
      seed.log.some(({ fields }) => String(fields["waitingFor"]).includes("hook-address")),
    );
    await addSecret();
    seed.clock.jump(11_000);
    await untilState("Create/Succeeded");
  });

  it("has nothing to do where the cluster is a seed with a Falco of its own", async () => {
    await addGarden();
    await addSecret();
    await seed.put({
      apiVersion: "extensions.gardener.cloud/v1alpha1",
      kind: "Extension",
      metadata: { name: "shoot-falco-service", namespace: "garden" },
      spec: { type: "shoot-falco-service", class: "seed" },
    });
    await deploy();
    await untilState("Create/Succeeded");
    expect(await seed.managedResource("garden", target)).to.equal(undefined);
  });

  it("goes as it came", async () => {
    await addGarden();
    await addSecret();
    await deploy();
    await untilState("Create/Succeeded");
    await seed.client.delete(resourceTypes.extension, { namespace: "garden", name });
    await seed.until("it is gone", async () => (await extension()) === undefined);
    expect(await seed.managedResource("garden", target)).to.equal(undefined);
  });
});
