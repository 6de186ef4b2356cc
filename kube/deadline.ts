import type { Clock } from "./clock.ts";

/** Thrown into what did not end in time; trying again may help. */
export class DeadlineError extends Error {
  override readonly name = "DeadlineError";
  readonly code = "Timeout";
}

export interface DeadlineOptions {
  readonly clock: Clock;
  readonly ms: number;
  readonly signal?: AbortSignal | undefined;
  /** What took too long, for the message. */
  readonly what: string;
}

// A reason of our own: without one, every abort would capture a stack trace that nobody reads.
const finished = new Error("finished");

/**
 * Runs `run` with a signal that aborts when `signal` does or after `ms`. It waits for `run` to notice: nothing goes on
 * behind the caller's back.
 */
export async function withDeadline<T>(options: DeadlineOptions, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { clock, ms, signal, what } = options;
  const limit = new AbortController();
  const timer = new AbortController();
  const forward = (): void => {
    limit.abort(signal?.reason);
  };
  if (signal?.aborted === true) forward();
  signal?.addEventListener("abort", forward, { once: true });
  void clock.sleep(ms, timer.signal).then(() => {
    if (!timer.signal.aborted) limit.abort(new DeadlineError(`${what} took longer than ${String(ms / 1000)} s`));
  });
  try {
    return await run(limit.signal);
  } catch (error) {
    // What a broken-off call says of itself ("aborted") helps nobody; why it was broken off does.
    throw limit.signal.aborted ? limit.signal.reason : error;
  } finally {
    timer.abort(finished);
    signal?.removeEventListener("abort", forward);
  }
}
