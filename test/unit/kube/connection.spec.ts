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

  it("merges the files of KUBECONFIG as kubectl does: the first that says something counts", async () => {
    const cluster = (server: string, more: object = {}): object => ({ name: "k", cluster: { server, ...more } });
    const first = {
      clusters: [cluster("https://first", { "certificate-authority": "ca.crt" })],
      "current-context": "",
    };
    const second = {
      "current-context": "c",
      contexts: [{ name: "c", context: { cluster: "k", user: "u", namespace: "second" } }],
      clusters: [cluster("https://second")],
      users: [{ name: "u", user: { tokenFile: "token" } }],
    };
    const third = { "current-context": "d", users: [{ name: "u", user: { token: "third" } }] };
    const files = {
      "/one/config": JSON.stringify(first),
      "/two/config": JSON.stringify(second),
      "/three/config": JSON.stringify(third),
      "/one/ca.crt": "first-ca",
      "/two/token": "second-token",
    };
    const { load } = setUp(files, { KUBECONFIG: "/none/config:/one/config::/two/config:/three/config" });
    const connection = await load();
    expect(connection).to.include({ ca: "first-ca", namespace: "second" });
    expect(connection.server.href).to.equal("https://first/");
    expect((await connection.credentials()).authorization).to.equal("Bearer second-token");
  });

  it("says which files it cannot read", async () => {
    const messageOf = (environment: Record<string, string>, options: ConnectionOptions = {}): Promise<string> =>
      setUp({}, environment)
        .load(options)
        .then(
          () => "",
          (error: unknown) => String(error),
        );
    expect(await messageOf({ KUBECONFIG: "/a" })).to.equal("Error: cannot read /a: no such file");
    expect(await messageOf({}, { kubeconfig: "/b:c" })).to.equal("Error: cannot read /b:c: no such file");
    expect(await messageOf({ KUBECONFIG: "/a:/b" })).to.equal("Error: cannot read /a or /b: no such file");
  });

  it("finds the proxy of the environment, in a pod as well", async () => {
    const folder = "/var/run/secrets/kubernetes.io/serviceaccount";
    const files = { [`${folder}/ca.crt`]: "ca", [`${folder}/namespace`]: "ns", [`${folder}/token`]: "t" };
    const environment = { KUBERNETES_SERVICE_HOST: "100.64.0.1", HTTPS_PROXY: "http://proxy:1" };
    expect((await setUp(files, environment).load()).proxy).to.equal("http://proxy:1");
    expect((await setUp(files, { ...environment, NO_PROXY: "100.64.0.0/13" }).load()).proxy).to.equal(undefined);
    expect((await setUp({}, environment).load({ server: "https://a:1" })).proxy).to.equal("http://proxy:1");
  });

  it("leaves SOCKS proxies to client-node", async function () {
    this.timeout(30_000);
    const cluster = { "proxy-url": "socks5://127.0.0.1:1" };
    const connection = await setUp({}).load({ kubeconfigText: kubeconfig({ token: "t" }, cluster) });
    expect(connection.agent).to.be.an("object");
    expect(connection.proxy).to.equal(undefined);
  });

  it("leaves plugins to client-node", async function () {
    this.timeout(30_000);
    const folder = process.execPath.replace(/[^/]*$/, "");
    const command = process.execPath.replace(folder, "./");
    // As in a kubeconfig beside the program: its path is relative to that.
    const user = { exec: { apiVersion: "client.authentication.k8s.io/v1", command, args: ["-p", plugin] } };
    const cluster = { "certificate-authority-data": base64("ca"), "proxy-url": "http://proxy:1" };
    const { load } = setUp({ [`${folder}config`]: kubeconfig(user, cluster) });
    const connection = await load({ kubeconfig: `${folder}config` });
    expect(connection).to.include({ ca: "ca", namespace: "n", insecure: false, proxy: "http://proxy:1" });
    expect((await connection.credentials()).authorization).to.equal("Bearer from-plugin");
  });
});

const plugin = `JSON.stringify({apiVersion:"client.authentication.k8s.io/v1",kind:"ExecCredential",status:{token:"from-plugin"}})`;
