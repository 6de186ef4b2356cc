import type { Logger } from "./logger.ts";

/**
 * How a program has ended. `stopped`: somebody asked for it; `lost`: another replica may lead now, so the process must end;
 * `failed`: it cannot go on.
 */
export type Ending =
  { readonly kind: "stopped" } | { readonly kind: "lost" } | { readonly kind: "failed"; readonly error: unknown };

/** What an orderly end needs of the process. */
export interface EndingPorts {
  /** Runs `then` after `ms`, unless the process has ended by itself before. */
  readonly later: (ms: number, then: () => void) => void;
  readonly exit: (code: number) => void;
  /** What has not ended yet, in words. */
  readonly unfinished: () => readonly string[];
  readonly logger: Logger;
}

/** Kubernetes gives a pod 30 s; a replica that waits for the lease should not have to. */
const patienceMs = 10_000;

/**
 * An end within 10 s: the first request to stop aborts `signal`, upon which the process should end by itself; if it does not,
 * it is ended, with a log line that says what held it up. A second request ends it at once.
 */
export class OrderlyEnd {
  readonly #ports: EndingPorts;
  readonly #stop = new AbortController();
  #isLimited = false;

  constructor(ports: EndingPorts) {
    this.#ports = ports;
  }

  /** Aborted with the first request. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Somebody asks the process to stop: `why` is the name of a signal. */
  request(why: string): void {
    const { logger, exit } = this.#ports;
    if (this.#stop.signal.aborted) {
      logger.warn("asked to stop for the second time: ending at once", { why });
      exit(1);
      return;
    }
    logger.info("stopping", { why });
    this.#stop.abort(new Error(`the process was asked to stop: ${why}`));
    this.limit();
  }

  /** The end has begun, whatever the reason: from now on it has 10 s. */
  limit(): void {
    if (this.#isLimited) return;
    this.#isLimited = true;
    const { later, logger, exit, unfinished } = this.#ports;
    later(patienceMs, () => {
      logger.error("not everything ended in time: ending now", { unfinished: unfinished() });
      exit(1);
    });
  }
}
