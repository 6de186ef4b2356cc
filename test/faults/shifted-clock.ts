import type { Clock } from "../../kube/clock.ts";

/** A clock whose date a test sets wrong, as a machine's may be, and right again; time passes as on the clock behind it. */
export class ShiftedClock implements Clock {
  readonly monotonic: Clock["monotonic"];
  readonly sleep: Clock["sleep"];
  readonly now: Clock["now"];
  /** By how many milliseconds the date is wrong; may be negative. */
  shiftMs = 0;

  constructor({ monotonic, sleep, now }: Clock) {
    this.monotonic = monotonic;
    this.sleep = sleep;
    this.now = () => new Date(now().getTime() + this.shiftMs);
  }
}
