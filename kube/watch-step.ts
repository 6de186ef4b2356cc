/** An object as a store keeps it. */
export interface Item<T> {
  readonly key: string;
  readonly resourceVersion: string;
  readonly value: T;
}

/** What is known at present. */
export type WatchState<T> =
  | {
      readonly phase: "listing";
      readonly pages: readonly (readonly Item<T>[])[];
      /** Pages that take too long expire; then everything is asked for at once. */
      readonly paged: boolean;
      readonly failures: number;
    }
  | {
      readonly phase: "watching";
      readonly resourceVersion: string;
      readonly since: number;
      readonly heardAt: number;
      /** Whether the server has sent a bookmark on this watch: then it does so about every minute. */
      readonly bookmarks: boolean;
      readonly until: number;
      readonly failures: number;
    }
  | {
      readonly phase: "pausing";
      readonly until: number;
      /** Where to resume; absent: list again. */
      readonly resourceVersion: string | undefined;
      readonly failures: number;
    };

/** What happened. */
export type WatchInput<T> =
  | {
      readonly kind: "page";
      readonly items: readonly Item<T>[];
      readonly resourceVersion: string;
      readonly more: boolean;
    }
  | { readonly kind: "changed"; readonly item: Item<T> }
  | { readonly kind: "deleted"; readonly key: string; readonly resourceVersion: string }
  | { readonly kind: "bookmark"; readonly resourceVersion: string }
  /** The server has ended the watch, as it does now and then. */
  | { readonly kind: "ended" }
  | { readonly kind: "failed"; readonly gone: boolean; readonly retryAfterSeconds: number | undefined }
  /** `wakeAt` has come. */
  | { readonly kind: "woken" };

/** What the store is told. */
export type Change<T> =
  /** This is everything there is. */
  | { readonly kind: "replaced"; readonly items: readonly Item<T>[] }
  | { readonly kind: "changed"; readonly item: Item<T> }
  | { readonly kind: "deleted"; readonly key: string };

/** What is to be done now; none: go on. */
export type WatchCommand =
  | { readonly kind: "list"; readonly paged: boolean }
  | { readonly kind: "list-more" }
  | { readonly kind: "watch"; readonly resourceVersion: string; readonly timeoutSeconds: number }
  | { readonly kind: "pause" };

export interface WatchStep<T> {
  readonly state: WatchState<T>;
  readonly command?: WatchCommand;
  readonly change?: Change<T>;
}

/** The moment of a step, and its luck: `random` is in [0, 1). */
export interface Moment {
  readonly now: number;
  readonly random: number;
}

/** The server is asked to end a watch after 5 to 10 minutes, so that many clients do not come back at the same time. */
const shortestWatchSeconds = 300;
/** How long after that the watch is taken for dead: its end got lost. */
const graceMs = 15_000;
/** Three bookmarks missed: nobody is there any more. */
const silenceMs = 200_000;
/** A watch that has lived this long was all right; what came before it does not count against the next failure. */
const healthyMs = 10_000;
/** After so many failures in a row the resourceVersion itself is under suspicion. */
const suspiciousFailures = 8;
const firstDelayMs = 100;
const longestDelayMs = 30_000;

/** Where every watch starts. */
export function startWatch<T>(): WatchStep<T> {
  return list(true, 0);
}

/** Until when the state holds if nothing happens; then `woken` is due. */
export function wakeAt<T>(state: WatchState<T>): number {
  if (state.phase === "listing") return Infinity;
  if (state.phase === "pausing" || !state.bookmarks) return state.until;
  return Math.min(state.until, state.heardAt + silenceMs);
}

/**
 * The watch as a state machine: list in pages, watch from there, resume where it ended, list again when the server has
 * forgotten that place; after failures with growing pauses, and never sooner than the server asks for.
 */
export function step<T>(state: WatchState<T>, input: WatchInput<T>, moment: Moment): WatchStep<T> {
  switch (state.phase) {
    case "listing":
      return whileListing(state, input, moment);
    case "watching":
      return whileWatching(state, input, moment);
    case "pausing":
      if (input.kind !== "woken" || moment.now < state.until) return { state };
      return state.resourceVersion === undefined
        ? list(true, state.failures)
        : watch(state.resourceVersion, state.failures, moment);
  }
}

function whileListing<T>(
  state: WatchState<T> & { phase: "listing" },
  input: WatchInput<T>,
  moment: Moment,
): WatchStep<T> {
  if (input.kind === "page") {
    const pages = [...state.pages, input.items];
    if (input.more) return { state: { ...state, pages }, command: { kind: "list-more" } };
    return {
      ...watch(input.resourceVersion, state.failures, moment),
      change: { kind: "replaced", items: pages.flat() },
    };
  }
  if (input.kind !== "failed") return { state };
  if (input.gone && state.paged && state.pages.length > 0) return list(false, state.failures);
  return pause({ failures: state.failures + 1, retryAfterSeconds: input.retryAfterSeconds }, moment);
}

function whileWatching<T>(
  state: WatchState<T> & { phase: "watching" },
  input: WatchInput<T>,
  moment: Moment,
): WatchStep<T> {
  const { now } = moment;
  switch (input.kind) {
    case "changed":
      return { state: { ...state, heardAt: now, resourceVersion: input.item.resourceVersion }, change: input };
    case "deleted": {
      const { kind, key, resourceVersion } = input;
      return { state: { ...state, heardAt: now, resourceVersion }, change: { kind, key } };
    }
    case "bookmark":
      return { state: { ...state, heardAt: now, resourceVersion: input.resourceVersion, bookmarks: true } };
    case "ended":
    case "failed":
      return afterWatch(state, input, moment);
    case "woken":
      // Silent for too long: the driver drops the connection and resumes.
      return now < wakeAt(state) ? { state } : watch(state.resourceVersion, 0, moment);
    case "page":
      return { state };
  }
}

function afterWatch<T>(
  { resourceVersion, since, failures: before }: WatchState<T> & { phase: "watching" },
  input: WatchInput<T> & { kind: "ended" | "failed" },
  moment: Moment,
): WatchStep<T> {
  const healthy = moment.now - since >= healthyMs;
  if (input.kind === "ended" && healthy) return watch(resourceVersion, 0, moment);
  // A watch that ends at once is a failure, too, whatever it says; otherwise it would be opened many times a second.
  const failures = (healthy ? 0 : before) + 1;
  const again = (input.kind === "failed" && input.gone) || failures >= suspiciousFailures;
  return pause(
    {
      failures,
      resourceVersion: again ? undefined : resourceVersion,
      retryAfterSeconds: input.kind === "failed" ? input.retryAfterSeconds : undefined,
    },
    moment,
  );
}

function list<T>(paged: boolean, failures: number): WatchStep<T> {
  return { state: { phase: "listing", pages: [], paged, failures }, command: { kind: "list", paged } };
}

function watch<T>(resourceVersion: string, failures: number, { now, random }: Moment): WatchStep<T> {
  const timeoutSeconds = Math.round(shortestWatchSeconds * (1 + random));
  const until = now + timeoutSeconds * 1000 + graceMs;
  return {
    state: { phase: "watching", resourceVersion, since: now, heardAt: now, bookmarks: false, until, failures },
    command: { kind: "watch", resourceVersion, timeoutSeconds },
  };
}

interface Pause {
  readonly failures: number;
  readonly resourceVersion?: string | undefined;
  readonly retryAfterSeconds: number | undefined;
}

function pause<T>({ failures, resourceVersion, retryAfterSeconds = 0 }: Pause, { now, random }: Moment): WatchStep<T> {
  const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** (failures - 1)) * (0.5 + random);
  const until = now + Math.max(delay, retryAfterSeconds * 1000);
  return { state: { phase: "pausing", until, resourceVersion, failures }, command: { kind: "pause" } };
}
