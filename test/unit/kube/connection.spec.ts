import { expect } from "chai";
import { type ConnectionOptions, loadConnection } from "../../../kube/load-connection.ts";
import { SteppedClock } from "../../support/clock.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const kubeconfig = (user: object, cluster: object = {}): string =>
  JSON.stringify({
    "current-context": "c",
    contexts: [
      { name: "c", context: { cluster: "k", user: "u", namespace: "n" } },
      { name: "d", context: { cluster: "k" } },
    ],
    clusters: [{ name: "k", cluster: { server: "https://host:6443/path", ...cluster } }],
    users: [{ name: "u", user }],
  });

function setUp(files: Record<string, string>, environment: Record<string, string> = {}) {
  const clock = new SteppedClock();
  const readFile = (path: string): Promise<string> => {
    const text = files[path];
    return text === undefined
      ? Promise.reject(Object.assign(new Error("no file"), { code: "ENOENT" }))
      : Promise.resolve(text);
  };
  const load = (options: ConnectionOptions = {}) => loadConnection(options, { readFile, environment, clock });
  return { clock, files, load };
}

describe("loadConnection", () => {
  it("takes a URL", async () => {
    const connection = await setUp({}).load({ server: "https://a:1", token: "t", caPem: "ca" });
    expect(connection).to.include({ ca: "ca", insecure: false, namespace: "default" });
    expect(await connection.credentials()).to.deep.equal({ authorization: "Bearer t" });
  });

  it("reads the kubeconfig of KUBECONFIG, with files relative to it", async () => {
    const text = kubeconfig(
      { "client-certificate": "me.crt", "client-key-data": base64("key") },
      { "certificate-authority": "/ca.crt" },
    );
    const { load } = setUp({ "/k/config": text, "/k/me.crt": "cert", "/ca.crt": "ca" }, { KUBECONFIG: "/k/config" });
    const connection = await load();
    expect(connection).to.include({ ca: "ca", insecure: false, namespace: "n" });
    expect(connection.server.href).to.equal("https://host:6443/path");
    expect(await connection.credentials()).to.deep.equal({ authorization: undefined, cert: "cert", key: "key" });
  });

  const users: readonly (readonly [string, object, string | undefined])[] = [
    ["a token", { token: "t" }, "Bearer t"],
    ["a name and a password", { username: "a", password: "b" }, `Basic ${base64("a:b")}`],
    ["nothing", {}, undefined],
  ];
  for (const [title, user, authorization] of users) {
    it(`proves who we are by ${title}`, async () => {
      const connection = await setUp({}).load({ kubeconfigText: kubeconfig(user) });
      expect((await connection.credentials()).authorization).to.equal(authorization);
    });
  }

  it("uses the context that is asked for, and says if there is none", async () => {
    const { load } = setUp({});
    expect((await load({ kubeconfigText: kubeconfig({}), context: "d" })).namespace).to.equal("default");
    for (const [kubeconfigText, message] of [
      [kubeconfig({ token: "secret" }).replace('"c"', '"x"'), 'The kubeconfig has no context "x".'],
      ["secret: [", "The kubeconfig is not a kubeconfig."],
      ["secret", "The kubeconfig is not a kubeconfig."],
    ] as const) {
      const failure: unknown = await load({ kubeconfigText }).catch((error: unknown) => error);
      expect(String(failure)).to.equal(`Error: ${message}`);
    }
  });

  it("takes up a renewed token file within a minute, and survives a moment without it", async () => {
    const { load, clock, files } = setUp({ "/k/config": kubeconfig({ tokenFile: "token" }), "/k/token": "one\n" });
    const connection = await load({ kubeconfig: "/k/config" });
    const token = async (): Promise<string | undefined> => (await connection.credentials()).authorization;
    expect(await token()).to.equal("Bearer one");
    files["/k/token"] = "two\n";
    expect(await token()).to.equal("Bearer one");
    await clock.advance(60_000);
    expect(await token()).to.equal("Bearer two");
    Reflect.deleteProperty(files, "/k/token");
    await clock.advance(60_000);
    expect(await token()).to.equal("Bearer two");
  });

  it("uses the service account of a pod", async () => {
    const folder = "/var/run/secrets/kubernetes.io/serviceaccount";
    const files = { [`${folder}/ca.crt`]: "ca", [`${folder}/namespace`]: "ns\n", [`${folder}/token`]: "t\n" };
    const connection = await setUp(files, {
      KUBERNETES_SERVICE_HOST: "fd00::1",
      KUBERNETES_SERVICE_PORT: "443",
    }).load();
    expect(connection).to.include({ ca: "ca", namespace: "ns" });
    expect(connection.server.href).to.equal("https://[fd00::1]/");
    expect((await connection.credentials()).authorization).to.equal("Bearer t");
  });

  it("says where it looked", async () => {
    const failure: unknown = await setUp({}, { HOME: "/home/me" })
      .load()
      .catch((error: unknown) => error);
    expect(String(failure)).to.contain("/home/me/.kube/config");
  });

  it("leaves plugins to client-node", async function () {
    this.timeout(30_000);
    const user = {
      exec: { apiVersion: "client.authentication.k8s.io/v1", command: process.execPath, args: ["-p", plugin] },
    };
    const connection = await setUp({}).load({
      kubeconfigText: kubeconfig(user, { "certificate-authority-data": base64("ca") }),
    });
    expect(connection).to.include({ ca: "ca", namespace: "n", insecure: false });
    expect((await connection.credentials()).authorization).to.equal("Bearer from-plugin");
  });
});

const plugin = `JSON.stringify({apiVersion:"client.authentication.k8s.io/v1",kind:"ExecCredential",status:{token:"from-plugin"}})`;
