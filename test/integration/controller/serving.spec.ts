import { expect } from "chai";
import { createMetrics } from "../../../kube/runtime-metrics.ts";
import { resource } from "../../../kube/objects.ts";
import { SeedCluster } from "../../support/seed-cluster.ts";

const namespace = "shoot--local--served";
const anyPort = { host: "127.0.0.1", port: 0 };
const serving = { health: anyPort, metrics: anyPort };
const heartbeat = { namespace: "garden", everySeconds: 30 };
const beatLease = { namespace: "garden", name: "gardener-extension-heartbeat" };

describe("what a controller serves", () => {
  let seed: SeedCluster;
  beforeEach(async () => {
    seed = await SeedCluster.start();
  });
  afterEach(() => seed.stop());

  /** Status and body of an endpoint, wherever it is served. */
  async function get(of: "health" | "metrics", path: string): Promise<string> {
    const message = of === "health" ? "health is served" : "metrics are served";
    await seed.until(message, () => seed.log.some((line) => line.message === message));
    const port = seed.log.find((line) => line.message === message)?.fields["port"];
    const response = await fetch(`http://127.0.0.1:${String(port)}${path}`);
    return `${String(response.status)} ${await response.text()}`;
  }

  const beatAt = async (): Promise<unknown> =>
    (await seed.client.get(resource("coordination.k8s.io/v1", "Lease"), beatLease))?.["spec"];

  it("is ready once it knows everything, and tells before what is missing", async () => {
    seed.fault = ({ method, path }) =>
      method === "GET" && path.includes("/managedresources") ? { status: 503 } : undefined;
    const starting = seed.startController({ serving });
    expect(await get("health", "/healthz")).to.equal("200 ok\n");
    expect(await get("health", "/readyz")).to.match(/^503 informer-sync: not listed yet: .*targets/);
    seed.fault = () => undefined;
    const controller = await starting;
    expect(await get("health", "/readyz")).to.equal("200 ok\n");
    await controller.stop();
    const gone: unknown = await get("health", "/readyz").catch((error: unknown) => error);
    expect(String(gone)).to.contain("fetch failed");
  });

  it("stops although it never came to know everything", async () => {
    seed.fault = ({ path }) => (path.includes("/falcoprofiles") ? { status: 503 } : undefined);
    const stop = new AbortController();
    const starting = seed.startController({ serving, signal: stop.signal });
    expect(await get("health", "/readyz")).to.contain("profiles");
    stop.abort();
    expect(await (await starting).ended).to.deep.equal({ kind: "stopped" });
  });

  it("says at once when it cannot serve", async () => {
    await seed.startController({ serving });
    const { port = 0 } = seed.log.find(({ message }) => message === "health is served")?.fields ?? {};
    const taken = { ...anyPort, port: Number(port) };
    for (const wanted of [{ health: taken }, { ...serving, metrics: taken }]) {
      const metrics = createMetrics();
      const failure: unknown = await seed
        .startController({ serving: wanted, metrics })
        .catch((error: unknown) => error);
      expect(String(failure)).to.contain("EADDRINUSE");
    }
  });

  it("without contact it is not ready and its heart does not beat, until contact is there again", async () => {
    await seed.startController({ serving, heartbeat, metrics: createMetrics() });
    await seed.until("a heartbeat", () => logged("the heartbeat is written"));
    const before = await beatAt();
    seed.fault = () => "destroy";
    seed.cutWatches();
    await seed.until("the watches have failed", () => failures() >= 7);
    seed.clock.jump(121_000);
    await seed.until("no heartbeat", () => logged("no heartbeat: work is held up"));
    expect(await get("health", "/readyz")).to.match(/^503 api-server: no contact .*: extensions, clusters, /);
    expect(await get("health", "/healthz")).to.equal("200 ok\n");
    const text = await get("metrics", "/metrics");
    expect(text).to.match(/falco_extension_store_out_of_contact_seconds\{store="extensions"\} 12\d\./);
    expect(await beatAt()).to.deep.equal(before);
    seed.fault = () => undefined;
    seed.clock.jump(60_000);
    await untilReady();
    seed.clock.jump(30_000);
    await seed.until("the heart beats", () => logged("the heartbeat goes on"));
    await seed.until("it is written", () => seed.log.at(-1)?.message === "the heartbeat is written");
    expect(await beatAt()).to.not.deep.equal(before);
  });

  /** The watches are open again after a few turns of the event loop; each question is one. */
  async function untilReady(): Promise<void> {
    for (let turn = 0; turn < 500; turn++) if ((await get("health", "/readyz")) === "200 ok\n") return;
    throw new Error("it is not ready");
  }

  const failures = (): number => seed.log.filter(({ message }) => message.startsWith("a watch failed")).length;
  const logged = (message: string): boolean => seed.log.some((line) => line.message === message);

  it("with a run that does not end it is not alive, and its heart does not beat", async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isHeld = false;
    seed.fault = async ({ method, path }) => {
      if (method !== "POST" || isHeld || path.includes("/leases")) return undefined;
      isHeld = true;
      await released;
      return undefined;
    };
    const controller = await seed.startController({ serving, heartbeat: { ...heartbeat, everySeconds: 300 } });
    await seed.addShoot(namespace);
    await seed.deploy(namespace);
    await seed.until("a request hangs", () => isHeld);
    seed.clock.jump(241_000);
    expect(await get("health", "/healthz")).to.match(/^503 runs: a run has taken 24\d s and does not end/);
    expect(controller.unfinished()).to.include(`${namespace}/shoot-falco-service`);
    release();
    seed.clock.jump(60_000);
    await seed.untilState(namespace, "Create/Succeeded");
    expect(await get("health", "/healthz")).to.equal("200 ok\n");
  });

  it("tells what it has done in numbers, without naming clusters or secrets", async () => {
    const metrics = createMetrics();
    await seed.startController({ serving, heartbeat, metrics });
    await seed.bringUp(namespace);
    await seed.until("a heartbeat", () => logged("the heartbeat is written"));
    const text = await get("metrics", "/metrics");
    for (const line of [
      /^controller_runtime_reconcile_total\{controller="reconcile",result="requeue_after"\} [1-9]/m,
      /^controller_runtime_reconcile_total\{controller="health",result="\w+"\} \d/m,
      /^workqueue_depth\{name="reconcile",controller="reconcile"\} 0$/m,
      /^workqueue_queue_duration_seconds_count\{name="reconcile",controller="reconcile"\} [1-9]/m,
      /^falco_extension_extensions\{state="Succeeded"\} 1$/m,
      /^falco_extension_extensions\{state="Error"\} 0$/m,
      /^falco_extension_store_objects\{store="profiles"\} 1$/m,
      /^falco_extension_store_out_of_contact_seconds\{store="clusters"\} 0$/m,
      /^falco_extension_falco_versions\{classification="supported"\} [1-9]/m,
      /^falco_extension_heartbeat_timestamp_seconds \d+/m,
    ]) {
      expect(text).to.match(line);
    }
    expect(text).to.not.contain("shoot--").and.not.contain("Bearer");
  });
});
