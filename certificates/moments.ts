/** The first of several moments. */
export function earliest(moments: readonly Date[]): Date {
  return new Date(Math.min(...moments.map((moment) => moment.getTime())));
}

/** So many seconds after a moment, or before it. */
export function later(moment: Date, seconds: number): Date {
  return new Date(moment.getTime() + seconds * 1000);
}

/** The moment when a share of the time from one to another is over. */
export function between(start: Date, end: Date, share: number): Date {
  return new Date(start.getTime() + Math.floor((end.getTime() - start.getTime()) * share));
}
