import Counter from "prom-client/lib/counter.js";
import Gauge from "prom-client/lib/gauge.js";
import Histogram from "prom-client/lib/histogram.js";
import Registry from "prom-client/lib/registry.js";
import type { LoopObserver } from "./loop.ts";
import type { Queue } from "./queue.ts";
import type { RequestObserver } from "./requests.ts";

/** The metrics of one process, under controller-runtime's names, so that existing dashboards and alerts fit. */
export interface Metrics {
  readonly contentType: string;
  /** Everything in Prometheus' text format. */
  readonly text: () => Promise<string>;
  /** Counts what a loop does and how its queue stands. Once for each controller. */
  readonly observeLoop: (controller: string, queue: Queue, workers: number) => LoopObserver;
  readonly observeRequest: RequestObserver;
  /** Whether this process leads. */
  readonly setLeader: (lease: string, leads: boolean) => void;
  /** A gauge of the caller's own, read when the metrics are. */
  readonly gauge: (name: string, help: string, read: () => number) => void;
}

// From a millisecond to the deadline of a reconcile.
const seconds = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const requests = new Counter({
    name: "rest_client_requests_total",
    help: "Number of requests to API servers, by status code (0: no answer) and method.",
    labelNames: ["code", "method"],
    registers: [registry],
  });
  const leader = new Gauge({
    name: "leader_election_master_status",
    help: "1 if this process is the leader, else 0.",
    labelNames: ["name"],
    registers: [registry],
  });
  processMetrics(registry);
  const loop = loopMetrics(registry);
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    observeLoop: (controller, queue, workers) => observeLoop(loop, { controller, queue, workers }),
    observeRequest: ({ method, status }) => {
      requests.inc({ code: String(status), method });
    },
    setLeader: (name, leads) => {
      leader.set({ name }, leads ? 1 : 0);
    },
    gauge: (name, help, read) => {
      newGauge(registry, { name, help, read });
    },
  };
}

function newGauge(registry: Registry, { name, help, read }: { name: string; help: string; read: () => number }): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
}

function processMetrics(registry: Registry): void {
  newGauge(registry, {
    name: "process_resident_memory_bytes",
    help: "Resident memory size in bytes.",
    read: () => process.memoryUsage.rss(),
  });
  newGauge(registry, {
    name: "process_cpu_seconds_total",
    help: "Total user and system CPU time spent in seconds.",
    read: () => (process.cpuUsage().user + process.cpuUsage().system) / 1e6,
  });
  newGauge(registry, {
    name: "process_start_time_seconds",
    help: "Start time of the process since the epoch in seconds.",
    read: () => performance.timeOrigin / 1000,
  });
}

type LoopMetrics = ReturnType<typeof loopMetrics>;

function loopMetrics(registry: Registry) {
  const registers = [registry];
  const counter = <T extends string>(name: string, help: string, labelNames: readonly T[]): Counter<T> =>
    new Counter({ name, help, labelNames: [...labelNames], registers });
  const histogram = <T extends string>(name: string, help: string, labelNames: readonly T[]): Histogram<T> =>
    new Histogram({ name, help, labelNames: [...labelNames], buckets: seconds, registers });
  const queues: { readonly name: string; readonly queue: Queue }[] = [];
  const depth: Gauge<"name" | "controller"> = new Gauge({
    name: "workqueue_depth",
    help: "Number of keys that wait, by queue.",
    labelNames: ["name", "controller"],
    registers,
    collect() {
      for (const { name, queue } of queues) this.set({ name, controller: name }, queue.depth);
    },
  });
  const workersGauge = (name: string, help: string): Gauge<"controller"> =>
    new Gauge({ name, help, labelNames: ["controller"], registers });
  return {
    queues,
    depth,
    total: counter("controller_runtime_reconcile_total", "Reconciliations, by result.", ["controller", "result"]),
    errors: counter("controller_runtime_reconcile_errors_total", "Reconciliations that failed.", ["controller"]),
    time: histogram("controller_runtime_reconcile_time_seconds", "Duration of reconciliations.", ["controller"]),
    workers: workersGauge("controller_runtime_max_concurrent_reconciles", "Most reconciliations at a time."),
    active: workersGauge("controller_runtime_active_workers", "Reconciliations at present."),
    adds: counter("workqueue_adds_total", "Keys added to the queue.", ["name", "controller"]),
    retries: counter("workqueue_retries_total", "Keys added again after a failure.", ["name", "controller"]),
    work: histogram("workqueue_work_duration_seconds", "Time from taking a key to being done.", ["name", "controller"]),
  };
}

interface LoopToObserve {
  readonly controller: string;
  readonly queue: Queue;
  readonly workers: number;
}

function observeLoop(metrics: LoopMetrics, { controller, queue, workers }: LoopToObserve): LoopObserver {
  const names = { name: controller, controller };
  metrics.queues.push({ name: controller, queue });
  metrics.workers.set({ controller }, workers);
  for (const result of ["success", "requeue_after", "error"]) metrics.total.inc({ controller, result }, 0);
  queue.onAdd(() => {
    metrics.adds.inc(names);
  });
  return {
    started: () => {
      metrics.active.inc({ controller });
    },
    finished: (_key, result, duration) => {
      metrics.active.dec({ controller });
      metrics.total.inc({ controller, result });
      metrics.time.observe({ controller }, duration);
      metrics.work.observe(names, duration);
    },
    failed: () => {
      metrics.errors.inc({ controller });
      metrics.retries.inc(names);
    },
  };
}
