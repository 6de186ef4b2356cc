import { expect } from "chai";
import { configOf, profileOf } from "../../support/seed-objects.ts";
import { SeedCluster } from "../../support/seed-cluster.ts";

const older = "shoot--local--older";
const newer = "shoot--local--newer";
const latest = "shoot--local--latest";

describe("a change of a FalcoProfile", () => {
  let seed: SeedCluster;
  beforeEach(async () => {
    seed = await SeedCluster.start();
    await seed.startController();
    await seed.bringUp(older, { providerConfig: configOf({ falcoVersion: "0.43.1" }) });
    await seed.bringUp(newer, { providerConfig: configOf({ falcoVersion: "0.44.1" }) });
    await seed.bringUp(latest);
  });
  afterEach(() => seed.stop());

  const imageOf = async (namespace: string): Promise<string> =>
    /registry\.example\.org\/falco:([\w.-]+)/.exec(JSON.stringify(await seed.packedObjects(namespace)))?.[1] ?? "";
  const runs = (): readonly number[] => [older, newer, latest].map((each) => seed.runs(each));
  const untilImage = (namespace: string, tag: string): Promise<void> =>
    seed.until(`${namespace} runs ${tag}`, async () => (await imageOf(namespace)) === tag);

  it("of an image reaches the clusters that run it, and no others", async () => {
    const [before = 0] = runs();
    await seed.put(profileOf({ tags: { "0.44.1": "0.44.1-patched" } }));
    await Promise.all([untilImage(newer, "0.44.1-patched"), untilImage(latest, "0.44.1-patched")]);
    expect(await imageOf(older)).to.equal("0.43.1");
    expect(runs()[0]).to.equal(before);
    expect(await seed.state(newer)).to.equal("Create/Succeeded");
  });

  it("with a new version reaches the clusters that name none", async () => {
    const before = runs();
    await seed.put(profileOf({ falco: ["0.43.1", "0.44.1", "0.44.2"] }));
    await untilImage(latest, "0.44.2");
    expect(runs().slice(0, 2)).to.deep.equal(before.slice(0, 2));
  });

  it("that removes a version leaves what runs, and says why nothing is done", async () => {
    const before = await seed.managedResource(older);
    await seed.put(profileOf({ falco: ["0.44.1"] }));
    await seed.untilState(older, "Reconcile/Error");
    const { lastError } = (await seed.extension(older)).status;
    expect(lastError?.description).to.contain("VERSION_UNKNOWN");
    // The user has done nothing wrong: the shoot must not fail for good.
    expect(lastError?.codes).to.deep.equal(["ERR_RETRYABLE_CONFIGURATION_PROBLEM"]);
    expect(await seed.managedResource(older)).to.deep.equal(before);
    expect(await seed.state(newer)).to.equal("Create/Succeeded");
    await seed.put(profileOf());
    await seed.untilState(older, "Reconcile/Succeeded");
    expect(await seed.managedResource(older)).to.deep.equal(before);
  });

  it("after a restart reaches the clusters that it concerns, and no others", async () => {
    await seed.stopControllers();
    await seed.startController();
    const before = runs();
    await seed.put(profileOf({ tags: { "0.43.1": "0.43.1-patched" } }));
    await untilImage(older, "0.43.1-patched");
    expect(runs().slice(1)).to.deep.equal(before.slice(1));
  });

  it("that makes two profiles disagree stalls only those who run that version", async () => {
    const before = await Promise.all([newer, older].map((each) => seed.managedResource(each)));
    await seed.put(profileOf({ name: "second", falco: ["0.44.1"], tags: { "0.44.1": "other" } }));
    await seed.untilState(newer, "Reconcile/Error");
    const { lastError } = (await seed.extension(newer)).status;
    expect(lastError?.description).to.contain("PROFILE_CONFLICT");
    expect(lastError?.codes).to.deep.equal(["ERR_RETRYABLE_CONFIGURATION_PROBLEM"]);
    await seed.deploy(older);
    await seed.untilState(older, "Reconcile/Succeeded");
    expect(await Promise.all([newer, older].map((each) => seed.managedResource(each)))).to.deep.equal(before);
    await seed.client.delete(
      {
        group: "falco.gardener.cloud",
        version: "v1alpha1",
        kind: "FalcoProfile",
        plural: "falcoprofiles",
        namespaced: false,
      },
      { name: "second" },
    );
    await seed.untilState(newer, "Reconcile/Succeeded");
  });
});
