import type { Clock } from "./clock.ts";
import type { LoopObserver } from "./loop.ts";
import { createMetricSet, type MetricSet, type Sample } from "./metrics.ts";
import type { Queue } from "./queue.ts";
import type { RequestObserver } from "./requests.ts";
import type { RunTimes } from "./run-times.ts";

/** A loop whose work is to be measured; its name stands for what controller-runtime calls a controller. */
interface LoopToMeasure {
  readonly name: string;
  readonly queue: Queue;
  readonly workers: number;
  readonly runs: RunTimes;
  readonly clock: Clock;
}

/**
 * The metrics of one process, under the names of controller-runtime and client-go, so that existing dashboards and alerts fit:
 * https://book.kubebuilder.io/reference/metrics-reference.
 */
export interface RuntimeMetrics extends MetricSet {
  /** Measures a loop and its queue; once for each. */
  readonly measureLoop: (loop: LoopToMeasure) => LoopObserver;
  readonly observeRequest: RequestObserver;
  /** Shows whether this process leads, asked when the metrics are read; `lease` is the name of the Lease. */
  readonly showLeader: (lease: string, leads: () => boolean) => void;
}

export function createMetrics(): RuntimeMetrics {
  const set = createMetricSet();
  const request = set.counter({
    name: "rest_client_requests_total",
    help: "Requests to API servers, by status code (<error>: no answer), method and host.",
    labels: ["code", "method", "host"],
  });
  const leases: { readonly name: string; readonly leads: () => boolean }[] = [];
  set.gauge(
    { name: "leader_election_master_status", help: "1 if this process is the leader, else 0.", labels: ["name"] },
    () => leases.map(({ name, leads }) => ({ labels: { name }, value: leads() ? 1 : 0 })),
  );
  return {
    ...set,
    measureLoop: loopMetrics(set),
    observeRequest: ({ status, method, host }) => {
      request({ code: status === 0 ? "<error>" : String(status), method, host });
    },
    showLeader: (name, leads) => {
      leases.push({ name, leads });
    },
  };
}

function loopMetrics(set: MetricSet): RuntimeMetrics["measureLoop"] {
  const loops: LoopToMeasure[] = [];
  queueGauges(set, loops);
  const meters = { ...reconcileCounters(set), ...queueMeters(set) };
  return (loop) => {
    loops.push(loop);
    return observerFor(loop, meters);
  };
}

const ofQueue = ["name", "controller"] as const;
const namesOf = ({ name }: LoopToMeasure) => ({ name, controller: name });

function queueGauges(set: MetricSet, loops: readonly LoopToMeasure[]): void {
  const gauge = (name: string, help: string, read: (loop: LoopToMeasure) => number): void => {
    const samples = (): Sample[] => loops.map((loop) => ({ labels: namesOf(loop), value: read(loop) }));
    set.gauge({ name, help, labels: ofQueue }, samples);
  };
  const perController = (name: string, help: string, read: (loop: LoopToMeasure) => number): void => {
    const samples = (): Sample[] => loops.map((loop) => ({ labels: { controller: loop.name }, value: read(loop) }));
    set.gauge({ name, help, labels: ["controller"] }, samples);
  };
  gauge("workqueue_depth", "Keys that are due and wait for a worker.", ({ queue, clock }) =>
    queue.depth(clock.monotonic()),
  );
  gauge("workqueue_unfinished_work_seconds", "Time that the runs under way have taken, together.", ({ runs }) => {
    return runs.totalSeconds;
  });
  gauge("workqueue_longest_running_processor_seconds", "Time that the longest run under way has taken.", ({ runs }) => {
    return runs.longestSeconds;
  });
  perController("controller_runtime_max_concurrent_reconciles", "Most runs at a time.", ({ workers }) => workers);
  perController("controller_runtime_active_workers", "Runs at present.", ({ queue }) => queue.running);
}

function reconcileCounters(set: MetricSet) {
  const labels = ["controller"];
  return {
    total: set.counter({
      name: "controller_runtime_reconcile_total",
      help: "Runs, by result.",
      labels: ["controller", "result"],
    }),
    errors: set.counter({ name: "controller_runtime_reconcile_errors_total", help: "Runs that failed.", labels }),
    terminal: set.counter({
      name: "controller_runtime_terminal_reconcile_errors_total",
      help: "Runs that will not be tried again before somebody changes something.",
      labels,
    }),
    time: set.histogram({ name: "controller_runtime_reconcile_time_seconds", help: "Duration of runs.", labels }),
  };
}

function queueMeters(set: MetricSet) {
  const labels = ofQueue;
  return {
    adds: set.counter({ name: "workqueue_adds_total", help: "Keys added to the queue.", labels }),
    retries: set.counter({ name: "workqueue_retries_total", help: "Keys added again after a failure.", labels }),
    waited: set.histogram({
      name: "workqueue_queue_duration_seconds",
      help: "Time from a key's being due to its being taken.",
      labels,
    }),
    worked: set.histogram({
      name: "workqueue_work_duration_seconds",
      help: "Time from a key's being taken to its being done.",
      labels,
    }),
  };
}

function observerFor(
  loop: LoopToMeasure,
  meters: ReturnType<typeof reconcileCounters> & ReturnType<typeof queueMeters>,
): LoopObserver {
  const names = namesOf(loop);
  const controller = { controller: loop.name };
  // All of controller-runtime's results are there from the start, so that rates can be computed from the first one on.
  for (const result of ["success", "requeue", "requeue_after", "error"]) meters.total({ ...controller, result }, 0);
  meters.errors(controller, 0);
  meters.terminal(controller, 0);
  loop.queue.onAdd((_key, isNew) => {
    if (isNew) meters.adds(names);
  });
  return {
    started: (_key, waitedSeconds) => {
      meters.waited(names, waitedSeconds);
    },
    finished: (_key, result, seconds) => {
      meters.time(controller, seconds);
      meters.worked(names, seconds);
      if (result === "broken_off") return;
      meters.total({ ...controller, result: result === "stalled" ? "error" : result });
      if (result === "error" || result === "stalled") meters.errors(controller);
      if (result === "stalled") meters.terminal(controller);
    },
    failed: () => {
      meters.retries(names);
    },
  };
}
