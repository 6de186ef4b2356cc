import { type Clock, systemClock } from "../../kube/clock.ts";

/**
 * A clock that goes as the machine's does, from a moment of its own, and jumps when a test says so: retries after milliseconds happen by
 * themselves, and hours pass at once.
 */
export class JumpingClock implements Clock {
  #ahead = 0;
  readonly #start: number;
  readonly #began = systemClock.monotonic();
  readonly #jumps = new Set<() => void>();

  constructor(start = "2026-11-21T10:00:00.000Z") {
    this.#start = Date.parse(start);
  }

  readonly monotonic = (): number => systemClock.monotonic() - this.#began + this.#ahead;

  readonly now = (): Date => new Date(this.#start + this.monotonic());

  readonly sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    const due = this.monotonic() + ms;
    while (this.monotonic() < due && signal?.aborted !== true) await this.#sleepOrJump(due - this.monotonic(), signal);
  };

  /** Moves on by `ms`; who sleeps no longer than that wakes up. */
  jump(ms: number): void {
    this.#ahead += ms;
    for (const wake of [...this.#jumps]) wake();
  }

  async #sleepOrJump(ms: number, signal: AbortSignal | undefined): Promise<void> {
    const nap = new AbortController();
    const wake = (): void => {
      nap.abort(woken);
    };
    this.#jumps.add(wake);
    signal?.addEventListener("abort", wake, { once: true });
    await systemClock.sleep(ms, nap.signal);
    signal?.removeEventListener("abort", wake);
    this.#jumps.delete(wake);
  }
}

const woken = new Error("woken");
