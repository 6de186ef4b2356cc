import type { Outcome } from "../falco/base/outcome.ts";
import type { Backoff } from "./backoff.ts";
import { Bell } from "./bell.ts";
import type { Clock } from "./clock.ts";
import { withDeadline } from "./deadline.ts";
import { ApiError } from "./errors.ts";
import type { Queue } from "./queue.ts";

/** How a run ended: controller-runtime's words, and `stalled` for what it calls a terminal error. */
export type RunResult = "success" | "requeue_after" | "error" | "stalled" | "broken_off";

/** Told what the loop does; for metrics and logs. All of it is optional, and none of it may throw. */
export interface LoopObserver {
  /** `waitedSeconds` is how long the key had been due. */
  readonly started?: (key: string, waitedSeconds: number) => void;
  readonly finished?: (key: string, result: RunResult, seconds: number) => void;
  readonly outcome?: (key: string, outcome: Outcome) => void;
  readonly failed?: (key: string, error: unknown, retryInMs: number) => void;
}

export interface LoopOptions {
  readonly queue: Queue;
  readonly backoff: Backoff;
  readonly workers: number;
  /** Reads everything, decides, writes. Must end soon after its signal aborts; throwing means "try again". */
  readonly reconcile: (key: string, signal: AbortSignal) => Promise<Outcome>;
  readonly clock: Clock;
  /** Aborted: nothing more is handed out; what runs may finish. */
  readonly signal: AbortSignal;
  /** How long one run may take. */
  readonly deadlineMs?: number;
  /** How long runs may take to finish after a stop, before they are broken off. */
  readonly stopMs?: number;
  /** Aborted: whatever runs is broken off at once. Comes along with `signal`. */
  readonly breakOff?: AbortSignal | undefined;
  readonly observer?: LoopObserver;
}

/** What becomes of a key. */
export type QueueAction = { readonly kind: "forget" } | { readonly kind: "again"; readonly afterMs: number };

/** What an Outcome means for the queue. Whatever it is, it is no failure: the next failure counts as the first. */
export function queueAction(outcome: Outcome): QueueAction {
  switch (outcome.kind) {
    case "done":
    case "stalled":
      return { kind: "forget" };
    case "again":
    case "waiting":
      return { kind: "again", afterMs: outcome.afterSeconds * 1000 };
  }
}

/**
 * Works off the queue with `workers` runs at a time, never two of one key. Resolves once `signal` has aborted and every
 * run has ended: it has finished, or was broken off and its key is back in the queue, so that the caller may now release
 * what protects the writes. Start it when the stores are synced.
 */
export async function runLoop(options: LoopOptions): Promise<void> {
  const { queue, workers, clock, signal } = options;
  const breakOff = new AbortController();
  const running = new Set<Promise<void>>();
  const bell = new Bell();
  const unsubscribe = queue.onAdd(bell.ring);
  signal.addEventListener("abort", bell.ring, { once: true });
  while (!signal.aborted) {
    const due = running.size < workers ? queue.nextDue() : undefined;
    const key = due === undefined ? undefined : queue.next(clock.monotonic());
    if (key !== undefined && due !== undefined) {
      const run = runOnce({ key, due }, options, breakOff.signal).finally(() => {
        running.delete(run);
        bell.ring();
      });
      running.add(run);
      continue;
    }
    await bell.wait(clock, due);
  }
  unsubscribe();
  await finish(running, options, breakOff);
}

/** Waits for what runs: for a while, then it is broken off. */
async function finish(
  running: ReadonlySet<Promise<void>>,
  { clock, stopMs = 6_000, breakOff: now }: LoopOptions,
  breakOff: AbortController,
): Promise<void> {
  const ended = new AbortController();
  const stop = (): void => {
    breakOff.abort(new StoppedError());
  };
  if (now?.aborted === true) stop();
  now?.addEventListener("abort", stop, { once: true });
  void clock.sleep(stopMs, ended.signal).then(stop);
  await Promise.all(running);
  now?.removeEventListener("abort", stop);
  ended.abort(finished);
}

/** Thrown into a run that does not end in time when the program is stopped, or at once when it may not work any more. */
class StoppedError extends Error {
  override readonly name = "StoppedError";

  constructor() {
    super("the program is being stopped");
  }
}

const finished = new Error("finished");

/** How long one run may take unless an option says otherwise. */
export const runDeadlineMs = 180_000;

async function runOnce(
  { key, due }: { readonly key: string; readonly due: number },
  options: LoopOptions,
  signal: AbortSignal,
): Promise<void> {
  const { queue, clock, observer, reconcile, deadlineMs = runDeadlineMs } = options;
  const start = clock.monotonic();
  const deadline = { clock, ms: deadlineMs, signal, what: `the reconciliation of ${key}` };
  observer?.started?.(key, Math.max(0, start - due) / 1000);
  const result = await withDeadline(deadline, (limit) => reconcile(key, limit)).then(
    (outcome) => succeeded(key, outcome, options),
    (error: unknown) => failed(key, error, { ...options, signal }),
  );
  queue.done(key);
  observer?.finished?.(key, result, (clock.monotonic() - start) / 1000);
}

function succeeded(key: string, outcome: Outcome, { queue, backoff, clock, observer }: LoopOptions): RunResult {
  const action = queueAction(outcome);
  backoff.forget(key);
  if (action.kind === "again") queue.add(key, clock.monotonic() + action.afterMs);
  observer?.outcome?.(key, outcome);
  if (outcome.kind === "stalled") return "stalled";
  return action.kind === "again" ? "requeue_after" : "success";
}

function failed(key: string, error: unknown, { queue, backoff, clock, observer, signal }: LoopOptions): RunResult {
  const now = clock.monotonic();
  const atLeastMs = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
  if (signal.aborted) {
    // Broken off by a stop is no failure: the work is given back as it was.
    queue.add(key, now);
    return "broken_off";
  }
  const due = backoff.failed(key, now, atLeastMs);
  queue.add(key, due);
  observer?.failed?.(key, error, due - now);
  return "error";
}
