/** Something that runs until its signal aborts. */
export type LongRun = (signal: AbortSignal) => Promise<void>;

/**
 * Runs all of `runs` until `signal` aborts. Should one of them fail, the others are ended as well; the failure is thrown when
 * all have come to their end, so that nothing goes on behind the caller's back.
 */
export async function runTogether(runs: readonly LongRun[], signal: AbortSignal): Promise<void> {
  const end = new AbortController();
  const stop = (): void => {
    end.abort(ended);
  };
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  const results = await Promise.allSettled(
    runs.map(async (run) => {
      try {
        await run(end.signal);
      } catch (error) {
        stop();
        throw error;
      }
    }),
  );
  signal.removeEventListener("abort", stop);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

/** The same, listed by name among the parts that are `open` while it runs. */
export function listed({ open }: { readonly open: Set<string> }, name: string, run: LongRun): LongRun {
  return async (signal) => {
    open.add(name);
    try {
      await run(signal);
    } finally {
      open.delete(name);
    }
  };
}

const ended = new Error("this part has ended");
