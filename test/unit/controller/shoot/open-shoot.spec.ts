import { expect } from "chai";
import { openShoot, plainConnection } from "../../../../controller/shoot/open-shoot.ts";
import { systemClock } from "../../../../kube/clock.ts";
import { resource } from "../../../../kube/objects.ts";
import { type ApiServer, startApiServer } from "../../../support/apiserver/start.ts";
import { connectWithFaults } from "../../../support/faulty-client.ts";

const namespace = "shoot--a--b";
const { signal } = new AbortController();
const namespaces = resource("v1", "Namespace", { namespaced: false });

function kubeconfig(user: object, cluster: object = { server: "https://a.example" }): string {
  return JSON.stringify({
    "current-context": "c",
    contexts: [{ name: "c", context: { cluster: "c", user: "c" } }],
    clusters: [{ name: "c", cluster }],
    users: [{ name: "c", user }],
  });
}

function secret(name: string, text: string): object {
  const data = { kubeconfig: Buffer.from(text).toString("base64") };
  return { apiVersion: "v1", kind: "Secret", metadata: { namespace, name }, data };
}

async function messageOf(failing: Promise<unknown>): Promise<string> {
  const failure: unknown = await failing.catch((error: unknown) => error);
  return failure instanceof Error ? failure.message : "";
}

describe("a shoot's kubeconfig", () => {
  it("is used when it holds everything itself", async () => {
    const ca = Buffer.from("ca").toString("base64");
    const text = kubeconfig({ token: "t" }, { server: "https://a.example", "certificate-authority-data": ca });
    const connection = await plainConnection(text, systemClock);
    expect(connection).to.include({ ca: "ca", insecure: false });
    expect(await connection.credentials()).to.include({ authorization: "Bearer t" });
  });

  const https = "https://a.example";
  const cases: readonly (readonly [string, object, object | undefined, string])[] = [
    ["starts a program", { exec: { command: "sh" } }, undefined, "the kubeconfig for the shoot uses exec"],
    [
      "needs a provider",
      { "auth-provider": { name: "gcp" } },
      undefined,
      "the kubeconfig for the shoot uses auth-provider",
    ],
    ["reads a token", { tokenFile: "/etc/passwd" }, undefined, "the kubeconfig for the shoot uses tokenFile"],
    [
      "reads a certificate",
      { "client-certificate": "a", "client-key": "b" },
      undefined,
      "the kubeconfig for the shoot uses client-certificate, client-key",
    ],
    [
      "reads an authority",
      {},
      { server: https, "certificate-authority": "/a" },
      "the kubeconfig for the shoot uses certificate-authority",
    ],
    [
      "goes through a proxy",
      {},
      { server: https, "proxy-url": "http://b" },
      "the kubeconfig for the shoot uses proxy-url",
    ],
    [
      "trusts any server",
      {},
      { server: https, "insecure-skip-tls-verify": true },
      "the kubeconfig for the shoot uses insecure-skip-tls-verify",
    ],
    ["is in plain text", {}, { server: "http://a.example" }, "the kubeconfig for the shoot is not for https"],
  ];
  for (const [name, user, cluster, message] of cases) {
    it(`is refused when it ${name}`, async () => {
      expect(await messageOf(plainConnection(kubeconfig(user, cluster), systemClock))).to.equal(message);
    });
  }

  it("is refused when it is none, without quoting it", async () => {
    for (const text of ["", "token: [secret", "[]", "{users: [1, {user: 2}], clusters: 3}"]) {
      expect(await messageOf(plainConnection(text, systemClock))).to.match(/^The kubeconfig (is not|has no)/);
    }
  });
});

describe("a client for a shoot", () => {
  let shoot: ApiServer;
  let seed: ApiServer;
  before(async () => {
    shoot = await startApiServer();
    seed = await startApiServer({
      objects: [{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }],
    });
  });
  after(async () => {
    await Promise.all([shoot.stop(), seed.stop()]);
  });

  async function open(external: boolean): ReturnType<typeof openShoot> {
    const client = await connectWithFaults(seed, "test");
    const access = { seed: client, clock: systemClock, limits: { perSecond: 100, burst: 100 }, external };
    return openShoot(access, namespace, signal);
  }

  it("is there only with a kubeconfig", async () => {
    expect(await messageOf(open(false))).to.equal("there is no kubeconfig for the shoot");
  });

  it("takes the way through the seed, or else or if told so the public one, and the newest token", async () => {
    const { token } = shoot;
    seed.store.put(secret("gardener", shoot.kubeconfig()));
    for (const external of [false, true]) {
      const { client, close } = await open(external);
      expect(await client.get(namespaces, { name: "default" })).to.not.equal(undefined);
      close();
    }
    seed.store.put(secret("gardener-internal", shoot.kubeconfig("too old")));
    const old = await open(false);
    expect(await messageOf(old.client.get(namespaces, { name: "default" }))).to.contain("401");
    old.close();
    const outside = await open(true);
    expect(await outside.client.get(namespaces, { name: "default" })).to.not.equal(undefined);
    outside.close();
    seed.store.put(secret("gardener-internal", shoot.kubeconfig(token)));
    const renewed = await open(false);
    expect(await renewed.client.get(namespaces, { name: "default" })).to.not.equal(undefined);
    renewed.close();
  });

  it("refuses an answer that is too large", async () => {
    seed.store.put(secret("gardener-internal", shoot.kubeconfig()));
    const data = { a: "x".repeat(900_000) };
    for (let index = 0; index < 5; index++) {
      const metadata = { namespace: "default", name: `large-${String(index)}` };
      shoot.store.put({ apiVersion: "v1", kind: "ConfigMap", metadata, data });
    }
    const { client, close } = await open(false);
    const failure = await messageOf(client.list(resource("v1", "ConfigMap"), { namespace: "default" }));
    expect(failure).to.contain("the answer is larger than 4194304 bytes");
    close();
  });
});
