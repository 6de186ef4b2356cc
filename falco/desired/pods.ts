import type { FalcoServiceConfig, Toleration } from "../api/falco-service-config.ts";
import type { Worker } from "../api/gardener.ts";
import type { JsonObject } from "../base/json.ts";
import { parseQuantity } from "./quantity.ts";
import type { Resources } from "./state.ts";

const defaultRequests = { cpu: "100m", memory: "512Mi" };
/** No CPU limit: a Falco that is throttled loses events. */
const defaultLimits = { memory: "1Gi" };

/**
 * What the container `falco` asks for and may use. What the user gives replaces its default alone; a default limit gives way to a
 * larger request, and a default request to a smaller limit.
 */
export function falcoResources({ falcoConfig }: FalcoServiceConfig): Resources {
  const requests = texts(falcoConfig?.resources?.requests);
  const limits = texts(falcoConfig?.resources?.limits);
  return {
    requests: { ...lowered(defaultRequests, limits), ...requests },
    limits: { ...raised(defaultLimits, requests), ...limits },
  };
}

type Quantities = Readonly<Record<string, string>>;

function texts(quantities: { readonly cpu?: unknown; readonly memory?: unknown } = {}): Quantities {
  return Object.fromEntries(Object.entries(quantities).map(([name, value]) => [name, String(value)]));
}

function lowered(defaults: Quantities, limits: Quantities): Quantities {
  return pick(defaults, limits, (value, limit) => limit < value);
}

function raised(defaults: Quantities, requests: Quantities): Quantities {
  return pick(defaults, requests, (value, request) => request > value);
}

function pick(
  defaults: Quantities,
  given: Quantities,
  takesGiven: (value: number, other: number) => boolean,
): Quantities {
  const entries = Object.entries(defaults).map(([name, value]) => {
    const other = given[name];
    const better = other !== undefined && takesGiven(parseQuantity(value) ?? 0, parseQuantity(other) ?? 0);
    return [name, better ? other : value] as const;
  });
  return Object.fromEntries(entries);
}

/** Falco watches every node, whatever it is tainted with, unless the user says otherwise. */
const everyTaint: readonly Toleration[] = [
  { operator: "Exists", effect: "NoSchedule" },
  { operator: "Exists", effect: "NoExecute" },
];

/** The tolerations of the Falco pods. */
export function falcoTolerations({ tolerations }: FalcoServiceConfig): readonly JsonObject[] {
  return (tolerations ?? everyTaint).map((each) => ({ ...each }));
}

/**
 * How many nodes may be without Falco while it is rolled out: a fifth of those that the worker pools always have, but at least
 * one. A percentage would become 0 on a small cluster, and Gardener would then report every rollout as unhealthy.
 */
export function maxUnavailable(workers: readonly Worker[] | undefined): number {
  const nodes = (workers ?? []).reduce((sum, { minimum = 0 }) => sum + minimum, 0);
  return Math.max(1, Math.floor(nodes / 5));
}

/** Machine images whose kernels let a process with CAP_PERFMON use perf events (kernel.perf_event_paranoid of 2 or less). */
const imagesWithPerfEvents: readonly string[] = ["flatcar", "suse-chost", "coreos"];

/**
 * The capabilities that the modern eBPF probe needs: BPF and PERFMON to load and attach it, SYS_RESOURCE for locked memory on
 * kernels before 5.11, SYS_PTRACE and DAC_READ_SEARCH to read other users' `/proc`. Where `kernel.perf_event_paranoid` is 3 or more
 * (Ubuntu, Debian's kernels) CAP_PERFMON is not enough, and the probe fails without SYS_ADMIN.
 */
export function falcoCapabilities(workers: readonly Worker[] | undefined): readonly string[] {
  const capabilities = ["BPF", "DAC_READ_SEARCH", "PERFMON", "SYS_PTRACE", "SYS_RESOURCE"];
  const images = (workers ?? []).map(({ machine }) => machine?.image?.name ?? "");
  const known = images.length > 0 && images.every((image) => imagesWithPerfEvents.includes(image));
  return known ? capabilities : [...capabilities, "SYS_ADMIN"];
}
