import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer as createProxy, type Server as Proxy } from "node:http";
import { createServer, type Server } from "node:https";
import { type AddressInfo, connect as openSocket, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { expect } from "chai";
import type { Client } from "../../../kube/client.ts";
import { FencedError, fencedClient } from "../../../kube/fence.ts";
import { type ConnectionOptions, loadConnection } from "../../../kube/load-connection.ts";
import { resource } from "../../../kube/objects.ts";
import { createClient } from "../../../kube/rest-client.ts";
import { makeServingIdentity } from "../../support/apiserver/tls.ts";
import { SteppedClock } from "../../support/clock.ts";

const identity = makeServingIdentity("api", ["api.garden.test"]);
const me = makeServingIdentity("me");
const renewed = makeServingIdentity("me-renewed");
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const secret = resource("v1", "Secret");
const name = { namespace: "ns", name: "a" };
const object = { apiVersion: "v1", kind: "Secret", metadata: name };

const portOf = (server: { address(): AddressInfo | string | null }): number => (server.address() as AddressInfo).port;
const listen = (server: Server | Proxy): Promise<void> =>
  new Promise((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });

describe("a client over TLS", () => {
  let server: Server;
  let proxy: Proxy;
  let sockets: Set<Socket>;
  /** Who has asked for what, by the name in the client's certificate. */
  let seen: string[];
  /** What the proxy was asked to connect to, and with which password. */
  let tunnels: string[];
  let answer: (request: IncomingMessage, response: ServerResponse) => void;

  beforeEach(async () => {
    seen = [];
    tunnels = [];
    sockets = new Set();
    answer = (_request, response) => response.end(JSON.stringify(object));
    const { certificatePem: cert, keyPem: key } = identity;
    const trusted = [me.caPem, renewed.caPem];
    server = createServer(
      { cert, key, ca: trusted, requestCert: true, rejectUnauthorized: false },
      (request, response) => {
        const { socket } = request;
        if (!(socket instanceof TLSSocket)) throw new Error("no TLS");
        const subject: unknown = socket.getPeerCertificate().subject;
        const who = socket.authorized ? (subject as { readonly CN: string }).CN : "nobody";
        seen.push(`${who} ${request.method ?? ""} ${request.url ?? ""}`);
        answer(request, response);
      },
    );
    proxy = createProxy().on("connect", (request: IncomingMessage, client: Socket) => {
      tunnels.push(`${request.url ?? ""} ${request.headers["proxy-authorization"] ?? ""}`.trim());
      const upstream = openSocket(portOf(server), "127.0.0.1", () => {
        client.write("HTTP/1.1 200 OK\r\n\r\n");
        upstream.pipe(client).pipe(upstream);
      });
      for (const socket of [client, upstream]) sockets.add(socket.on("error", () => undefined));
    });
    for (const each of [server, proxy]) {
      each.on("connection", (socket: Socket) => sockets.add(socket));
      await listen(each);
    }
  });

  afterEach(() => {
    for (const each of [server, proxy]) each.close();
    for (const socket of sockets) socket.destroy();
  });

  interface Setting {
    readonly files?: Readonly<Record<string, string>>;
    readonly environment?: Readonly<Record<string, string>>;
    readonly options?: ConnectionOptions;
    readonly clock?: SteppedClock;
  }

  async function clientOf({
    files = {},
    environment = {},
    options = {},
    clock = new SteppedClock(),
  }: Setting): Promise<Client> {
    const readFile = (path: string): Promise<string> => {
      const text = files[path];
      return text === undefined ? Promise.reject(new Error(`no ${path}`)) : Promise.resolve(text);
    };
    const connection = await loadConnection(options, { readFile, environment, clock });
    return createClient({ connection, userAgent: "falco/1", clock });
  }

  const kubeconfig = (user: object, cluster: object = {}): string =>
    JSON.stringify({
      "current-context": "c",
      contexts: [{ name: "c", context: { cluster: "k", user: "u" } }],
      clusters: [
        {
          name: "k",
          cluster: {
            server: `https://127.0.0.1:${String(portOf(server))}`,
            "certificate-authority-data": base64(identity.caPem),
            ...cluster,
          },
        },
      ],
      users: [{ name: "u", user }],
    });

  const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => undefined,
      (error: unknown) => error,
    );

  it("proves who it is by a client certificate, and takes a renewed one up", async () => {
    const clock = new SteppedClock();
    const user = { "client-certificate": "me.crt", "client-key": "me.key" };
    const files = { "/k/config": kubeconfig(user), "/k/me.crt": me.certificatePem, "/k/me.key": me.keyPem };
    const client = await clientOf({ files, environment: { KUBECONFIG: "/k/config" }, clock });
    await client.get(secret, name);
    Object.assign(files, { "/k/me.crt": renewed.certificatePem, "/k/me.key": renewed.keyPem });
    await client.get(secret, name);
    await clock.advance(60_000);
    await client.get(secret, name);
    const path = "GET /api/v1/namespaces/ns/secrets/a";
    expect(seen).to.deep.equal([`me ${path}`, `me ${path}`, `me-renewed ${path}`]);
  });

  it("refuses a server by an authority that it does not trust, unless it is told not to look", async () => {
    const stranger = { "certificate-authority-data": base64(me.caPem) };
    const distrusting = await clientOf({ options: { kubeconfigText: kubeconfig({}, stranger) } });
    expect(await failureOf(distrusting.get(secret, name))).to.include({ status: 0 });
    expect(seen).to.deep.equal([]);
    const careless = { "certificate-authority-data": undefined, "insecure-skip-tls-verify": true };
    const trusting = await clientOf({ options: { kubeconfigText: kubeconfig({}, careless) } });
    expect(await trusting.get(secret, name)).to.deep.equal(object);
  });

  it("looks for the name that the kubeconfig says", async () => {
    for (const [serverName, works] of [
      ["api.garden.test", true],
      ["other.garden.test", false],
    ] as const) {
      const cluster = { "tls-server-name": serverName };
      const client = await clientOf({ options: { kubeconfigText: kubeconfig({}, cluster) } });
      expect((await failureOf(client.get(secret, name))) === undefined).to.equal(works);
    }
  });

  it("goes through the proxy of the environment, requests and watches, with the server's own certificate", async () => {
    answer = (request, response) => {
      const event = { type: "BOOKMARK", object: { ...object, metadata: { name: "", resourceVersion: "7" } } };
      response.end(
        request.url?.includes("watch=true") === true ? `${JSON.stringify(event)}\n` : JSON.stringify(object),
      );
    };
    const HTTPS_PROXY = `http://me:hunter2@127.0.0.1:${String(portOf(proxy))}`;
    const cluster = { server: "https://api.garden.test:6443" };
    const client = await clientOf({
      options: { kubeconfigText: kubeconfig({}, cluster) },
      environment: { HTTPS_PROXY },
    });
    await client.get(secret, name);
    for await (const { type } of client.watch(secret, { resourceVersion: "5", timeoutSeconds: 9 })) {
      expect(type).to.equal("BOOKMARK");
    }
    expect(tunnels).to.deep.equal(Array(2).fill(`api.garden.test:6443 Basic ${base64("me:hunter2")}`));
    expect(seen).to.have.length(2);
  });

  it("does not hide the proxy's password badly: a proxy that is not there is named without it", async () => {
    const environment = { HTTPS_PROXY: "http://me:hunter2@127.0.0.1:1" };
    const cluster = { server: "https://api.garden.test:6443" };
    const client = await clientOf({ options: { kubeconfigText: kubeconfig({}, cluster) }, environment });
    const failure = await failureOf(client.get(secret, name));
    expect(failure).to.include({ status: 0 });
    expect(String(failure)).to.not.contain("hunter2");
  });

  it("goes directly where NO_PROXY says so", async () => {
    const environment = { HTTPS_PROXY: `http://127.0.0.1:${String(portOf(proxy))}`, NO_PROXY: "127.0.0.0/8" };
    const client = await clientOf({ options: { kubeconfigText: kubeconfig({}) }, environment });
    await client.get(secret, name);
    expect([tunnels, seen.length]).to.deep.equal([[], 1]);
  });

  it("goes through the proxy of the kubeconfig, whatever the environment says", async () => {
    const cluster = { "proxy-url": `http://127.0.0.1:${String(portOf(proxy))}` };
    const environment = { HTTPS_PROXY: "http://127.0.0.1:1", NO_PROXY: "*" };
    const client = await clientOf({ options: { kubeconfigText: kubeconfig({}, cluster) }, environment });
    await client.get(secret, name);
    expect(tunnels).to.deep.equal([`127.0.0.1:${String(portOf(server))}`]);
  });

  describe("that may only write while it leads", () => {
    let client: Client;
    let leads: boolean;
    beforeEach(async () => {
      leads = true;
      client = fencedClient(await clientOf({ options: { kubeconfigText: kubeconfig({}) } }), () => leads);
    });

    it("writes on new and on used connections", async () => {
      for (let round = 0; round < 2; round++) await client.patch(secret, name, { body: {} });
      expect(await client.delete(secret, name)).to.equal(true);
      expect(seen).to.have.length(3);
    });

    it("does not send a write whose connection came about too late", async () => {
      server.once("connection", () => {
        leads = false;
      });
      expect(await failureOf(client.patch(secret, name, { body: {} }))).to.be.instanceOf(FencedError);
      expect(seen).to.deep.equal([]);
    });

    it("does not repeat a write that was to wait for its turn", async () => {
      answer = (_request, response) => {
        leads = false;
        response.writeHead(429, { "retry-after": "0" }).end("{}");
      };
      expect(await failureOf(client.update(secret, object))).to.be.instanceOf(FencedError);
      expect(seen).to.have.length(1);
    });
  });
});
