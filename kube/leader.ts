import type { Client } from "./client.ts";
import type { Clock } from "./clock.ts";
import { withDeadline } from "./deadline.ts";
import {
  defaultTiming,
  holderOf,
  type LeaseMoment,
  type LeaseSpec,
  leaseType,
  type LeaseTiming,
  type Observation,
  releasedSpec,
  stepLease,
} from "./lease.ts";
import type { KubeObject, ObjectName, ObjectToWrite } from "./objects.ts";

/** What a leader works with. */
export interface Leadership {
  /** Aborted when the leadership ends, or is to end; the work must then end soon. */
  readonly signal: AbortSignal;
  /**
   * Whether this process leads at this very moment. Writes go through `fencedClient(client, leads)`, which refuses them from
   * then on.
   */
  readonly leads: () => boolean;
  /** Aborted when the leadership is lost: nothing that is under way may go on. */
  readonly lost: AbortSignal;
}

export interface LeaderOptions {
  /** Best a client of its own: its rate limit must not keep a renewal waiting. */
  readonly client: Pick<Client, "get" | "create" | "update">;
  readonly lease: ObjectName;
  /** `<hostname>_<uuid>`: new for each process. */
  readonly identity: string;
  readonly clock: Clock;
  readonly timing?: LeaseTiming;
  /** Aborted: stop working, then give the lease back. */
  readonly signal: AbortSignal;
  /** What only a leader may do. */
  readonly work: (leadership: Leadership) => Promise<void>;
  /** Told of failures to read or write the Lease. */
  readonly onError?: (error: unknown) => void;
}

/**
 * Waits for the leadership, works, and returns `stopped` (the lease is given back) or `lost` (the renewals failed for too
 * long or somebody else has taken it: the process must end). Errors of `work` are thrown after the lease is given back.
 */
export function runLeader(options: LeaderOptions): Promise<"stopped" | "lost"> {
  return new Candidate(options).run();
}

/** A moment by both clocks. */
interface Moment {
  readonly monotonic: number;
  readonly date: number;
}

const never: Moment = { monotonic: -Infinity, date: -Infinity };

class Candidate {
  readonly #options: LeaderOptions;
  readonly #timing: LeaseTiming;
  #observation: Observation | undefined;
  #hasLed = false;
  readonly #lost = new AbortController();
  /** Until when we lead: counted from before the request that renewed the lease. */
  #leadsUntil = never;

  constructor(options: LeaderOptions) {
    this.#options = options;
    this.#timing = options.timing ?? defaultTiming;
  }

  async run(): Promise<"stopped" | "lost"> {
    const { signal, clock } = this.#options;
    for (;;) {
      if (signal.aborted) return "stopped";
      await this.#attempt(this.#timing.retryMs * 2);
      if (this.#leads()) return this.#lead();
      await clock.sleep(this.#timing.retryMs, signal);
    }
  }

  async #lead(): Promise<"stopped" | "lost"> {
    const { signal, work } = this.#options;
    if (signal.aborted) {
      await this.#release();
      return "stopped";
    }
    this.#hasLed = true;
    const leading = new AbortController();
    const stop = (): void => {
      leading.abort(ended);
    };
    signal.addEventListener("abort", stop, { once: true });
    const finished = new AbortController();
    // Renewed until the work has really ended, so that nobody else starts while it is still writing its last.
    const renewal = this.#renew(finished.signal).finally(stop);
    try {
      await work({ signal: leading.signal, leads: () => this.#leads(), lost: this.#lost.signal });
    } finally {
      signal.removeEventListener("abort", stop);
      finished.abort(ended);
      await renewal;
      if (!this.#lost.signal.aborted) await this.#release();
    }
    return this.#lost.signal.aborted ? "lost" : "stopped";
  }

  async #renew(finished: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    for (;;) {
      const left = this.#leadsUntil.monotonic - clock.monotonic();
      await clock.sleep(Math.min(this.#timing.retryMs, left), finished);
      if (finished.aborted) return;
      const remaining = this.#leadsUntil.monotonic - clock.monotonic();
      if (remaining > 0) await this.#attempt(remaining);
      // Only the date has jumped: one more look at the lease tells whether we have slept through our time.
      if (this.#leadsUntil.monotonic > clock.monotonic()) continue;
      this.#leadsUntil = never;
      this.#lost.abort(ended);
      return;
    }
  }

  /** Reads and, if that is right, writes the Lease once. Failures are reported and change nothing. */
  async #attempt(ms: number): Promise<void> {
    const { clock, onError, lease } = this.#options;
    try {
      await withDeadline({ clock, ms, what: `the lease ${lease.name}` }, (signal) => this.#exchange(signal));
    } catch (error) {
      onError?.(error);
    }
  }

  async #exchange(signal: AbortSignal): Promise<void> {
    const { client, lease, identity, clock } = this.#options;
    const present = await client.get(leaseType, lease, { signal });
    const { observation, write } = stepLease(present, this.#observation, this.#moment());
    this.#observation = observation;
    if (write === undefined) {
      // Somebody else holds it: if we thought we did, that ends here.
      this.#leadsUntil = never;
      return;
    }
    if (this.#hasLed && (present === undefined || holderOf(present) !== identity)) {
      // Deleted or taken while we led: in between, another one may have led. Whoever lost it must not pick it up again.
      this.#leadsUntil = never;
      return;
    }
    const { renewDeadlineMs } = this.#timing;
    const until = { monotonic: clock.monotonic() + renewDeadlineMs, date: clock.now().getTime() + renewDeadlineMs };
    await this.#write(present, write, signal);
    this.#leadsUntil = until;
  }

  #write(present: KubeObject | undefined, spec: LeaseSpec, signal: AbortSignal): Promise<KubeObject> {
    const { client, lease } = this.#options;
    // The resourceVersion of what was read decides between two that write at the same time.
    const next: ObjectToWrite & { readonly spec: LeaseSpec } =
      present === undefined
        ? { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: lease, spec }
        : { ...present, spec };
    return present === undefined
      ? client.create(leaseType, next, { signal })
      : client.update(leaseType, next, { signal });
  }

  async #release(): Promise<void> {
    const { client, clock, identity, lease, onError } = this.#options;
    this.#leadsUntil = never;
    try {
      await withDeadline({ clock, ms: this.#timing.retryMs, what: "giving back the lease" }, async (signal) => {
        const present = await client.get(leaseType, lease, { signal });
        if (present === undefined || holderOf(present) !== identity) return;
        await this.#write(present, releasedSpec(present, this.#moment()), signal);
      });
    } catch (error) {
      // Not given back, it expires by itself.
      onError?.(error);
    }
  }

  #leads(): boolean {
    const { clock } = this.#options;
    const { monotonic, date } = this.#leadsUntil;
    // The monotonic clock stands still while the machine is suspended, the date does not; so both have to agree.
    return clock.monotonic() < monotonic && clock.now().getTime() < date;
  }

  #moment(): LeaseMoment {
    const { identity, clock } = this.#options;
    return { identity, timing: this.#timing, now: clock.now(), monotonic: clock.monotonic() };
  }
}

const ended = new Error("the leadership has ended");
