import { expect } from "chai";
import { joinObservers } from "../../../kube/join-observers.ts";
import type { RunResult } from "../../../kube/loop.ts";
import { createMetricSet } from "../../../kube/metrics.ts";
import { Queue } from "../../../kube/queue.ts";
import { RunTimes } from "../../../kube/run-times.ts";
import { createMetrics } from "../../../kube/runtime-metrics.ts";
import { SteppedClock } from "../../support/clock.ts";

function measured() {
  const metrics = createMetrics();
  const queue = new Queue();
  const clock = new SteppedClock();
  const runs = new RunTimes(clock);
  const observer = joinObservers([
    metrics.measureLoop({ name: "extension", queue, workers: 5, runs, clock }),
    runs.observer,
  ]);
  const lines = async (): Promise<readonly string[]> => (await metrics.text()).split("\n");
  return { metrics, queue, clock, runs, observer, lines };
}

describe("createMetrics", () => {
  it("tells of queues under the names of client-go", async () => {
    const { queue, clock, observer, lines } = measured();
    for (const [key, due] of [
      ["a", 0],
      ["a", 0],
      ["b", 0],
      ["later", 60_000],
    ] as const) {
      queue.add(key, due);
    }
    const key = queue.next(0) ?? "";
    observer.started?.(key, 0.5);
    await clock.advance(2_000);
    const labels = '{name="extension",controller="extension"}';
    expect(await lines()).to.include.members([
      `workqueue_depth${labels} 1`,
      `workqueue_adds_total${labels} 3`,
      `workqueue_queue_duration_seconds_sum${labels} 0.5`,
      `workqueue_unfinished_work_seconds${labels} 2`,
      `workqueue_longest_running_processor_seconds${labels} 2`,
      'controller_runtime_max_concurrent_reconciles{controller="extension"} 5',
      'controller_runtime_active_workers{controller="extension"} 1',
    ]);
    queue.done(key);
    observer.finished?.(key, "success", 2);
    expect(await lines()).to.include.members([
      `workqueue_unfinished_work_seconds${labels} 0`,
      `workqueue_work_duration_seconds_sum${labels} 2`,
      'controller_runtime_active_workers{controller="extension"} 0',
      'controller_runtime_reconcile_time_seconds_sum{controller="extension"} 2',
    ]);
  });

  const results: readonly (readonly [RunResult, string | undefined, errors: number, terminal: number])[] = [
    ["success", "success", 0, 0],
    ["requeue_after", "requeue_after", 0, 0],
    ["error", "error", 1, 0],
    ["stalled", "error", 1, 1],
    ["broken_off", undefined, 0, 0],
  ];
  for (const [result, counted, errors, terminal] of results) {
    it(`counts a run that ends as ${result} under the names of controller-runtime`, async () => {
      const { observer, lines } = measured();
      observer.started?.("a", 0);
      observer.finished?.("a", result, 0.2);
      if (result === "error") observer.failed?.("a", new Error("x"), 5);
      const all = await lines();
      for (const each of ["success", "requeue", "requeue_after", "error"]) {
        const line = `controller_runtime_reconcile_total{controller="extension",result="${each}"}`;
        expect(all).to.include(`${line} ${each === counted ? "1" : "0"}`);
      }
      expect(all).to.include(`controller_runtime_reconcile_errors_total{controller="extension"} ${String(errors)}`);
      expect(all).to.include(
        `controller_runtime_terminal_reconcile_errors_total{controller="extension"} ${String(terminal)}`,
      );
      const retries = all.find((line) => line.startsWith("workqueue_retries_total{"));
      expect(retries?.endsWith(" 1") === true).to.equal(result === "error");
    });
  }

  it("counts requests, and says who leads", async () => {
    const { metrics, lines } = measured();
    metrics.observeRequest({ method: "GET", status: 200, host: "api:443" });
    metrics.observeRequest({ method: "PATCH", status: 0, host: "api:443" });
    let leads = true;
    metrics.showLeader("falco", () => leads);
    expect(await lines()).to.include.members([
      'rest_client_requests_total{code="200",method="GET",host="api:443"} 1',
      'rest_client_requests_total{code="<error>",method="PATCH",host="api:443"} 1',
      'leader_election_master_status{name="falco"} 1',
    ]);
    leads = false;
    expect(await lines()).to.include('leader_election_master_status{name="falco"} 0');
  });

  it("passes outcomes on to all observers", () => {
    const seen: string[] = [];
    const observer = joinObservers([
      { outcome: (key, { kind }) => seen.push(`${key} ${kind}`) },
      { outcome: (key) => seen.push(key) },
      {},
    ]);
    observer.outcome?.("a", { kind: "done" });
    expect(seen).to.deep.equal(["a done", "a"]);
  });
});

describe("createMetricSet", () => {
  it("tells of the process and of Node", async () => {
    const text = await createMetricSet().text();
    for (const name of [
      "process_resident_memory_bytes",
      "process_cpu_seconds_total",
      "process_start_time_seconds",
      "process_open_fds",
      "process_max_fds",
      "nodejs_eventloop_lag_p99_seconds",
      "nodejs_heap_size_used_bytes",
      "nodejs_version_info",
    ]) {
      expect(text).to.match(new RegExp(`^${name}[ {]`, "m"));
    }
  });

  it("forgets the labels of a gauge that are gone", async () => {
    const set = createMetricSet();
    const states = new Map([["Error", 1]]);
    set.gauge({ name: "own", help: "Ours.", labels: ["state"] }, () =>
      [...states].map(([state, value]) => ({ labels: { state }, value })),
    );
    expect(await set.text()).to.contain('own{state="Error"} 1');
    states.clear();
    expect(await set.text()).to.not.contain("own{");
  });
});

describe("a metric", () => {
  it("without labels vanishes while it has no value", async () => {
    const set = createMetricSet();
    const values: number[] = [];
    set.gauge({ name: "own", help: "Ours." }, () => values.map((value) => ({ value })));
    expect(await set.text()).to.not.match(/^own /m);
    values.push(5);
    expect(await set.text()).to.match(/^own 5$/m);
    values.pop();
    expect(await set.text()).to.not.match(/^own /m);
  });

  it("may have buckets of its own", async () => {
    const set = createMetricSet();
    set.histogram({ name: "own", help: "Ours.", buckets: [0.5, 1] })({}, 0.7);
    const lines = (await set.text()).split("\n").filter((line) => line.startsWith("own_bucket"));
    expect(lines).to.deep.equal(['own_bucket{le="0.5"} 0', 'own_bucket{le="1"} 1', 'own_bucket{le="+Inf"} 1']);
  });
});

describe("RunTimes", () => {
  it("knows what runs and for how long", async () => {
    const clock = new SteppedClock();
    const runs = new RunTimes(clock);
    expect([runs.keys, runs.longestSeconds, runs.totalSeconds]).to.deep.equal([[], 0, 0]);
    runs.observer.started?.("a", 0);
    await clock.advance(1_000);
    runs.observer.started?.("b", 0);
    await clock.advance(1_000);
    expect([runs.keys, runs.longestSeconds, runs.totalSeconds]).to.deep.equal([["a", "b"], 2, 3]);
    runs.observer.finished?.("a", "success", 2);
    expect([runs.keys, runs.longestSeconds]).to.deep.equal([["b"], 1]);
  });
});
