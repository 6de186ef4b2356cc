/** The time as far as this room needs it; `kube/clock.ts` fits. */
export interface RegistryClock {
  readonly now: () => Date;
  /** Resolves after `ms`, or at once when `signal` aborts; never rejects. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** A registry that failed, did not answer, or asks to wait: the same request may go through later. */
export class TransientError extends Error {
  override readonly name = "TransientError";
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, retryAfterSeconds?: number) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

const pausesMs = [1_000, 2_000, 4_000];
const longestPauseSeconds = 30;

/**
 * Runs `run` again after a transient error, three times, with growing pauses or after what the registry asks for. Who
 * asks for more than half a minute is left to the caller's own patience.
 */
export async function withRetries<T>(clock: RegistryClock, signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  for (const pause of pausesMs) {
    try {
      return await run();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof TransientError)) throw error;
      const { retryAfterSeconds = 0 } = error;
      if (retryAfterSeconds > longestPauseSeconds) throw error;
      await clock.sleep(Math.max(pause, retryAfterSeconds * 1000), signal);
      signal.throwIfAborted();
    }
  }
  return run();
}

const finished = new Error("finished");

/** Runs `run` with a signal that aborts when `signal` does, or after `ms` with a transient error that says `what` took so long. */
export async function withTimeLimit<T>(
  { clock, ms, signal, what }: TimeLimit,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timer = new AbortController();
  const limit = new AbortController();
  const both = AbortSignal.any([signal, limit.signal]);
  void clock.sleep(ms, timer.signal).then(() => {
    if (!timer.signal.aborted) limit.abort(new TransientError(`${what} took longer than ${String(ms / 1000)} s`));
  });
  try {
    return await run(both);
  } catch (error) {
    // What a broken-off request says of itself helps nobody; why it was broken off does.
    throw both.aborted ? both.reason : error;
  } finally {
    timer.abort(finished);
  }
}

export interface TimeLimit {
  readonly clock: RegistryClock;
  readonly ms: number;
  readonly signal: AbortSignal;
  readonly what: string;
}

/** The seconds of a `Retry-After` header, which holds a number or a date. */
export function retryAfterSeconds(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now.getTime()) / 1000);
}
