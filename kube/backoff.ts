import { type Bucket, type BucketLimits, fullBucket, takeToken } from "./bucket.ts";

export interface BackoffLimits {
  readonly baseMs: number;
  readonly capMs: number;
  readonly bucket: BucketLimits;
}

/** What controller-runtime does: Gardener's dashboards and operators know these retries. */
const defaultBackoff: BackoffLimits = { baseMs: 5, capMs: 1_000_000, bucket: { perSecond: 10, burst: 100 } };

/**
 * When to try a key again after a failure: each failure in a row doubles its delay, and a bucket for all keys together
 * keeps a broken API server from being stormed; the later of both counts. The time is an argument.
 */
export class Backoff {
  readonly #limits: BackoffLimits;
  readonly #failures = new Map<string, number>();
  #bucket: Bucket | undefined;

  constructor(limits: BackoffLimits = defaultBackoff) {
    this.#limits = limits;
  }

  /** Counts a failure of `key` and returns when it is due again. `atLeastMs` is what a server asked for. */
  failed(key: string, now: number, atLeastMs = 0): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const { bucket, waitMs } = takeToken(
      this.#bucket ?? fullBucket(this.#limits.bucket, now),
      this.#limits.bucket,
      now,
    );
    this.#bucket = bucket;
    return now + Math.max(exponentialDelay(failures, this.#limits), waitMs, atLeastMs);
  }

  /** A success, or an object that is gone: the next failure of `key` counts as its first. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** How often `key` has failed in a row. */
  failuresOf(key: string): number {
    return this.#failures.get(key) ?? 0;
  }
}

/** `baseMs · 2ⁿ`, no more than `capMs`. */
function exponentialDelay(failures: number, { baseMs, capMs }: Pick<BackoffLimits, "baseMs" | "capMs">): number {
  return Math.min(capMs, baseMs * 2 ** failures);
}
