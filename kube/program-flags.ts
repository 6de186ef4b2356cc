import { namedFlag, numberFlag, type ReadFlags } from "../falco/base/flags.ts";
import { parseDuration } from "../falco/base/duration.ts";
import { combine, failure, problem, type Result, success } from "../falco/base/problem.ts";
import type { LeaseTiming } from "./lease.ts";
import type { Address } from "./health.ts";

/** The Lease for which replicas stand. */
export interface ElectionFlags {
  readonly lease: { readonly namespace: string; readonly name: string };
  readonly timing: LeaseTiming;
}

const text = { type: "string" } as const;

/** The flags of every program whose replicas stand for election, for `parseFlags`; only the name of the Lease is each program's own. */
export const electionOptions = {
  "leader-election": { type: "boolean" },
  "leader-election-namespace": text,
  "leader-election-lease-duration": { ...text, default: "15s" },
  "leader-election-renew-deadline": { ...text, default: "10s" },
  "leader-election-retry-period": { ...text, default: "2s" },
} as const;

/** Where Node's inspector listens; it gives whoever can reach it the whole process, so never on all addresses by itself. */
export type InspectorAddress = Required<Address>;

/** `:8081`, `127.0.0.1:8081`, `[::1]:8081`; undefined for `0`, which means: not at all. */
export function addressFlag(value: unknown, path: string): Result<Address | undefined> {
  if (value === "0") return success(undefined);
  const [, host = "", digits] = /^(.*):(\d+)$/.exec(typeof value === "string" ? value : "") ?? [];
  if (digits === undefined) {
    return failure([problem("FIELD_VALUE", path, "This must be a host and a port, such as :8081, or 0 for none.")]);
  }
  const port = numberFlag(digits, path, { lowest: 0, highest: 65_535, what: "a port" });
  return port.ok ? success({ ...namedFlag("host", host.replace(/^\[(.*)\]$/, "$1")), port: port.value }) : port;
}

/** Where the inspector listens, on this machine only unless a host is named. */
export function inspectFlag(value: unknown): Result<InspectorAddress | undefined> {
  const address = addressFlag(value ?? "0", "--inspect");
  if (!address.ok) return address;
  return success(address.value && { host: "127.0.0.1", ...address.value });
}

/** Without a word about it, replicas stand for election where a namespace is known, as in every pod that Gardener's charts describe. */
export function electionFlags(
  values: ReadFlags["values"],
  fromEnvironment: string | undefined,
): Result<ElectionFlags | undefined> {
  const wanted = values["leader-election"];
  if (wanted === false) return success(undefined);
  const { namespace } = namedFlag("namespace", values["leader-election-namespace"] ?? fromEnvironment);
  const { name } = namedFlag("name", values["leader-election-id"]);
  if (name === undefined) {
    return failure([problem("FIELD_REQUIRED", "--leader-election-id", "The Lease needs a name.")]);
  }
  if (namespace !== undefined) {
    const timing = timingFlags(values);
    return timing.ok ? success({ lease: { namespace, name }, timing: timing.value }) : timing;
  }
  if (wanted !== true) return success(undefined);
  const message = "Name the namespace of the Lease, or set LEADER_ELECTION_NAMESPACE.";
  return failure([problem("FIELD_REQUIRED", "--leader-election-namespace", message)]);
}

function timingFlags(values: ReadFlags["values"]): Result<LeaseTiming> {
  const ms = (name: string): Result<number> => {
    const text = values[name];
    const seconds = typeof text === "string" ? parseDuration(text) : undefined;
    if (seconds !== undefined && seconds > 0 && seconds <= 3600) return success(seconds * 1000);
    return failure([problem("FIELD_VALUE", `--${name}`, "This must be a duration up to an hour, such as 15s.")]);
  };
  const read = combine({
    durationMs: ms("leader-election-lease-duration"),
    renewDeadlineMs: ms("leader-election-renew-deadline"),
    retryMs: ms("leader-election-retry-period"),
  });
  if (!read.ok) return read;
  const { durationMs, renewDeadlineMs, retryMs } = read.value;
  // What lies between the first two is the margin in which nobody leads; without it, two could.
  if (durationMs > renewDeadlineMs && renewDeadlineMs >= 2 * retryMs) return read;
  const message = "The lease duration must exceed the renew deadline, and that must be at least two retry periods.";
  return failure([problem("FIELD_CONFLICT", "--leader-election-renew-deadline", message)]);
}
