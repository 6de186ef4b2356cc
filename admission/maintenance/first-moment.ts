import type { FalcoUse } from "../../falco/desired/falco-use.ts";
import { maintenanceWindow, nextMoment, windowContains } from "../../falco/desired/maintenance-window.ts";

const daySeconds = 24 * 3600;

/**
 * When a Shoot is looked at that has just become known: at a random moment of the rest of its window if that is open, else of the next one.
 * After a restart, many windows are open at once; spread over what is left of them, their Shoots are not all maintained in the same minute.
 * `random` is in [0, 1).
 */
export function firstMoment({ timeWindow }: Pick<FalcoUse, "timeWindow">, now: Date, random: number): Date {
  const window = maintenanceWindow(timeWindow);
  if (!windowContains(window, now)) return nextMoment(window, now, random);
  const gone = (now.getTime() / 1000 - window.begin) % daySeconds;
  return new Date(now.getTime() + Math.floor(random * Math.max(0, window.length - gone) * 1000));
}
