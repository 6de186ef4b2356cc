import { expect } from "chai";
import { packedObjects } from "../../support/packed-objects.ts";
import { configOf, profileOf, targetName } from "../../support/seed-objects.ts";
import { type ExtensionView, SeedCluster } from "../../support/seed-cluster.ts";

const namespace = "shoot--local--erring";
const missingSecret = {
  spec: { resources: [{ name: "webhook", resourceRef: { apiVersion: "v1", kind: "Secret", name: "falco-webhook" } }] },
};
const missingConfigMap = {
  spec: { resources: [{ name: "rules", resourceRef: { apiVersion: "v1", kind: "ConfigMap", name: "my-rules" } }] },
};

describe("a configuration that cannot be used", () => {
  let seed: SeedCluster;
  beforeEach(async () => {
    seed = await SeedCluster.start();
    await seed.startController();
  });
  afterEach(() => seed.stop());

  const expectStalled = ({ metadata, status }: ExtensionView, words: readonly string[], code: string): void => {
    expect(status.lastOperation).to.include({ state: "Error", progress: 50 });
    expect(status.observedGeneration).to.equal(metadata.generation);
    expect(status.lastError?.codes).to.deep.equal([code]);
    for (const word of words) expect(status.lastError?.description).to.contain(word);
    expect(status.lastOperation?.description).to.equal(status.lastError?.description);
  };
  const cases: readonly (readonly [string, object, readonly string[]])[] = [
    [
      "an unknown field",
      { falcoVersoin: "0.44.1" },
      ["FIELD_UNKNOWN", "spec.providerConfig.falcoVersoin", "falcoVersion"],
    ],
    ["a wrong type", { falcoVersion: 44 }, ["FIELD_TYPE", "spec.providerConfig.falcoVersion"]],
    ["an unknown version", { falcoVersion: "0.1.0" }, ["VERSION_UNKNOWN", "spec.providerConfig.falcoVersion"]],
    [
      "an undeclared resource",
      { destinations: [{ name: "custom", resourceSecretName: "nowhere" }] },
      ["RESOURCE_UNDECLARED", "spec.providerConfig.destinations[0].resourceSecretName"],
    ],
  ];
  for (const [name, fields, words] of cases) {
    it(`with ${name} is an error that only the user can mend, and what runs stays`, async () => {
      await seed.bringUp(namespace);
      const before = seed.managedResource(namespace);
      const health = seed.extension(namespace).status.conditions;
      seed.deploy(namespace, { providerConfig: configOf({ ...fields }) });
      await seed.untilState(namespace, "Reconcile/Error");
      expectStalled(seed.extension(namespace), words, "ERR_CONFIGURATION_PROBLEM");
      expect(seed.managedResource(namespace)).to.deep.equal(before);
      expect(seed.extension(namespace).status.conditions).to.deep.equal(health);
      seed.deploy(namespace, { providerConfig: configOf() });
      await seed.untilState(namespace, "Reconcile/Succeeded");
      expect(seed.extension(namespace).status).to.not.have.property("lastError");
    });
  }

  it("of a new Extension is still its creation when it is mended", async () => {
    seed.addShoot(namespace);
    seed.deploy(namespace, { providerConfig: configOf({ falcoVersion: "0.1.0" }) });
    await seed.untilState(namespace, "Create/Error");
    expect(seed.managedResource(namespace)).to.equal(undefined);
    seed.deploy(namespace, { providerConfig: configOf() });
    await seed.untilState(namespace, "Create/Succeeded");
  });

  it("leaves no code behind for an error of another kind", async () => {
    await seed.bringUp(namespace);
    seed.deploy(namespace, { providerConfig: configOf({ falcoVersion: "0.1.0" }) });
    await seed.untilState(namespace, "Reconcile/Error");
    seed.fault = ({ method, path }) =>
      method === "PUT" && path.includes(`/managedresources/${targetName}`) ? { status: 503 } : undefined;
    seed.deploy(namespace, { providerConfig: configOf({ falcoVersion: "0.43.1" }) });
    await seed.until("the other error", () => {
      const { lastError } = seed.extension(namespace).status;
      return lastError?.description.includes("503") === true;
    });
    expect(seed.extension(namespace).status.lastError).to.not.have.property("codes");
    seed.fault = () => undefined;
    await seed.untilState(namespace, "Reconcile/Succeeded");
  });

  it("because of the catalogue is none that fails the shoot for good", async () => {
    const images = profileOf() as { readonly spec: { readonly images: object } };
    seed.server.store.put({ ...images, spec: { ...images.spec, images: { ...images.spec.images, falco: [] } } });
    seed.addShoot(namespace);
    seed.deploy(namespace);
    await seed.untilState(namespace, "Create/Error");
    expectStalled(seed.extension(namespace), ["IMAGE_MISSING"], "ERR_RETRYABLE_CONFIGURATION_PROBLEM");
    seed.server.store.put(profileOf());
    await seed.untilState(namespace, "Create/Succeeded");
  });
});

describe("what Gardener has not brought yet", () => {
  let seed: SeedCluster;
  beforeEach(async () => {
    seed = await SeedCluster.start();
    await seed.startController();
  });
  afterEach(() => seed.stop());

  const expectWaiting = (word: string): void => {
    const { status } = seed.extension(namespace);
    expect(status.lastOperation?.description)
      .to.match(/^Waiting: /)
      .and.contain(word);
    expect(status).to.not.have.property("lastError");
    expect(status.observedGeneration ?? 0).to.not.equal(seed.extension(namespace).metadata.generation);
  };
  const base = { apiVersion: "v1", metadata: { namespace } };
  const rules = "- rule: Mine\n  desc: d\n  condition: evt.type = open\n  output: o\n  priority: INFO\n";
  const resources = [
    {
      what: "a Secret",
      shoot: missingSecret,
      config: { destinations: [{ name: "custom", resourceSecretName: "webhook" }] },
      object: {
        ...base,
        kind: "Secret",
        metadata: { namespace, name: "ref-falco-webhook" },
        stringData: { address: "https://events.example.org" },
      },
      words: "falco-webhook",
    },
    {
      what: "a ConfigMap",
      shoot: missingConfigMap,
      config: { rules: { standard: ["falco-rules"], custom: [{ resourceName: "rules" }] } },
      object: {
        ...base,
        kind: "ConfigMap",
        metadata: { namespace, name: "ref-my-rules" },
        data: { "mine.yaml": rules },
      },
      words: "my-rules",
    },
  ];
  for (const { what, shoot, config, object, words } of resources) {
    it(`is waited for, if it is ${what}, and is no error`, async () => {
      seed.addShoot(namespace, shoot);
      seed.deploy(namespace, { providerConfig: configOf(config) });
      await seed.untilState(namespace, "Create/Processing");
      expectWaiting(words);
      expect(seed.managedResource(namespace)).to.equal(undefined);
      await seed.afterRun(namespace, () => {
        seed.clock.jump(10_000);
      });
      expectWaiting(words);
      await seed.client.create(
        { group: "", version: "v1", kind: object.kind, plural: `${object.kind.toLowerCase()}s`, namespaced: true },
        object,
      );
      seed.clock.jump(10_000);
      await seed.untilState(namespace, "Create/Succeeded");
      expect(packedObjects(seed.managedResource(namespace), seed.server.store)).to.not.be.empty;
    });
  }

  it("is waited for, if it is the Cluster, without a write: only that says whether the shoot has failed", async () => {
    seed.deploy(namespace);
    const before = seed.rawExtension(namespace);
    await seed.until("it has been seen", () =>
      seed.log.some(({ fields }) => fields["waitingFor"] === `the Cluster ${namespace}`),
    );
    expect(seed.rawExtension(namespace)).to.deep.equal(before);
    seed.addShoot(namespace);
    await seed.untilState(namespace, "Create/Succeeded");
  });

  it("is waited for, if it is the cluster's identity, and seen when it comes", async () => {
    seed.addShoot(namespace, { status: { clusterIdentity: "" } });
    seed.deploy(namespace);
    await seed.untilState(namespace, "Create/Processing");
    expectWaiting("identity");
    seed.setShoot(namespace, {});
    await seed.untilState(namespace, "Create/Succeeded");
  });
});
