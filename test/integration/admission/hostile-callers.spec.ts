import { expect } from "chai";
import { once } from "node:events";
import { connect } from "node:net";
import { type Server, startServer } from "../../../admission/server.ts";
import { success } from "../../../falco/base/problem.ts";
import { makePair } from "./certificate.ts";
import { call, jsonHeaders, speak } from "./client.ts";

// Long enough for those who mean well, on a busy machine too.
const limits = { headersMilliseconds: 400, requestMilliseconds: 500, bytes: 1000 };
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

describe("a server among callers that do not mean well", () => {
  let server: Server;
  let ca: string;

  beforeEach(async () => {
    const tls = await makePair("admission");
    ({ ca } = tls);
    const routes = new Map([["/echo", (body: unknown) => Promise.resolve(success({ body }))]]);
    server = await startServer({ routes, tls, host: "127.0.0.1", port: 0, limits, logger: silent });
  });
  afterEach(() => server.stop(0));

  const answers = async (): Promise<number> =>
    (await call({ url: `https://127.0.0.1:${String(server.port)}/echo`, ca, body: "1" })).status;

  const slow: readonly (readonly [string, string, RegExp])[] = [
    ["says nothing", "", /^HTTP\/1\.1 408 /],
    ["never ends its headers", "POST /echo HTTP/1.1\r\nhost: localhost\r\n", /^HTTP\/1\.1 408 /],
    ["never ends its body", `POST /echo HTTP/1.1\r\n${jsonHeaders}\r\n[1`, /^HTTP\/1\.1 408 /],
    ["speaks no HTTP", "who is there?\r\n\r\n", /^HTTP\/1\.1 400 /],
    ["has endless headers", `POST /echo HTTP/1.1\r\nx: ${"x".repeat(100_000)}\r\n`, /^HTTP\/1\.1 431 /],
  ];
  for (const [name, words, answer] of slow) {
    it(`does not keep a connection that ${name}`, async () => {
      const { said } = await speak(server.port, ca, words);
      expect(await said).to.match(answer);
      expect(await answers()).to.equal(200);
    });
  }

  it("lets the largest of too many bodies give way, and takes small ones all the time", async () => {
    const tls = await makePair("full");
    const routes = new Map([["/echo", (body: unknown) => Promise.resolve(success({ body }))]]);
    const common = { tls, host: "127.0.0.1", port: 0, logger: silent };
    const full = await startServer({ routes, ...common, limits: { bytes: 1000, bytesTogether: 2000 } });
    const headers =
      "host: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n";
    const begun = (size: number) =>
      speak(full.port, tls.ca, `POST /echo HTTP/1.1\r\n${headers}\r\n${"1".repeat(size)}`);
    const ask = { url: `https://127.0.0.1:${String(full.port)}/echo`, ca: tls.ca };
    const [large, medium, small] = [await begun(900), await begun(600), await begun(499)];
    expect((await call({ ...ask, body: "12345" })).status).to.equal(200);
    expect(await large.said).to.match(/^HTTP\/1\.1 429 [^]*retry-after: 1\r\n/i);
    medium.socket.write("1".repeat(400));
    small.socket.write("1".repeat(501));
    for (const { said } of [medium, small]) expect(await said).to.match(/^HTTP\/1\.1 200 /);
    await full.stop(0);
  });

  it("takes so many connections and no more", async () => {
    const tls = await makePair("few");
    const few = await startServer({
      ...{ routes: new Map(), tls, host: "127.0.0.1", port: 0, logger: silent },
      limits: { connections: 1 },
    });
    const first = await speak(few.port, tls.ca, "");
    const second: unknown = await speak(few.port, tls.ca, "").catch((error: unknown) => error);
    expect(second).to.be.instanceOf(Error);
    first.socket.destroy();
    await few.stop(0);
  });

  it("does not keep a connection without a handshake", async () => {
    const hasty = await startServer({
      routes: new Map(),
      tls: await makePair("hasty"),
      host: "127.0.0.1",
      port: 0,
      limits: { handshakeMilliseconds: 50 },
      logger: silent,
    });
    await once(connect(hasty.port, "127.0.0.1"), "close");
    await hasty.stop();
  });

  it("answers others while many keep it waiting", async () => {
    const waiting = await Promise.all(
      Array.from({ length: 100 }, () => speak(server.port, ca, "POST /echo HTTP/1.1\r\nhost: ")),
    );
    expect(await answers()).to.equal(200);
    for (const { said } of waiting) expect(await said).to.match(/^HTTP\/1\.1 408 /);
  });

  it("ends although somebody is in the middle of a handshake", async () => {
    const patient = await startServer({
      routes: new Map(),
      tls: await makePair("patient"),
      host: "127.0.0.1",
      port: 0,
      logger: silent,
    });
    const socket = connect(patient.port, "127.0.0.1");
    socket.on("error", () => undefined);
    const closed = once(socket, "close");
    await once(socket, "connect");
    await patient.stop(0);
    await closed;
  });

  it("without a certificate nobody can connect; with one, everybody can", async () => {
    const early = await startServer({
      routes: new Map([["/echo", (body: unknown) => Promise.resolve(success({ body }))]]),
      host: "127.0.0.1",
      port: 0,
      logger: silent,
    });
    const pair = await makePair("late");
    const ask = { url: `https://127.0.0.1:${String(early.port)}/echo`, ca: pair.ca, body: "1" };
    const refused: unknown = await call(ask).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(Error);
    early.useCertificate(pair);
    expect(await call(ask)).to.include({ status: 200, servedBy: "late" });
    await early.stop();
  });
});
