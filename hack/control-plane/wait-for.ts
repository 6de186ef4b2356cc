import { type Clock, systemClock } from "../../kube/clock.ts";

interface WaitOptions {
  readonly clock?: Clock;
  /** How long to go on asking; 60 s by default. */
  readonly ms?: number;
  /** The pause between two questions; 50 ms by default. */
  readonly everyMs?: number;
}

/**
 * Asks again and again until there is an answer that is not undefined, and returns it. When time is up it throws and says what was waited for,
 * and the reason that `ask` threw last, if it did.
 */
export async function waitFor<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  { clock = systemClock, ms = 60_000, everyMs = 50 }: WaitOptions = {},
): Promise<T> {
  const end = clock.monotonic() + ms;
  for (;;) {
    const { answer, reason } = await attempt(ask);
    if (answer !== undefined) return answer;
    if (clock.monotonic() >= end) throw new Error(`Waited ${String(ms / 1000)} s for ${what}.${because(reason)}`);
    await clock.sleep(everyMs);
  }
}

async function attempt<T>(
  ask: () => Promise<T | undefined>,
): Promise<{ readonly answer?: T | undefined; readonly reason?: unknown }> {
  try {
    return { answer: await ask() };
  } catch (reason) {
    if (reason instanceof GiveUp) throw reason;
    return { reason };
  }
}

function because(reason: unknown): string {
  return reason instanceof Error ? ` The last attempt: ${reason.message}` : "";
}

/** Thrown by what is asked when there will never be an answer. */
export class GiveUp extends Error {
  override readonly name = "GiveUp";
}
