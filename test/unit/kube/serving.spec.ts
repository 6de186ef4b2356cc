import { expect } from "chai";
import { startHealthServer } from "../../../kube/health.ts";
import { serve } from "../../../kube/serve.ts";
import { type LogLine, recordingLogger } from "../../support/recording-logger.ts";

describe("startHealthServer", () => {
  it("answers probes with what the checks say, and metrics", async () => {
    const troubles: string[] = [];
    const server = await startHealthServer({
      host: "127.0.0.1",
      port: 0,
      live: {},
      ready: { watch: () => troubles[0], other: () => undefined },
      metrics: { contentType: "text/x", text: () => Promise.resolve("m 1\n") },
    });
    const get = async (path: string): Promise<string> => {
      const response = await fetch(`http://127.0.0.1:${String(server.port)}${path}`);
      return `${String(response.status)} ${await response.text()}`;
    };
    expect(await get("/healthz")).to.equal("200 ok\n");
    expect(await get("/readyz?verbose")).to.equal("200 ok\n");
    troubles.push("no list yet");
    expect(await get("/readyz")).to.equal("503 watch: no list yet\n");
    expect(await get("/healthz")).to.equal("200 ok\n");
    expect(await get("/metrics")).to.equal("200 m 1\n");
    expect(await get("/")).to.equal("404 ");
    await server.stop();
  });
});

describe("serve", () => {
  const anyPort = { host: "127.0.0.1", port: 0 };
  const metrics = { contentType: "text/x", text: () => Promise.resolve("m 1\n") };

  it("serves what has an address, until it is stopped", async () => {
    const lines: LogLine[] = [];
    const served = { live: {}, ready: {}, metrics, logger: recordingLogger(lines, () => undefined) };
    const stopNothing = await serve({}, served);
    expect(lines).to.deep.equal([]);
    await stopNothing();
    const stop = await serve({ health: anyPort, metrics: anyPort }, served);
    expect(lines.map(({ message }) => message)).to.deep.equal(["health is served", "metrics are served"]);
    const [health = "", numbers = ""] = lines.map(({ fields }) => `http://127.0.0.1:${String(fields["port"])}`);
    expect(await (await fetch(`${health}/healthz`)).text()).to.equal("ok\n");
    expect(await (await fetch(`${numbers}/metrics`)).text()).to.equal("m 1\n");
    await stop();
    expect(String(await fetch(health).catch((error: unknown) => error))).to.contain("fetch failed");
    const [port] = lines.map(({ fields }) => Number(fields["port"]));
    // Nothing of it goes on when a part cannot be had.
    const taken = await startHealthServer(anyPort);
    const failed: unknown = await serve(
      { health: { ...anyPort, port: port ?? 0 }, metrics: { ...anyPort, port: taken.port } },
      served,
    ).catch((error: unknown) => error);
    expect(failed).to.have.property("code", "EADDRINUSE");
    expect(String(await fetch(health).catch((error: unknown) => error))).to.contain("fetch failed");
    await taken.stop();
  });
});
