import { expect } from "chai";
import type { KubeObject } from "../../../kube/objects.ts";
import { configOf, profileOf, targetName } from "../../support/seed-objects.ts";
import type { ExtensionView } from "../../support/extension-view.ts";
import { SeedCluster } from "../../support/seed-cluster.ts";

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
    ["no rules at all", { rules: {} }, ["RULES_NONE", "spec.providerConfig.rules"]],
    [
      "an undeclared resource",
      { destinations: [{ name: "custom", resourceSecretName: "nowhere" }] },
      ["RESOURCE_UNDECLARED", "spec.providerConfig.destinations[0].resourceSecretName"],
    ],
  ];
  for (const [name, fields, words] of cases) {
    it(`with ${name} is an error that only the user can mend, and what runs stays`, async () => {
      await seed.bringUp(namespace);
      const before = await seed.managedResource(namespace);
      const health = (await seed.extension(namespace)).status.conditions;
      await seed.deploy(namespace, { providerConfig: configOf({ ...fields }) });
      await seed.untilState(namespace, "Reconcile/Error");
      expectStalled(await seed.extension(namespace), words, "ERR_CONFIGURATION_PROBLEM");
      expect(await seed.managedResource(namespace)).to.deep.equal(before);
      expect((await seed.extension(namespace)).status.conditions).to.deep.equal(health);
      await seed.deploy(namespace, { providerConfig: configOf() });
      await seed.untilState(namespace, "Reconcile/Succeeded");
      expect((await seed.extension(namespace)).status).to.not.have.property("lastError");
    });
  }

  it("of a new Extension is still its creation when it is mended", async () => {
    await seed.addShoot(namespace);
    await seed.deploy(namespace, { providerConfig: configOf({ falcoVersion: "0.1.0" }) });
    await seed.untilState(namespace, "Create/Error");
    expect(await seed.managedResource(namespace)).to.equal(undefined);
    await seed.deploy(namespace, { providerConfig: configOf() });
    await seed.untilState(namespace, "Create/Succeeded");
  });

  it("is looked at again with the resync: it may be over without anybody telling", async () => {
    await seed.addShoot(namespace);
    await seed.deploy(namespace, { providerConfig: configOf({ falcoVersion: "0.1.0" }) });
    await seed.untilState(namespace, "Create/Error");
    await seed.afterRun(namespace, () => {
      seed.clock.jump(3_601_000);
    });
  });

  it("leaves no code behind for an error of another kind", async () => {
    await seed.bringUp(namespace);
    await seed.deploy(namespace, { providerConfig: configOf({ falcoVersion: "0.1.0" }) });
    await seed.untilState(namespace, "Reconcile/Error");
    seed.fault = ({ method, path }) =>
      method !== "GET" && path.includes(`/managedresources/${targetName}`) ? { status: 503 } : undefined;
    await seed.deploy(namespace, { providerConfig: configOf({ falcoVersion: "0.43.1" }) });
    await seed.until("the other error", async () => {
      const { lastError } = (await seed.extension(namespace)).status;
      return lastError?.description.includes("503") === true;
    });
    expect((await seed.extension(namespace)).status.lastError).to.not.have.property("codes");
    seed.fault = () => undefined;
    await seed.untilState(namespace, "Reconcile/Succeeded");
  });

  it("because of the catalogue is none that fails the shoot for good", async () => {
    const { spec, ...profile } = profileOf() as KubeObject & { readonly spec: { readonly images: object } };
    await seed.put({ ...profile, spec: { ...spec, images: { ...spec.images, falco: [] } } });
    await seed.addShoot(namespace);
    await seed.deploy(namespace);
    await seed.untilState(namespace, "Create/Error");
    expectStalled(await seed.extension(namespace), ["IMAGE_MISSING"], "ERR_RETRYABLE_CONFIGURATION_PROBLEM");
    await seed.put(profileOf());
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

  const expectWaiting = async (word: string): Promise<void> => {
    const { status } = await seed.extension(namespace);
    expect(status.lastOperation?.description)
      .to.match(/^Waiting: /)
      .and.contain(word);
    expect(status).to.not.have.property("lastError");
    expect(status.observedGeneration ?? 0).to.not.equal((await seed.extension(namespace)).metadata.generation);
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
      await seed.addShoot(namespace, shoot);
      await seed.deploy(namespace, { providerConfig: configOf(config) });
      await seed.untilState(namespace, "Create/Processing");
      await expectWaiting(words);
      expect(await seed.managedResource(namespace)).to.equal(undefined);
      await seed.afterRun(namespace, () => {
        seed.clock.jump(10_000);
      });
      await expectWaiting(words);
      await seed.client.create(
        { group: "", version: "v1", kind: object.kind, plural: `${object.kind.toLowerCase()}s`, namespaced: true },
        object,
      );
      seed.clock.jump(10_000);
      await seed.untilState(namespace, "Create/Succeeded");
      expect(await seed.packedObjects(namespace)).to.not.be.empty;
    });
  }

  it("is waited for, if it is the Cluster, without a write: only that says whether the shoot has failed", async () => {
    await seed.deploy(namespace);
    const before = await seed.rawExtension(namespace);
    await seed.until("it has been seen", () =>
      seed.log.some(({ fields }) => fields["waitingFor"] === `the Cluster ${namespace}`),
    );
    expect(await seed.rawExtension(namespace)).to.deep.equal(before);
    await seed.addShoot(namespace);
    await seed.untilState(namespace, "Create/Succeeded");
  });

  it("is waited for, if it is the cluster's identity, and seen when it comes", async () => {
    await seed.addShoot(namespace, { status: { clusterIdentity: "" } });
    await seed.deploy(namespace);
    await seed.untilState(namespace, "Create/Processing");
    await expectWaiting("identity");
    await seed.setShoot(namespace, {});
    await seed.untilState(namespace, "Create/Succeeded");
  });
});
