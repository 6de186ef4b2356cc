import type { Clock } from "./clock.ts";

/** Wakes one sleeper; rung before he sleeps, he does not fall asleep. */
export class Bell {
  #rung = false;
  #sleeper: AbortController | undefined;

  readonly ring = (): void => {
    this.#rung = true;
    this.#sleeper?.abort(woken);
  };

  /** Waits for the bell, or until `due`, by the clock's monotonic time, if there is one. */
  async wait(clock: Clock, due: number | undefined): Promise<void> {
    if (!this.#rung) {
      this.#sleeper = new AbortController();
      const ms = due === undefined ? Infinity : due - clock.monotonic();
      await clock.sleep(ms, this.#sleeper.signal);
      this.#sleeper = undefined;
    }
    this.#rung = false;
  }
}

const woken = new Error("woken");
