import { type Address, type HealthOptions, type HealthServer, startHealthServer } from "./health.ts";
import type { Logger } from "./logger.ts";

/** What a program serves over plain HTTP; what is absent is not. */
export interface Serving {
  /** /healthz and /readyz. */
  readonly health?: Address | undefined;
  /** /metrics. */
  readonly metrics?: Address | undefined;
}

/** What is told there. */
export interface Served extends Required<Pick<HealthOptions, "live" | "ready">> {
  readonly metrics: HealthOptions["metrics"] | undefined;
  readonly logger: Logger;
}

/** Serves health and metrics. Resolves to a function that ends it; throws, and serves nothing, when a port cannot be had. */
export async function serve(serving: Serving, { live, ready, metrics, logger }: Served): Promise<() => Promise<void>> {
  const servers: HealthServer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((each) => each.stop()));
  };
  const add = async (message: string, options: HealthOptions): Promise<void> => {
    const server = await startHealthServer(options);
    servers.push(server);
    logger.info(message, { port: server.port });
  };
  try {
    if (serving.health !== undefined) await add("health is served", { ...serving.health, live, ready });
    if (serving.metrics !== undefined && metrics !== undefined) {
      await add("metrics are served", { ...serving.metrics, metrics });
    }
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}
