/**
 * The time as a port. Durations are measured with `monotonic`, so that a wall clock that jumps neither loses a deadline
 * nor lets a lease seem fresh; `now` is for what is written down.
 */
export interface Clock {
  readonly now: () => Date;
  /** Milliseconds since some fixed moment; never goes back. */
  readonly monotonic: () => number;
  /** Resolves after `ms`, or at once when `signal` aborts; never rejects, so that it can be left behind in a race. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** Node keeps its timers in 32 bits; a longer one would fire at once. */
const longestTimer = 2 ** 31 - 1;

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, Math.min(Math.max(ms, 0), longestTimer));
      signal?.addEventListener("abort", end, { once: true });
    }),
};
