import { expect } from "chai";
import { startHealthServer } from "../../../kube/health.ts";

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
