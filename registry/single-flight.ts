/**
 * Does work that several ask for at the same time only once: whoever comes while it is under way gets the same result. A caller who
 * gives up does not take the others' work away: one of them begins it anew.
 */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Flight<T>>();

  async run(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    for (;;) {
      const flight = this.#flights.get(key);
      if (flight === undefined) return this.#start(key, signal, work);
      try {
        return await orAborted(flight.result, signal);
      } catch (error) {
        if (signal.aborted || !flight.signal.aborted) throw error;
      }
    }
  }

  async #start(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const result = work().finally(() => {
      this.#flights.delete(key);
    });
    this.#flights.set(key, { result, signal });
    return result;
  }
}

interface Flight<T> {
  readonly result: Promise<T>;
  /** Of the caller who began it. */
  readonly signal: AbortSignal;
}

/** The result, or the signal's reason, whichever comes first. */
async function orAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  const waiting = new AbortController();
  const aborted = new Promise<never>((_resolve, reject) => {
    const abort = (): void => {
      reject(reasonOf(signal));
    };
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true, signal: waiting.signal });
  });
  try {
    return await Promise.race([result, aborted]);
  } finally {
    waiting.abort(finished);
  }
}

const finished = new Error("finished");

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
