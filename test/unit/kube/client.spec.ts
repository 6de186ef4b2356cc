import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import type { Client, WatchEvent } from "../../../kube/client.ts";
import { ApiError } from "../../../kube/errors.ts";
import { resource } from "../../../kube/objects.ts";
import { createClient } from "../../../kube/rest-client.ts";
import { SteppedClock } from "../../support/clock.ts";

const secret = resource("v1", "Secret");
const extension = resource("extensions.gardener.cloud/v1alpha1", "Extension");
const name = { namespace: "ns", name: "a" };
const object = { apiVersion: "v1", kind: "Secret", metadata: name };
const path = "/api/v1/namespaces/ns/secrets";

interface Received {
  readonly line: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

describe("createClient, on the wire", () => {
  let server: Server;
  let client: Client;
  let received: Received[];
  let respond: (response: ServerResponse, line: string) => void;

  beforeEach(async () => {
    received = [];
    respond = (response) => response.end(JSON.stringify(object));
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        const line = `${request.method ?? ""} ${request.url ?? ""}`;
        received.push({ line, headers: request.headers, body });
        respond(response, line);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    client = createClient({
      connection: {
        server: new URL(`http://127.0.0.1:${String(port)}/prefix/`),
        insecure: false,
        namespace: "default",
        credentials: () => Promise.resolve({ authorization: "Bearer t" }),
      },
      userAgent: "falco/1",
      clock: new SteppedClock(),
    });
  });

  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  const status =
    (code: number, reason: string) =>
    (response: ServerResponse): unknown =>
      response.writeHead(code).end(JSON.stringify({ kind: "Status", code, reason, message: "no" }));

  async function failure(promise: Promise<unknown>): Promise<ApiError> {
    const error: unknown = await promise.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error instanceof ApiError) return error;
    throw new Error(`not an ApiError: ${String(error)}`);
  }

  const shapes: readonly (readonly [
    string,
    (client: Client) => Promise<unknown>,
    Partial<Received> & { type?: string },
  ])[] = [
    ["get", (to) => to.get(secret, name), { line: `GET /prefix${path}/a`, body: "" }],
    ["create", (to) => to.create(secret, object), { line: `POST /prefix${path}`, body: JSON.stringify(object) }],
    [
      "create of a subresource",
      (to) => to.create(resource("v1", "ServiceAccount"), object, { subresource: "token" }),
      { line: "POST /prefix/api/v1/namespaces/ns/serviceaccounts/a/token" },
    ],
    ["update", (to) => to.update(secret, object), { line: `PUT /prefix${path}/a`, type: "application/json" }],
    [
      "patch",
      (to) => to.patch(extension, name, { body: { status: {} }, subresource: "status", fieldManager: "f" }),
      {
        line: "PATCH /prefix/apis/extensions.gardener.cloud/v1alpha1/namespaces/ns/extensions/a/status?fieldManager=f",
        body: '{"status":{}}',
        type: "application/merge-patch+json",
      },
    ],
    [
      "patch by steps",
      (to) => to.patch(secret, name, { body: [{ op: "remove", path: "/data/a" }] }),
      {
        line: `PATCH /prefix${path}/a`,
        type: "application/json-patch+json",
        body: '[{"op":"remove","path":"/data/a"}]',
      },
    ],
    [
      "apply",
      (to) => to.apply(secret, object, { fieldManager: "f", force: true }),
      { line: `PATCH /prefix${path}/a?fieldManager=f&force=true`, type: "application/apply-patch+yaml" },
    ],
    [
      "delete",
      (to) => to.delete(secret, name, { uid: "u", propagation: "Foreground" }),
      {
        line: `DELETE /prefix${path}/a`,
        body: '{"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"uid":"u"},"propagationPolicy":"Foreground"}',
      },
    ],
    [
      "text",
      (to) => to.text("/api/v1/namespaces/ns/pods/a/log?tailLines=5"),
      { line: "GET /prefix/api/v1/namespaces/ns/pods/a/log?tailLines=5" },
    ],
  ];
  for (const [title, send, { type, ...expected }] of shapes) {
    it(title, async () => {
      await send(client);
      expect(received).to.have.length(1);
      expect(received[0]).to.include(expected);
      expect(received[0]?.headers).to.include({ authorization: "Bearer t", "user-agent": "falco/1" });
      if (type !== undefined) expect(received[0]?.headers["content-type"]).to.equal(type);
    });
  }

  it("gives undefined for what is not there, and takes that for deleted", async () => {
    respond = status(404, "NotFound");
    expect(await client.get(secret, name)).to.equal(undefined);
    expect(await client.delete(secret, name)).to.equal(false);
    expect((await failure(client.patch(secret, name, { body: {} }))).status).to.equal(404);
  });

  it("lists page by page", async () => {
    respond = (response) =>
      response.end(
        JSON.stringify({ metadata: { resourceVersion: "9", continue: "next" }, items: [{ metadata: name }] }),
      );
    const page = await client.list(secret, { namespace: "ns", limit: 1, continue: "a b", labelSelector: "x=y" });
    expect(page).to.deep.equal({ items: [object], resourceVersion: "9", continue: "next" });
    expect(received[0]?.line).to.equal(`GET /prefix${path}?labelSelector=x%3Dy&limit=1&continue=a%20b`);
  });

  it("does not quote an answer that is not JSON", async () => {
    respond = (response) => response.end('{"data": hunter2');
    const error = await failure(client.get(secret, name));
    expect(error.message).to.equal(`GET ${path}/a: the answer is not JSON (16 characters)`);
  });

  it("fails when the connection breaks within an answer", async () => {
    respond = (response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("{", () => response.destroy());
    };
    expect((await failure(client.get(secret, name))).status).to.equal(0);
  });

  it("repeats a read over a connection that the server had closed, but no write", async () => {
    await client.get(secret, name);
    let first = true;
    respond = (response) => {
      if (!first) return response.end(JSON.stringify(object));
      first = false;
      return response.destroy();
    };
    expect((await client.get(secret, name))?.kind).to.equal("Secret");
    expect(received).to.have.length(3);
    first = true;
    expect((await failure(client.update(secret, object))).status).to.equal(0);
  });

  describe("watch", () => {
    const options = { namespace: "ns", resourceVersion: "5", timeoutSeconds: 300 };
    const line = (type: string, fields: object): string => `${JSON.stringify({ type, object: fields })}\n`;

    async function watch(signal?: AbortSignal): Promise<{ events: WatchEvent[]; error: unknown }> {
      const events: WatchEvent[] = [];
      try {
        for await (const event of client.watch(secret, { ...options, signal })) events.push(event);
      } catch (error) {
        return { events, error };
      }
      return { events, error: undefined };
    }

    it("yields events until the server ends it", async () => {
      const bookmark = { kind: "Secret", apiVersion: "v1", metadata: { resourceVersion: "8" } };
      respond = (response) => {
        response.write(line("ADDED", object) + line("MODIFIED", object).slice(0, 20));
        response.end(line("MODIFIED", object).slice(20) + line("DELETED", object) + line("BOOKMARK", bookmark));
      };
      const { events, error } = await watch();
      expect(error).to.equal(undefined);
      expect(events.map(({ type }) => type)).to.deep.equal(["ADDED", "MODIFIED", "DELETED", "BOOKMARK"]);
      expect(received[0]?.line).to.equal(
        `GET /prefix${path}?watch=true&allowWatchBookmarks=true&resourceVersion=5&timeoutSeconds=300`,
      );
    });

    it("tells that it is open before there is anything to say, but not if it is refused", async () => {
      const stop = new AbortController();
      const opened = (): void => {
        stop.abort(new Error("open"));
      };
      respond = (response) => {
        response.flushHeaders();
      };
      const next = (): Promise<unknown> =>
        client
          .watch(secret, { ...options, signal: stop.signal, opened })
          [Symbol.asyncIterator]()
          .next();
      expect(String(await next().catch((error: unknown) => error))).to.equal("Error: open");
      respond = status(503, "ServiceUnavailable");
      let isOpen = false;
      const refused = client.watch(secret, { ...options, opened: () => (isOpen = true) });
      await failure(refused[Symbol.asyncIterator]().next());
      expect(isOpen).to.equal(false);
    });

    it("throws an ERROR event", async () => {
      respond = (response) =>
        response.end(line("ADDED", object) + line("ERROR", { kind: "Status", code: 410, reason: "Expired" }));
      const { events, error } = await watch();
      expect(events).to.have.length(1);
      expect(error).to.include({ status: 410, reason: "Expired" });
    });

    it("throws when it is refused", async () => {
      respond = status(410, "Gone");
      expect((await watch()).error).to.include({ status: 410 });
    });

    it("throws after a disconnect, also within a line", async () => {
      respond = (response) => {
        response.write(line("ADDED", object) + '{"type":', () => response.destroy());
      };
      const { events, error } = await watch();
      expect(events).to.have.length(1);
      expect(error).to.include({ status: 0 });
    });

    it("ends when its signal aborts", async () => {
      const stop = new AbortController();
      respond = (response) => {
        response.write(line("ADDED", object), () => {
          stop.abort(new Error("enough"));
        });
      };
      expect(String((await watch(stop.signal)).error)).to.equal("Error: enough");
    });
  });
});
