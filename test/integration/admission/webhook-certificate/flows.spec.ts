import { expect } from "chai";
import { identitySecretName } from "../../../../admission/webhook-certificate/secret.ts";
import {
  configurationName,
  webhookConfigurations,
} from "../../../../admission/webhook-certificate/webhook-configurations.ts";
import type { InterceptedRequest } from "../../../support/apiserver/start.ts";
import { WebhookGarden } from "./webhook-garden.ts";

const yes = (): boolean => true;
const secrets = "/api/v1/namespaces/garden/secrets";
const group = "/apis/admissionregistration.k8s.io/v1";
const mutating = `${group}/mutatingwebhookconfigurations`;
const validating = `${group}/validatingwebhookconfigurations`;
const kinds = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"] as const;

describe("the webhooks' certificates", () => {
  let garden: WebhookGarden;

  const started = async (objects: readonly object[] = []): Promise<void> => {
    garden = await WebhookGarden.start(objects);
  };
  const served = async (): Promise<void> => {
    await started();
    const replica = await garden.startReplica({ leads: yes });
    await garden.until("it serves", () => garden.isPublished(1) && replica.unready() === undefined);
  };
  afterEach(() => garden.stop());

  it("are made at a fresh install: configurations, Secret, bundle", async () => {
    await started();
    const waiting = await garden.startReplica();
    expect(waiting.unready()).to.equal("there is no certificate for the webhooks yet");
    const leader = await garden.startReplica({ leads: yes });
    await garden.until("both serve", () => [leader, waiting].every(({ unready }) => unready() === undefined));
    await garden.until("it is published", () => garden.isPublished(1));
    expect(garden.writes).to.deep.equal([
      `POST ${mutating}`,
      `POST ${validating}`,
      `POST ${secrets}`,
      `PATCH ${mutating}/${configurationName}`,
      `PATCH ${validating}/${configurationName}`,
    ]);
    await garden.change();
    expect(JSON.stringify(garden.log)).to.not.include("PRIVATE KEY");
    expect(JSON.stringify(waiting.pairs)).to.equal(JSON.stringify(leader.pairs));
  });

  it("are one CA when two replicas start at once", async () => {
    await started();
    const replicas = await Promise.all([garden.startReplica({ leads: yes }), garden.startReplica({ leads: yes })]);
    await garden.until("both serve", () => replicas.every(({ unready }) => unready() === undefined));
    await garden.until("it is published", () => garden.isPublished(1));
    expect(garden.writes.filter((write) => write.startsWith("POST"))).to.include(`POST ${secrets}`);
    expect(replicas.map(({ pairs }) => pairs.map(({ certificate }) => certificate))).to.deep.equal([
      [garden.texts.certificate],
      [garden.texts.certificate],
    ]);
    await garden.change();
  });

  it("are not written by a replica that does not lead", async () => {
    await started();
    await garden.startReplica({ leads: () => false });
    await garden.until("it has tried", () => garden.log.some(({ level }) => level === "warn"));
    expect(garden.writes).to.deep.equal([]);
    expect(garden.log.map(({ fields }) => fields["error"])).to.include("This process is not the leader any more.");
  });

  it("keep a bundle that is there until their own is stored", async () => {
    await started();
    const [, theirs] = webhookConfigurations({ address: garden.address, caBundle: "not ours" });
    garden.server.store.put({ ...theirs, webhooks: theirs.webhooks.slice(0, 1) });
    const seen: string[] = [];
    await garden.startReplica({
      leads: yes,
      fault: ({ method, path }) => {
        if (method === "POST" && path.startsWith(secrets)) seen.push(...garden.bundles);
        return undefined;
      },
    });
    await garden.until("it is published", () => garden.isPublished(1));
    expect(seen).to.deep.equal(["", "not ours", ""]);
  });

  it("are published again when somebody has edited the bundle", async () => {
    await served();
    const { bundle } = garden.texts;
    for (const kind of kinds) {
      const present = garden.configuration(kind);
      const text = JSON.stringify(present).replaceAll(Buffer.from(bundle).toString("base64"), "AAAA");
      garden.server.store.put(JSON.parse(text) as object);
      expect(garden.isPublished(1)).to.equal(false);
      await garden.until("it is mended", () => garden.isPublished(1));
    }
    expect(garden.texts.bundle).to.equal(bundle);
    await garden.change();
  });

  it("are published again, at once, when a configuration was deleted", async () => {
    await served();
    for (const kind of kinds) {
      garden.deleteConfiguration(kind);
      await garden.until("it is there again", () => garden.isPublished(1));
    }
    await garden.change();
    const writes = garden.writes.slice(5);
    expect(writes).to.deep.equal([`POST ${mutating}`, `POST ${validating}`]);
  });

  it("come with configurations that are as they should be, and keep what others have put there", async () => {
    await served();
    const present = garden.configuration("ValidatingWebhookConfiguration");
    const webhooks = present?.["webhooks"] as readonly { readonly name: string }[];
    const own = webhooks.map(({ name }) => name);
    const foreign = { ...webhooks[1], name: "theirs.example.org" };
    const stale = { ...webhooks[1], name: "old.admission-shoot-falco-service.extensions.gardener.cloud" };
    const drifted = { ...webhooks[0], failurePolicy: "Ignore", matchConditions: [{ name: "no", expression: "false" }] };
    garden.server.store.put({
      ...present,
      metadata: { ...present?.metadata, labels: { theirs: "1" }, annotations: { theirs: "2" } },
      webhooks: [drifted, foreign, stale],
    });
    const read = (): unknown => garden.configuration("ValidatingWebhookConfiguration");
    await garden.until("it is mended", () => !JSON.stringify(read()).includes("Ignore"));
    const { metadata } = present ?? {};
    expect(read()).to.deep.include({ webhooks: [...webhooks, foreign] });
    expect(own).to.have.length(2);
    expect(read()).to.have.deep.nested.property("metadata.annotations", { theirs: "2" });
    expect(read()).to.have.deep.nested.property("metadata.labels", { theirs: "1", ...metadata?.labels });
  });

  it("are owned by a Namespace, and wait for it", async () => {
    await started();
    await garden.startReplica({ leads: yes, ownerNamespace: "extension-falco" });
    await garden.until("it waits", () => garden.log.some(({ level }) => level === "warn"));
    expect(garden.writes).to.deep.equal([]);
    expect(JSON.stringify(garden.log)).to.include("the Namespace extension-falco, which owns");
    const metadata = { name: "extension-falco" };
    const owner = garden.server.store.put({ apiVersion: "v1", kind: "Namespace", metadata });
    await garden.passUntil(
      "it is published",
      () => garden.isPublished(1),
      () => garden.read(),
    );
    for (const kind of kinds) {
      expect(garden.configuration(kind)?.metadata.ownerReferences).to.deep.equal([
        {
          apiVersion: "v1",
          kind: "Namespace",
          name: "extension-falco",
          uid: owner.metadata.uid,
          controller: true,
          blockOwnerDeletion: false,
        },
      ]);
    }
  });

  const edits: readonly (readonly [string, (data: Readonly<Record<string, string>>) => object])[] = [
    ["garbage", () => ({ data: { "bundle.crt": "AAAA", "ca.key": "AAAA", "tls.crt": "AAAA", "tls.key": "AAAA" } })],
    ["nothing", () => ({})],
    ["a certificate without its key", (data) => ({ data: { ...data, "tls.key": data["ca.key"] } })],
    ["an immutable mistake", (data) => ({ data: { ...data, "tls.crt": "AAAA" }, immutable: true })],
  ];
  for (const [name, edit] of edits) {
    it(`are mended when somebody has made the Secret ${name}, while the replicas serve on`, async () => {
      await served();
      const { data, ...secret } = garden.secret as { readonly data: Readonly<Record<string, string>> };
      const { failures } = await garden.underLoad(async () => {
        garden.server.store.put({ ...secret, ...edit(data) });
        await garden.until("the replica has seen it", () =>
          JSON.stringify(garden.log).includes("the one in use stays"),
        );
        await garden.passUntil("there is a certificate", () => garden.texts.certificate.startsWith("-----BEGIN"));
        await garden.passUntil("it is published", () => garden.isPublished(1) || garden.isPublished(2));
        await garden.change();
      });
      expect(failures).to.deep.equal([]);
    });
  }

  it("are not mixed up with what somebody else writes at the same time", async () => {
    await started();
    let isFirst = true;
    const other = { "ca.key": "AAAA" };
    const fault = ({ method, path }: InterceptedRequest): undefined => {
      if (method !== "POST" || !path.startsWith(secrets) || !isFirst) return undefined;
      isFirst = false;
      const metadata = { name: identitySecretName, namespace: "garden" };
      garden.server.store.put({ apiVersion: "v1", kind: "Secret", metadata, type: "Opaque", data: other });
      return undefined;
    };
    const replica = await garden.startReplica({ leads: yes, fault });
    await garden.until("it is published", () => garden.isPublished(1) && replica.unready() === undefined);
    expect(garden.writes.filter((write) => write.includes(secrets))).to.deep.equal([
      `POST ${secrets}`,
      `PATCH ${secrets}/${identitySecretName}`,
    ]);
    await garden.change();
  });

  it("take a replica out that has lost sight of them for long", async () => {
    await started();
    let isCut = false;
    const replica = await garden.startReplica({ leads: yes });
    const blind = await garden.startReplica({ leads: () => false, fault: () => (isCut ? "destroy" : undefined) });
    await garden.until("both serve", () => [replica, blind].every(({ unready }) => unready() === undefined));
    isCut = true;
    const isLost = (): boolean =>
      garden.log.some(({ message }) => message === "the webhooks' certificate cannot be followed; trying again");
    await garden.passUntil("it is lost", isLost, () => garden.read());
    expect(blind.unready()).to.equal(undefined);
    garden.clock.jump(12 * 60 * 60_000);
    expect(blind.unready()).to.equal("the webhooks' certificate could not be followed for 12 hours");
    isCut = false;
    await garden.passUntil(
      "it is back",
      () => blind.unready() === undefined,
      () => garden.read(),
    );
  });
});
