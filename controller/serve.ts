import { type Address, type HealthServer, startHealthServer } from "../kube/health.ts";
import type { Logger } from "../kube/logger.ts";
import type { RuntimeMetrics } from "../kube/runtime-metrics.ts";
import type { SelfCheck } from "./self-check.ts";

/** What is served over HTTP; what is absent is not. */
export interface Serving {
  /** /healthz and /readyz. */
  readonly health?: Address | undefined;
  /** /metrics. */
  readonly metrics?: Address | undefined;
}

export interface ServedParts {
  readonly check: SelfCheck;
  readonly metrics: RuntimeMetrics | undefined;
  /** Aborted while the controller comes to its end. */
  readonly ending: AbortSignal;
  readonly logger: Logger;
}

/**
 * Serves health and metrics, from the very start on. Alive (`/healthz`) is a process whose event loop answers and whose runs
 * come to their end; ready (`/readyz`) is one, leading or standing by, that knows the state of the cluster. Resolves to a
 * function that ends it.
 */
export async function serve({ health, metrics: address }: Serving, parts: ServedParts): Promise<() => Promise<void>> {
  const { check, metrics, ending, logger } = parts;
  const servers: HealthServer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((each) => each.stop()));
  };
  try {
    if (health !== undefined) {
      const ready = {
        "informer-sync": check.unsynced,
        "api-server": check.outdated,
        running: () => (ending.aborted ? "the controller is ending" : undefined),
      };
      servers.push(await startHealthServer({ ...health, live: { runs: check.stuck }, ready }));
      logger.info("health is served", { port: servers.at(-1)?.port ?? 0 });
    }
    if (address !== undefined && metrics !== undefined) {
      servers.push(await startHealthServer({ ...address, metrics }));
      logger.info("metrics are served", { port: servers.at(-1)?.port ?? 0 });
    }
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}
