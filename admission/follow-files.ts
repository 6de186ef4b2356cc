import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { KeyPair } from "../falco/base/key-pair.ts";
import type { Clock } from "../kube/clock.ts";
import { errorText, type Logger } from "../kube/logger.ts";
import { unreadableFile } from "../kube/unreadable-file.ts";

/** Where the webhook's certificate (with its chain) and its key lie, usually a mounted Secret. */
export interface PairFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
}

export interface PairWatch {
  readonly files: PairFiles;
  readonly clock: Clock;
  /** Takes the pair over; throws when it cannot be used. */
  readonly use: (pair: KeyPair) => void;
  /** Called once, when the first pair is in use. */
  readonly onFirst?: () => void;
  readonly logger: Logger;
  /** Ends the watch. */
  readonly signal: AbortSignal;
}

const pollMilliseconds = 10_000;

/**
 * Hands over the pair in its files, and again each time they have changed, until `signal` aborts. Throws when the first pair cannot be
 * read or used. Content is compared, not times: kubelet swaps a whole folder by a link, which watches on files miss. A later pair that
 * cannot be read or used, as in the middle of a change, leaves the old one and is looked at again at the next turn.
 */
export async function followPair({ files, clock, use, onFirst, logger, signal }: PairWatch): Promise<void> {
  let used = await firstPair(files, use);
  onFirst?.();
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

/** Until when a pair's certificate is good; throws when that is none. */
export function expirationOf({ certificate }: KeyPair): Date {
  return new Date(new X509Certificate(certificate).validTo);
}

async function firstPair(files: PairFiles, use: PairWatch["use"]): Promise<KeyPair> {
  const pair = await readPair(files);
  try {
    use(pair);
  } catch (error) {
    const { certificateFile, keyFile } = files;
    const message = `${certificateFile} and ${keyFile} are not a certificate and its key in PEM: ${errorText(error)}`;
    throw new Error(message, { cause: error });
  }
  return pair;
}

async function readPair({ certificateFile, keyFile }: PairFiles): Promise<KeyPair> {
  const [certificate, key] = await Promise.all([readText(certificateFile), readText(keyFile)]);
  return { certificate, key };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new Error(unreadableFile(file, error), { cause: error });
  }
}
