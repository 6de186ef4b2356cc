import { Backoff } from "../../kube/backoff.ts";
import { type Bucket, type BucketLimits, fullBucket, takeToken } from "../../kube/bucket.ts";
import type { Clock } from "../../kube/clock.ts";
import { withDeadline } from "../../kube/deadline.ts";
import { ApiError } from "../../kube/errors.ts";
import { errorText } from "../../kube/logger.ts";
import { runLoop } from "../../kube/loop.ts";
import { nameOf } from "../../kube/objects.ts";
import { Queue } from "../../kube/queue.ts";
import type { Check } from "../health.ts";
import { cleanText } from "./clean-text.ts";
import type { Question } from "./diagnose.ts";
import { lookIntoShoot } from "./look.ts";
import type { OpenShoot } from "./open-shoot.ts";

export interface ShootLooksPorts {
  readonly clock: Clock;
  readonly open: (namespace: string, signal: AbortSignal) => Promise<OpenShoot>;
  /** Called after each look, with the Extension's key: what it says may be new. */
  readonly onLooked: (key: string) => void;
  /** A shoot is not looked into more often. */
  readonly intervalSeconds: number;
}

interface Seen {
  /** What the last look that worked has found. */
  readonly checks?: readonly Check[];
  readonly lookedAt: number;
  /** Set while looks fail. */
  readonly failure?: { readonly since: number; readonly words: string };
}

/** So many shoots at once, whatever becomes of the others: one that hangs takes one of these places for ten seconds, and nothing else. */
const workers = 5;
const deadlineMs = 10_000;

/** The share of the seed's API server: a look reads one or two Secrets there, and the controller's client takes a hundred requests a second. */
const looksPerSecond: BucketLimits = { perSecond: 10, burst: 10 };

/** An API server is away that long when it is restarted or moved; only then is it worth a word. */
const patienceMs = 180_000;

const longestReason = 60;

/**
 * Looks into shoots whose Falco is not healthy, for those who ask, in a loop of its own: nobody waits for a shoot's API server. What was
 * found is kept until somebody says that it is no longer needed.
 */
export class ShootLooks {
  readonly #ports: ShootLooksPorts;
  readonly #queue = new Queue();
  readonly #questions = new Map<string, Question>();
  readonly #seen = new Map<string, Seen>();
  /** When the last look began; it may be under way. */
  readonly #begun = new Map<string, number>();
  #bucket: Bucket | undefined;

  constructor(ports: ShootLooksPorts) {
    this.#ports = ports;
  }

  /**
   * What was seen last in the shoot of the Extension `key`; undefined while nothing is known. A shoot that cannot be asked counts as such
   * only after some time; until then what was seen before stands.
   */
  latest(key: string): readonly Check[] | undefined {
    const { checks, failure } = this.#seen.get(key) ?? {};
    if (failure === undefined || this.#ports.clock.monotonic() - failure.since < patienceMs) return checks;
    return [{ kind: "unable", detail: `The shoot's API server cannot be asked what is wrong: ${failure.words}` }];
  }

  /** Asks for another look, which comes as soon as the interval since the last one has passed. */
  ask(key: string, question: Question): void {
    const { clock, intervalSeconds } = this.#ports;
    const last = this.#seen.get(key)?.lookedAt ?? this.#begun.get(key);
    this.#questions.set(key, question);
    this.#queue.add(key, last === undefined ? clock.monotonic() : last + intervalSeconds * 1000);
  }

  /** No look is needed any more. */
  forget(key: string): void {
    this.#queue.remove(key);
    this.#questions.delete(key);
    this.#seen.delete(key);
    this.#begun.delete(key);
  }

  /** Looks until `signal` aborts; a look that is under way then is broken off, as it changes nothing. */
  run(signal: AbortSignal): Promise<void> {
    return runLoop({
      queue: this.#queue,
      backoff: new Backoff(),
      workers,
      clock: this.#ports.clock,
      signal,
      stopMs: 0,
      reconcile: async (key, limit) => {
        await this.#look(key, limit);
        return { kind: "done" };
      },
    });
  }

  async #look(key: string, signal: AbortSignal): Promise<void> {
    const { clock, onLooked } = this.#ports;
    await this.#waitForTurn(signal);
    const question = this.#questions.get(key);
    if (question === undefined) return;
    this.#begun.set(key, clock.monotonic());
    const result = await this.#lookNow(key, question, signal);
    // Broken off, or no longer wanted: it stands for nothing.
    if (signal.aborted || !this.#questions.has(key)) return;
    const before = this.#seen.get(key);
    const lookedAt = clock.monotonic();
    const since = before?.failure?.since ?? lookedAt;
    this.#seen.set(
      key,
      "checks" in result
        ? { checks: result.checks, lookedAt }
        : { ...before, lookedAt, failure: { since, words: result.failure } },
    );
    onLooked(key);
  }

  async #lookNow(
    key: string,
    question: Question,
    signal: AbortSignal,
  ): Promise<{ readonly checks: readonly Check[] } | { readonly failure: string }> {
    const { clock, open } = this.#ports;
    const { namespace = "" } = nameOf(key);
    try {
      return await withDeadline({ clock, ms: deadlineMs, signal, what: "it" }, async (limit) => {
        const shoot = await open(namespace, limit);
        try {
          return { checks: await lookIntoShoot(shoot.client, question, { now: clock.now(), signal: limit }) };
        } finally {
          shoot.close();
        }
      });
    } catch (error) {
      return { failure: wordsOf(error) };
    }
  }

  async #waitForTurn(signal: AbortSignal): Promise<void> {
    const { clock } = this.#ports;
    const now = clock.monotonic();
    const { bucket, waitMs } = takeToken(this.#bucket ?? fullBucket(looksPerSecond, now), looksPerSecond, now);
    this.#bucket = bucket;
    if (waitMs > 0) await clock.sleep(waitMs, signal);
  }
}

/** Short, without what a server that may be anybody's has to say, and the same for the same failure. */
function wordsOf(error: unknown): string {
  if (!(error instanceof ApiError)) return cleanText(errorText(error), longestReason);
  const reason = cleanText(error.reason, longestReason);
  return error.status === 0 ? reason : `${String(error.status)} ${reason}`;
}
