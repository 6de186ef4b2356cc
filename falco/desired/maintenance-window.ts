import type { FalcoUse } from "./falco-use.ts";

/** When a Shoot may be maintained, every day, in UTC. */
export interface MaintenanceWindow {
  /** The second of the day at which it begins. */
  readonly begin: number;
  /** Seconds from there to its end, which still belongs to it; it may lie on the next day. */
  readonly length: number;
}

const day = 24 * 3600;

/** What Gardener takes for a Shoot without a window: any time. */
const always: MaintenanceWindow = { begin: 0, length: day - 1 };

/** Work that begins at the very end of a window would not be done within it, so Gardener begins none in its last 15 minutes. */
const lastMinutes = 15 * 60;

/**
 * The time in which maintenance of a Shoot may begin. A window that is absent or that cannot be read means any time, as in Gardener
 * (pkg/utils/timewindow and pkg/utils/gardener/shoot.go of 1.149). A window of 15 minutes or less, which Gardener's API does not let in,
 * is taken whole: Gardener's own arithmetic would make nearly the whole day of it.
 */
export function maintenanceWindow(timeWindow: FalcoUse["timeWindow"]): MaintenanceWindow {
  const [begin, end] = [secondOfDay(timeWindow?.begin), secondOfDay(timeWindow?.end)];
  if (begin === undefined || end === undefined) return always;
  const whole = begin === end ? day : inDay(end - begin);
  return { begin, length: whole > lastMinutes ? whole - lastMinutes : whole };
}

/** Whether the window is open all the time, as it is for a Shoot without one. */
export function isAnyTime({ length }: MaintenanceWindow): boolean {
  return length >= always.length;
}

/** Whether `now` is in the window; its first and its last second are. */
export function windowContains({ begin, length }: MaintenanceWindow, now: Date): boolean {
  return inDay(Math.floor(now.getTime() / 1000) - begin) <= length;
}

/** Whether maintenance has its time at `now`: in the window, or because somebody asks for it. */
export function isDue({ timeWindow, maintainNow }: Pick<FalcoUse, "timeWindow" | "maintainNow">, now: Date): boolean {
  return maintainNow || windowContains(maintenanceWindow(timeWindow), now);
}

/**
 * A moment in the next window to begin after `now`: its begin for `random` 0, near its end for one close to 1. While one window is
 * open it is the next day's, so that maintenance runs once in each, and not all Shoots' at the same moment.
 */
export function nextMoment({ begin, length }: MaintenanceWindow, now: Date, random: number): Date {
  const midnight = Math.floor(now.getTime() / 1000 / day) * day;
  const today = (midnight + begin) * 1000;
  const start = today > now.getTime() ? today : today + day * 1000;
  return new Date(start + Math.floor(random * length * 1000));
}

/**
 * The second of the day in UTC of `HHMMSS+ZZZZ`, read as Go reads its layout `150405-0700`. Offsets with minutes (India's +0530) count:
 * Gardener's API lets them in.
 */
function secondOfDay(text = ""): number | undefined {
  const match = /^([01]\d|2[0-3])([0-5]\d)([0-5]\d)([+-])([01]\d|2[0-4])([0-5]\d|60)$/.exec(text);
  if (match === null) return undefined;
  const [hour = 0, minute = 0, second = 0] = match.slice(1, 4).map(Number);
  const [hours = 0, minutes = 0] = match.slice(5).map(Number);
  const offset = (hours * 3600 + minutes * 60) * (match[4] === "-" ? -1 : 1);
  return inDay(hour * 3600 + minute * 60 + second - offset);
}

/** Any number of seconds as a second of the day. */
function inDay(seconds: number): number {
  return ((seconds % day) + day) % day;
}
