import type { Logger } from "../kube/logger.ts";
import type { RuntimeMetrics } from "../kube/runtime-metrics.ts";
import { serve, type Serving } from "../kube/serve.ts";
import type { SelfCheck } from "./self-check.ts";

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
export function serveController(serving: Serving, parts: ServedParts): Promise<() => Promise<void>> {
  const { check, metrics, ending, logger } = parts;
  const ready = {
    "informer-sync": check.unsynced,
    "api-server": check.outdated,
    running: () => (ending.aborted ? "the controller is ending" : undefined),
  };
  return serve(serving, { live: { runs: check.stuck }, ready, metrics, logger });
}
