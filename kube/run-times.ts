import type { Clock } from "./clock.ts";
import type { LoopObserver } from "./loop.ts";

/** Which runs of a loop are under way, and since when. */
export class RunTimes {
  readonly #clock: Clock;
  readonly #starts = new Map<string, number>();
  /** To be told by the loop. */
  readonly observer: LoopObserver;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.observer = {
      started: (key) => {
        this.#starts.set(key, clock.monotonic());
      },
      finished: (key) => {
        this.#starts.delete(key);
      },
    };
  }

  /** The keys that are worked on. */
  get keys(): readonly string[] {
    return [...this.#starts.keys()];
  }

  /** How long the oldest of them has been running; 0 if there is none. */
  get longestSeconds(): number {
    return Math.max(0, ...this.#seconds());
  }

  /** How long all of them together have been running. */
  get totalSeconds(): number {
    return this.#seconds().reduce((sum, each) => sum + each, 0);
  }

  #seconds(): readonly number[] {
    const now = this.#clock.monotonic();
    return [...this.#starts.values()].map((start) => (now - start) / 1000);
  }
}
