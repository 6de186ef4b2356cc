import { expect } from "chai";
import { Agent } from "node:https";
import type { Logger } from "../../../kube/logger.ts";
import type { ExchangeObserver, Route } from "../../../admission/exchange.ts";
import { type Server, startServer } from "../../../admission/server.ts";
import { failure, problem, success } from "../../../falco/base/problem.ts";
import { makePair } from "./certificate.ts";
import { call, type Answer, type Call, jsonHeaders, speak } from "./client.ts";
import { systemClock } from "../../../kube/clock.ts";

/** Something that a test waits for. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe("startServer", () => {
  let server: Server;
  let ca: string;
  let logged: string[];
  const echo: Route = (body) => Promise.resolve(success({ body }));

  async function start(route: Route = echo, observer?: ExchangeObserver): Promise<void> {
    logged = [];
    const line = (message: string): void => void logged.push(message);
    const logger: Logger = { debug: () => undefined, info: line, warn: line, error: line };
    const tls = await makePair("first");
    ({ ca } = tls);
    const routes = new Map([["/echo", route]]);
    const limits = { bytes: 1000 };
    server = await startServer({ routes, tls, host: "127.0.0.1", port: 0, limits, observer, logger });
  }

  const post = (fields: Partial<Call> = {}): Promise<Answer> =>
    call({ url: `https://127.0.0.1:${String(server.port)}/echo`, ca, ...fields });

  afterEach(() => server.stop());

  it("answers JSON with JSON", async () => {
    await start();
    const { status, headers, text } = await post({ body: '{"a":"ü"}' });
    expect(status).to.equal(200);
    expect(headers).to.include({ "content-type": "application/json" });
    expect(JSON.parse(text)).to.deep.equal({ body: { a: "ü" } });
  });

  const refusals: readonly [string, Partial<Call> & { path?: string }, number, string][] = [
    ["an unknown path", { path: "/webhooks/other" }, 404, "/webhooks/other"],
    ["another method", { method: "GET" }, 405, "POST"],
    ["another content type", { headers: { "content-type": "text/plain" } }, 415, "application/json"],
    ["a compressed body", { headers: { "content-encoding": "gzip" } }, 415, "compressed"],
    ["no JSON", { body: "{" }, 400, "not JSON"],
    ["an empty body", { body: "" }, 400, "not JSON"],
    [
      "a body that grows too large",
      { body: Buffer.alloc(200_000), headers: { "transfer-encoding": "chunked" } },
      413,
      "1000",
    ],
    ["a body that says it is too large", { headersOnly: true, headers: { "content-length": 1001 } }, 413, "1000"],
  ];
  for (const [name, { path = "/echo", ...fields }, status, text] of refusals) {
    it(`refuses ${name}`, async () => {
      await start();
      const answer = await post({ url: `https://127.0.0.1:${String(server.port)}${path}`, ...fields });
      expect(answer.status).to.equal(status);
      expect(answer.text).to.contain(text);
      expect((await post({ body: "[]" })).status, "and serves on").to.equal(200);
    });
  }

  it("answers 400 to what a route cannot read, and 500 without details when it breaks", async () => {
    await start(() => Promise.resolve(failure([problem("FIELD_REQUIRED", "request.uid", "This field is required.")])));
    expect(await post({ body: "{}" })).to.deep.include({
      status: 400,
      text: "request.uid: This field is required. (FIELD_REQUIRED)",
    });
    await server.stop();
    await start(() => Promise.reject(new Error("hunter2")));
    const { status, text } = await post({ body: "{}" });
    expect(status).to.equal(500);
    expect(text).to.not.contain("hunter2");
    expect(logged).to.deep.equal(["a request could not be answered"]);
  });

  it("leaves a route the time that the caller still waits", async () => {
    const given: number[] = [];
    let ahead = 0;
    const clock = { ...systemClock, monotonic: () => (ahead += 1_500) };
    const tls = await makePair("first");
    ({ ca } = tls);
    const route: Route = (body, seconds) => {
      given.push(seconds);
      return Promise.resolve(success({ body }));
    };
    const routes = new Map([["/echo", route]]);
    const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
    server = await startServer({ routes, tls, host: "127.0.0.1", port: 0, clock, logger: silent });
    for (const query of ["", "?timeout=5s", "?timeout=30s", "?timeout=1s"]) {
      await post({ url: `https://127.0.0.1:${String(server.port)}/echo${query}`, body: "1" });
    }
    expect(given).to.deep.equal([6.5, 2.5, 6.5, 0]);
  });

  it("survives callers that go away in the middle", async () => {
    await start();
    const gone = post({ headersOnly: true, headers: { "content-length": 10, expect: "nothing" } }).catch(
      () => undefined,
    );
    await gone;
    expect((await post({ body: "[]" })).status).to.equal(200);
  });

  it("shows a new certificate to new connections and keeps those that are open", async () => {
    await start();
    const agent = new Agent({ ca, keepAlive: true, maxSockets: 1 });
    expect((await post({ body: "1", agent })).servedBy).to.equal("first");
    const second = await makePair("second");
    server.useCertificate(second);
    expect((await post({ body: "2", agent })).servedBy, "the open connection").to.equal("first");
    agent.destroy();
    expect((await post({ body: "3", ca: second.ca })).servedBy).to.equal("second");
    const refused = await post({ body: "4" }).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(Error);
  });

  it("keeps the pair it has when a new one does not fit together", async () => {
    await start();
    const [one, other] = await Promise.all([makePair("one"), makePair("other")]);
    expect(() => {
      server.useCertificate({ certificate: one.certificate, key: other.key });
    }).to.throw(/key/i);
    expect((await post({ body: "1" })).servedBy).to.equal("first");
  });

  it("ends each connection with its next answer once it drains, and still takes new ones", async () => {
    await start();
    const agent = new Agent({ ca, keepAlive: true });
    expect((await post({ body: "1", agent })).headers).to.include({ connection: "keep-alive" });
    server.drain();
    for (const body of ["2", "3"]) {
      expect((await post({ body, agent })).headers).to.include({ connection: "close" });
    }
  });

  it("tells of requests to routes, and of those whose caller went away", async () => {
    const seen: string[] = [];
    const arrived = gate();
    const gone = gate();
    await start(echo, {
      started: (path) => {
        seen.push(path);
        if (seen.length > 4) arrived.open();
      },
      finished: (_path, { status, seconds }) => {
        expect(seconds).to.be.within(0, 20);
        seen.push(String(status));
        if (status === undefined) gone.open();
      },
    });
    await post({ body: "1" });
    await post({ body: "{" });
    await post({ url: `https://127.0.0.1:${String(server.port)}/anything`, body: "1" });
    expect(seen).to.deep.equal(["/echo", "200", "/echo", "400"]);
    const { socket } = await speak(server.port, ca, `POST /echo HTTP/1.1\r\n${jsonHeaders}\r\n[`);
    await arrived.opened;
    socket.destroy();
    await gone.opened;
    expect(seen.slice(4)).to.deep.equal(["/echo", "undefined"]);
  });

  it("finishes the requests that are under way when it stops, and takes no new ones", async () => {
    const arrived = gate();
    const release = gate();
    await start(async (body) => {
      arrived.open();
      await release.opened;
      return success({ body });
    });
    const agent = new Agent({ ca, keepAlive: true });
    const answer = post({ body: "1", agent });
    await arrived.opened;
    const stopped = server.stop();
    const refused = await post({ body: "2" }).catch((error: unknown) => error);
    expect(refused).to.have.property("code", "ECONNREFUSED");
    release.open();
    expect(await answer).to.deep.include({ status: 200, text: '{"body":1}' });
    expect((await answer).headers).to.include({ connection: "close" });
    await stopped;
  });

  it("does not wait longer than its grace", async () => {
    const arrived = gate();
    await start(() => {
      arrived.open();
      return new Promise(() => undefined);
    });
    const answer = post({ body: "1" }).catch((error: unknown) => error);
    await arrived.opened;
    await server.stop(0);
    expect(await answer).to.be.instanceOf(Error);
  });

  it("says when its port is taken", async () => {
    await start();
    const options = {
      routes: new Map<string, Route>(),
      tls: await makePair("x"),
      host: "127.0.0.1",
      port: server.port,
    };
    const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
    const error: unknown = await startServer({ ...options, logger: silent }).catch((each: unknown) => each);
    expect(error).to.have.property("code", "EADDRINUSE");
  });
});
