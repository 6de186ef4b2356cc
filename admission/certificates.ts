import { readFile } from "node:fs/promises";
import type { KeyPair } from "../falco/desired/identity.ts";
import type { Clock } from "../kube/clock.ts";
import { errorText, type Logger } from "../kube/logger.ts";

/** Where the webhook's certificate (with its chain) and its key lie, usually a mounted Secret. */
export interface PairFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
}

export interface PairWatch {
  readonly files: PairFiles;
  readonly clock: Clock;
  /** Takes the new pair over; throws when it cannot be used. */
  readonly use: (pair: KeyPair) => void;
  readonly logger: Logger;
  /** Ends the watch. */
  readonly signal: AbortSignal;
}

/** The pair as it lies in its files. */
export async function readPair({ certificateFile, keyFile }: PairFiles): Promise<KeyPair> {
  const [certificate, key] = await Promise.all([readFile(certificateFile, "utf8"), readFile(keyFile, "utf8")]);
  return { certificate, key };
}

const pollMilliseconds = 10_000;

/**
 * Hands over the pair each time the files have changed from `current`, until `signal` aborts. Content is compared, not times: kubelet
 * swaps a whole folder by a link, which watches on files miss. A pair that cannot be read or used, as in the middle of a change,
 * leaves the old one and is looked at again at the next turn.
 */
export async function watchPair(current: KeyPair, { files, clock, use, logger, signal }: PairWatch): Promise<void> {
  let used = current;
  for (;;) {
    await clock.sleep(pollMilliseconds, signal);
    if (signal.aborted) return;
    try {
      const pair = await readPair(files);
      if (pair.certificate === used.certificate && pair.key === used.key) continue;
      use(pair);
      used = pair;
      logger.info("the webhook's certificate has been reloaded");
    } catch (error) {
      logger.warn("the webhook's certificate cannot be reloaded; the old one stays", { error: errorText(error) });
    }
  }
}
