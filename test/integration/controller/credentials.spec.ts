import { generateKeyPairSync } from "node:crypto";
import { expect } from "chai";
import { resourceTypes } from "../../../controller/resource-types.ts";
import { defaultLandscape } from "../../../falco/desired/landscape.ts";
import { resource } from "../../../kube/objects.ts";
import { dataOf, plainText } from "../../support/packed-objects.ts";
import { configOf, controlPlaneName, targetName } from "../../support/seed-objects.ts";
import { SeedCluster } from "../../support/seed-cluster.ts";

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
    await seed.addShoot(namespace, { spec: { resources } });
    await seed.put({
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
    await seed.deploy(namespace, { providerConfig: configOf({ destinations }) });
    await seed.untilState(namespace, "Create/Error");
    await seed.remove(resourceTypes.secret, { namespace, name: "ref-siem" });
    await seed.put({
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
    await seed.deploy(namespace, { providerConfig: configOf({ destinations }) });
    await seed.untilState(namespace, "Create/Succeeded");
    seed.fault = () => undefined;
    await seed.deploy(namespace);
    await seed.untilState(namespace, "Reconcile/Succeeded");
  });
  after(() => seed.stop());

  /** Every secret text there is, and its parts that could stand alone. */
  const secrets = async (): Promise<readonly string[]> => {
    const identity = Object.entries(dataOf(await seed.identity(namespace)))
      .filter(([key]) => /\.(key|token)$/.test(key))
      .map(([, bytes]) => Buffer.from(bytes).toString());
    expect(identity.length).to.be.at.least(5);
    const lines = [...identity, privateKey].flatMap((text) =>
      text.split("\n").filter((line) => line.length >= 40 && !line.startsWith("-----")),
    );
    return [password, ...lines].flatMap((text) => [text, Buffer.from(text).toString("base64").slice(0, -4)]);
  };
  const expectNone = async (what: string, text: string): Promise<void> => {
    for (const secret of await secrets()) expect(text.includes(secret), `${what} holds a secret`).to.equal(false);
  };

  it("are in use", async () => {
    const objects = await seed.packedObjects(namespace);
    const text = plainText(objects);
    for (const each of [
      password,
      Buffer.from(dataOf(await seed.identity(namespace))["central.token"] ?? []).toString(),
    ]) {
      expect(text).to.contain(each);
    }
  });

  it("stand in no log line", async () => {
    expect(seed.log).to.not.be.empty;
    await expectNone("the log", JSON.stringify(seed.log));
  });

  it("stand in no status and no annotation", async () => {
    await expectNone("the Extension", JSON.stringify(await seed.list(resourceTypes.extension)));
    await expectNone("a ManagedResource", JSON.stringify(await seed.list(resourceTypes.managedResource)));
  });

  it("stand in no Event and no ConfigMap of the seed", async () => {
    await expectNone("an Event", JSON.stringify(await seed.list(resource("v1", "Event"))));
    await expectNone("a ConfigMap", JSON.stringify(await seed.list(resourceTypes.configMap)));
  });

  it("stand in nothing that goes into the shoot but Secrets", async () => {
    for (const name of [targetName, controlPlaneName]) {
      const objects = await seed.packedObjects(namespace, name);
      await expectNone(name, JSON.stringify(objects.filter(({ kind }) => kind !== "Secret")));
    }
  });
});
