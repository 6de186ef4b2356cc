import Counter from "prom-client/lib/counter.js";
import Gauge from "prom-client/lib/gauge.js";
import Histogram from "prom-client/lib/histogram.js";
import eventLoopLag from "prom-client/lib/metrics/eventLoopLag.js";
import osMemoryHeap from "prom-client/lib/metrics/osMemoryHeap.js";
import processMaxFileDescriptors from "prom-client/lib/metrics/processMaxFileDescriptors.js";
import processOpenFileDescriptors from "prom-client/lib/metrics/processOpenFileDescriptors.js";
import processStartTime from "prom-client/lib/metrics/processStartTime.js";
import version from "prom-client/lib/metrics/version.js";
import Registry from "prom-client/lib/registry.js";

/** Names and values of labels; the values must be few, and never a secret. */
type Labels = Readonly<Record<string, string>>;

/** One value of a metric that is read when it is asked for. */
export interface Sample {
  readonly labels?: Labels;
  readonly value: number;
}

/** What a metric is called and what it tells. */
interface MetricDescription {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
}

/** A set of metrics that is served together. */
export interface MetricSet {
  readonly contentType: string;
  /** Everything in Prometheus' text format. */
  readonly text: () => Promise<string>;
  /** Returns what counts on. */
  readonly counter: (description: MetricDescription) => (labels: Labels, by?: number) => void;
  /** Returns what takes a measurement; the upper bounds of its buckets are those of runs if there are none. */
  readonly histogram: (
    description: MetricDescription & { readonly buckets?: readonly number[] },
  ) => (labels: Labels, seconds: number) => void;
  /** A value that is read when the metrics are; samples of before that are not among those read now vanish. */
  readonly gauge: (description: MetricDescription, read: () => readonly Sample[]) => void;
}

// From a millisecond to the deadline of a reconcile.
const bucketsOfRuns = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180];

/** Coarse enough that measuring an idle process does not keep it awake. */
const eventLoopResolutionMs = 50;

/** An empty set, but for what Prometheus' clients tell of every process (`process_*`) and of Node (`nodejs_*`). */
export function createMetricSet(): MetricSet {
  const registry = new Registry();
  const registers = [registry];
  for (const collect of processMetrics) collect(registry, { eventLoopMonitoringPrecision: eventLoopResolutionMs });
  addUsage(registers);
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    counter: ({ name, help, labels = [] }) => {
      const counter = new Counter({ name, help, labelNames: labels, registers });
      return (of, by = 1) => {
        counter.inc({ ...of }, by);
      };
    },
    histogram: ({ name, help, labels = [], buckets = bucketsOfRuns }) => {
      const histogram = new Histogram({ name, help, labelNames: labels, buckets: [...buckets], registers });
      return (of, seconds) => {
        histogram.observe({ ...of }, seconds);
      };
    },
    gauge: ({ name, help, labels = [] }, read) => {
      new Gauge({
        name,
        help,
        labelNames: labels,
        registers,
        collect() {
          this.reset();
          // A reset gives a gauge without labels the value 0, although there may be none.
          if (labels.length === 0) this.remove();
          for (const { labels: of = {}, value } of read()) this.set({ ...of }, value);
        },
      });
    },
  };
}

const processMetrics = [
  processStartTime,
  osMemoryHeap,
  processOpenFileDescriptors,
  processMaxFileDescriptors,
  eventLoopLag,
  version,
];

/** The package's own modules for these load OpenTelemetry's API (measured: 68 ms and 6.5 MB more). */
function addUsage(registers: Registry[]): void {
  new Counter({
    name: "process_cpu_seconds_total",
    help: "Total user and system CPU time spent in seconds.",
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  new Gauge({
    name: "nodejs_heap_size_used_bytes",
    help: "Process heap size used from Node.js in bytes.",
    registers,
    collect() {
      this.set(process.memoryUsage().heapUsed);
    },
  });
}
