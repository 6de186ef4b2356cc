import { expect } from "chai";
import { startHealthServer } from "../../../kube/health.ts";
import { createMetrics } from "../../../kube/metrics.ts";
import { Queue } from "../../../kube/queue.ts";

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

describe("createMetrics", () => {
  it("counts under controller-runtime's names", async () => {
    const metrics = createMetrics();
    const queue = new Queue();
    const observer = metrics.observeLoop("extension", queue, 5);
    queue.add("a", 0);
    queue.add("b", 0);
    observer.started?.("a");
    observer.finished?.("a", "error", 0.2);
    observer.failed?.("a", new Error("x"), 5);
    observer.started?.("b");
    metrics.observeRequest({ method: "GET", status: 200 });
    metrics.setLeader("falco", true);
    metrics.gauge("own", "Ours.", () => 7);
    const text = await metrics.text();
    for (const line of [
      'controller_runtime_reconcile_total{controller="extension",result="error"} 1',
      'controller_runtime_reconcile_total{controller="extension",result="success"} 0',
      'controller_runtime_reconcile_errors_total{controller="extension"} 1',
      'controller_runtime_reconcile_time_seconds_count{controller="extension"} 1',
      'controller_runtime_max_concurrent_reconciles{controller="extension"} 5',
      'controller_runtime_active_workers{controller="extension"} 1',
      'workqueue_depth{name="extension",controller="extension"} 2',
      'workqueue_adds_total{name="extension",controller="extension"} 2',
      'workqueue_retries_total{name="extension",controller="extension"} 1',
      'rest_client_requests_total{code="200",method="GET"} 1',
      'leader_election_master_status{name="falco"} 1',
      "own 7",
    ]) {
      expect(text.split("\n")).to.include(line);
    }
    expect(text).to.match(/^process_resident_memory_bytes \d+$/m);
  });
});
