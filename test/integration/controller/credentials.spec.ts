import { generateKeyPairSync } from "node:crypto";
import { expect } from "chai";
import { defaultLandscape } from "../../../falco/desired/landscape.ts";
import { dataOf, packedObjects, plainText } from "../../support/packed-objects.ts";
import { configOf, controlPlaneName, targetName } from "../../support/seed-objects.ts";
import { extensionResource, managedResourceResource, SeedCluster } from "../../support/seed-cluster.ts";

const namespace = "shoot--local--secretive";
const password = "a-password-that-nobody-may-see";
const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});
const landscape = {
  ...defaultLandscape,
  centralStorage: {
    url: "https://central.example.org",
    tokenIssuerPrivateKey: privateKey,
    tokenLifetimeSeconds: 7 * 24 * 3600,
  },
};
const resources = [{ name: "siem", resourceRef: { apiVersion: "v1", kind: "Secret", name: "siem" } }];
const destinations = [{ name: "central" }, { name: "opensearch", resourceSecretName: "siem" }];

describe("credentials", () => {
  let seed: SeedCluster;
  before(async () => {
    seed = await SeedCluster.start({ landscape });
    await seed.startController();
    seed.addShoot(namespace, { spec: { resources } });
    seed.server.store.put({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "ref-siem", namespace },
      stringData: {
        hostport: "https://siem.example.org:9200",
        index: "falco",
        username: "falco",
        password,
        wrong: "x",
      },
    });
    seed.deploy(namespace, { providerConfig: configOf({ destinations }) });
    await seed.untilState(namespace, "Create/Error");
    seed.server.store.remove("secrets", "ref-siem", namespace);
    seed.server.store.put({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "ref-siem", namespace },
      stringData: { hostport: "https://siem.example.org:9200", index: "falco", username: "falco", password },
    });
    // Every write fails once: what the server says of Secrets must not get into logs and status either.
    const seen = new Set<string>();
    seed.fault = ({ method, path, body }) => {
      const request = `${method} ${path}`;
      if (method === "GET" || body.includes('"conditions"') || seen.has(request)) return undefined;
      seen.add(request);
      const message = `Secret is invalid: ${body}`;
      return { status: 422, body: JSON.stringify({ kind: "Status", code: 422, reason: "Invalid", message }) };
    };
    seed.deploy(namespace, { providerConfig: configOf({ destinations }) });
    await seed.untilState(namespace, "Create/Succeeded");
    seed.fault = () => undefined;
    seed.deploy(namespace);
    await seed.untilState(namespace, "Reconcile/Succeeded");
  });
  after(() => seed.stop());

  /** Every secret text there is, and its parts that could stand alone. */
  const secrets = (): readonly string[] => {
    const identity = Object.entries(dataOf(seed.identity(namespace)))
      .filter(([key]) => /\.(key|token)$/.test(key))
      .map(([, bytes]) => Buffer.from(bytes).toString());
    expect(identity.length).to.be.at.least(5);
    const lines = [...identity, privateKey].flatMap((text) =>
      text.split("\n").filter((line) => line.length >= 40 && !line.startsWith("-----")),
    );
    return [password, ...lines].flatMap((text) => [text, Buffer.from(text).toString("base64").slice(0, -4)]);
  };
  const expectNone = (what: string, text: string): void => {
    for (const secret of secrets()) expect(text.includes(secret), `${what} holds a secret`).to.equal(false);
  };

  it("are in use", () => {
    const objects = packedObjects(seed.managedResource(namespace), seed.server.store);
    const text = plainText(objects);
    for (const each of [password, Buffer.from(dataOf(seed.identity(namespace))["central.token"] ?? []).toString()]) {
      expect(text).to.contain(each);
    }
  });

  it("stand in no log line", () => {
    expect(seed.log).to.not.be.empty;
    expectNone("the log", JSON.stringify(seed.log));
  });

  it("stand in no status and no annotation", () => {
    expectNone("the Extension", JSON.stringify(seed.server.store.list(extensionResource)));
    expectNone("a ManagedResource", JSON.stringify(seed.server.store.list(managedResourceResource)));
  });

  it("stand in no Event and no ConfigMap of the seed", () => {
    expectNone("an Event", JSON.stringify(seed.server.store.list("events")));
    expectNone("a ConfigMap", JSON.stringify(seed.server.store.list("configmaps")));
  });

  it("stand in nothing that goes into the shoot but Secrets", () => {
    for (const name of [targetName, controlPlaneName]) {
      const objects = packedObjects(seed.managedResource(namespace, name), seed.server.store);
      expectNone(name, JSON.stringify(objects.filter(({ kind }) => kind !== "Secret")));
    }
  });
});
