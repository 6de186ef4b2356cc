import type { Problem } from "../../base/problem.ts";
import type { Catalogue } from "../../catalog/catalogue.ts";
import type { VersionUpdate } from "../../catalog/next-version.ts";
import { timeText } from "../../catalog/versions.ts";
import { updateOf } from "../maintain.ts";
import { maintenanceWindow, nextMoment, windowContains } from "../maintenance-window.ts";
import type { Effect, When } from "./effect.ts";
import type { PlannedCluster } from "./planned-cluster.ts";

/** A version that a manifest will name, from a moment on. */
interface Step {
  readonly effect: Effect & { readonly kind: "autoUpdate" | "forced" };
  readonly at: Date;
}

/** What maintenance makes of a cluster as time goes by, if the catalogue stays as it is. */
export interface Moves {
  readonly steps: readonly Step[];
  /** Set when at the end the version cannot be kept, and none can take its place. */
  readonly stranded?: Stranding;
}

/** How a version that cannot be kept and that none can replace ends the moves. */
interface Stranding {
  readonly problem: Problem;
  readonly version: string;
  readonly when: When;
}

const day = 24 * 3600 * 1000;

/**
 * Plays the maintenance of a Shoot: each window in which something happens, to the last expiration date. The decisions are
 * `updateOf`'s. Seeds have no maintenance, and a manifest that names no version is never written to.
 */
export function movesOf(cluster: PlannedCluster, catalogue: Catalogue, now: Date): Moves {
  const steps: Step[] = [];
  let version = cluster.falcoVersion;
  if (cluster.kind === "Seed" || version === undefined) return { steps };
  let from = now;
  for (;;) {
    const slot = slotAt(cluster, from, from === now);
    const update = updateOf({ ...cluster, falcoVersion: version }, catalogue, slot.at);
    if (update?.kind === "stranded") return { steps, stranded: strandedOf(update.problem, version, catalogue, now) };
    if (update !== undefined) {
      steps.push({ effect: effectOf(update, slot.when, { catalogue, now }), at: slot.at });
      version = update.to;
    }
    const next = update === undefined ? nextExpiry(catalogue, slot.at) : slot.end;
    if (next === undefined) return { steps };
    // A version expires after its expiration date, not at it.
    from = new Date(next + 1);
  }
}

/** The expiration dates that have not passed at `time`, soonest first. */
export function expiriesAfter(versions: readonly { readonly expires?: number }[], time: Date): readonly number[] {
  const dates = versions.flatMap(({ expires }) =>
    expires !== undefined && expires >= time.getTime() ? [expires] : [],
  );
  return [...new Set(dates)].sort((left, right) => left - right);
}

function nextExpiry({ falco }: Catalogue, time: Date): number | undefined {
  return expiriesAfter(falco, time)[0];
}

/** A time in which a shoot may be maintained, and the earliest moment of it that comes into question. */
interface Slot {
  readonly at: Date;
  /** Its last millisecond. */
  readonly end: number;
  readonly when: When;
}

/** The window that is open at `time`, or the next one to begin. Somebody who asks for maintenance gets it at once. */
function slotAt(cluster: PlannedCluster, time: Date, isFirst: boolean): Slot {
  if (cluster.maintainNow && isFirst) return { at: time, end: time.getTime(), when: { kind: "atOnce" } };
  const window = maintenanceWindow(cluster.timeWindow);
  const next = nextMoment(window, time, 0).getTime();
  const begin = windowContains(window, time) ? next - day : next;
  const end = begin + window.length * 1000;
  // Windows are a matter of seconds: one that begins together with something has not begun before it.
  const orDayLater = begin + 1000 < time.getTime();
  // The last second of a window belongs to it.
  return {
    at: new Date(Math.max(begin, time.getTime())),
    end: end + 999,
    when: { kind: "window", begin: timeText(begin), end: timeText(end), ...(orDayLater && { orDayLater }) },
  };
}

function effectOf(
  { from, to, reason }: VersionUpdate & { readonly kind: "update" },
  when: When,
  { catalogue, now }: { readonly catalogue: Catalogue; readonly now: Date },
): Step["effect"] {
  if (reason === "newer") return { kind: "autoUpdate", from, to, when };
  const expires = reason === "expired" ? expiryOf(from, catalogue) : undefined;
  if (expires === undefined) return { kind: "forced", from, to, reason, when };
  const after = timeText(expires);
  const isToCome = expires >= now.getTime() && when.kind === "window";
  return { kind: "forced", from, to, reason, expires: after, when: isToCome ? { ...when, after } : when };
}

function strandedOf(problem: Problem, version: string, catalogue: Catalogue, now: Date): Stranding {
  const expires = expiryOf(version, catalogue);
  const isToCome = expires !== undefined && expires >= now.getTime();
  return { problem, version, when: isToCome ? { kind: "expiry", at: timeText(expires) } : { kind: "atOnce" } };
}

function expiryOf(version: string, { falco }: Catalogue): number | undefined {
  return falco.find((each) => each.version === version)?.expires;
}
