import { isObject } from "../falco/base/json.ts";
import { type KubeObject, resource } from "./objects.ts";

export const leaseType = resource("coordination.k8s.io/v1", "Lease");

/** How long things take, in milliseconds; controller-runtime's numbers, so that replicas of either kind agree. */
export interface LeaseTiming {
  /** Others wait this long after the last sign of life. */
  readonly durationMs: number;
  /** The holder stops this long after its last successful renewal; must be less, the rest is the margin of safety. */
  readonly renewDeadlineMs: number;
  readonly retryMs: number;
}

export const defaultTiming: LeaseTiming = { durationMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };

/** `spec` of a Lease. */
export interface LeaseSpec {
  readonly holderIdentity: string;
  readonly leaseDurationSeconds: number;
  readonly acquireTime: string;
  readonly renewTime: string;
  readonly leaseTransitions: number;
}

/** The Lease as last seen, and since when it has not changed, by our own clock: the holder's may be wrong. */
export interface Observation {
  readonly resourceVersion: string;
  readonly unchangedSince: number;
}

export interface LeaseMoment {
  readonly identity: string;
  readonly timing: LeaseTiming;
  /** The date, which is only written down. */
  readonly now: Date;
  /** Monotonic milliseconds, by which everything is decided. */
  readonly monotonic: number;
}

/** What to do about a Lease. */
export interface LeaseStep {
  readonly observation: Observation | undefined;
  /** To be written, with the resourceVersion that was read; absent while another one holds it. */
  readonly write?: LeaseSpec;
}

/**
 * Decides what a candidate or holder does about the Lease as it was just read: create or take it if it is free, has been
 * given back, or has not changed for its whole duration; renew what it holds; else wait.
 */
export function stepLease(
  lease: KubeObject | undefined,
  before: Observation | undefined,
  moment: LeaseMoment,
): LeaseStep {
  if (lease === undefined) return { observation: undefined, write: fresh(0, moment) };
  const present = readSpec(lease);
  const resourceVersion = lease.metadata.resourceVersion ?? "";
  const observation =
    before?.resourceVersion === resourceVersion ? before : { resourceVersion, unchangedSince: moment.monotonic };
  if (present.holderIdentity === moment.identity) {
    return { observation, write: { ...fresh(present.leaseTransitions, moment), acquireTime: present.acquireTime } };
  }
  // What the holder says counts: another program may have other timings. Ours is the least.
  const durationMs = Math.max(present.leaseDurationSeconds * 1000, moment.timing.durationMs);
  const free = present.holderIdentity === "" || moment.monotonic - observation.unchangedSince >= durationMs;
  return free ? { observation, write: fresh(present.leaseTransitions + 1, moment) } : { observation };
}

/** The spec that gives a Lease back, so that the next one need not wait. */
export function releasedSpec(lease: KubeObject, { now }: LeaseMoment): LeaseSpec {
  const { leaseTransitions } = readSpec(lease);
  const time = microTime(now);
  return { holderIdentity: "", leaseDurationSeconds: 1, acquireTime: time, renewTime: time, leaseTransitions };
}

/** Who holds a Lease; empty if nobody does. */
export function holderOf(lease: KubeObject): string {
  return readSpec(lease).holderIdentity;
}

/** Kubernetes' MicroTime: exactly six fractional digits. */
export function microTime(date: Date): string {
  return date.toISOString().replace("Z", "000Z");
}

function fresh(leaseTransitions: number, { identity, timing, now }: LeaseMoment): LeaseSpec {
  const time = microTime(now);
  const leaseDurationSeconds = Math.ceil(timing.durationMs / 1000);
  return { holderIdentity: identity, leaseDurationSeconds, acquireTime: time, renewTime: time, leaseTransitions };
}

function readSpec({ spec }: KubeObject): LeaseSpec {
  const fields = isObject(spec) ? spec : {};
  return {
    holderIdentity: text(fields["holderIdentity"]),
    leaseDurationSeconds: number(fields["leaseDurationSeconds"]),
    acquireTime: text(fields["acquireTime"]),
    renewTime: text(fields["renewTime"]),
    leaseTransitions: number(fields["leaseTransitions"]),
  };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
