import type { Clock } from "../../kube/clock.ts";

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

/** A clock that stands still until a test moves it. */
export class SteppedClock implements Clock {
  #elapsed = 0;
  readonly #start: number;
  readonly #sleepers = new Set<Sleeper>();

  constructor(start = "2026-01-01T00:00:00.000Z") {
    this.#start = Date.parse(start);
  }

  /** How many are asleep. */
  get sleepers(): number {
    return this.#sleepers.size;
  }

  readonly now = (): Date => new Date(this.#start + this.#elapsed);

  readonly monotonic = (): number => this.#elapsed;

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const wake = (): void => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const sleeper = { due: this.#elapsed + Math.max(0, ms), wake };
      if (signal?.aborted === true || ms <= 0) {
        resolve();
        return;
      }
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", wake, { once: true });
    });

  /** Moves on by `ms`, waking sleepers in the order of their times and letting each do what it woke for. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    await settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#elapsed = next.due;
      next.wake();
      await settle();
    }
    this.#elapsed = end;
  }

  #next(end: number): Sleeper | undefined {
    return [...this.#sleepers].filter(({ due }) => due <= end).sort((left, right) => left.due - right.due)[0];
  }
}

/** Lets everything run that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
