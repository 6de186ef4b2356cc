import type { Outcome } from "../falco/base/outcome.ts";
import { formatProblem, type Result, success } from "../falco/base/problem.ts";
import { Backoff } from "../kube/backoff.ts";
import type { Client } from "../kube/client.ts";
import { isConflict } from "../kube/errors.ts";
import { errorText, type LogFields, type Logger } from "../kube/logger.ts";
import { type LoopObserver, runLoop } from "../kube/loop.ts";
import { nameOf, type ObjectName } from "../kube/objects.ts";
import type { Queue } from "../kube/queue.ts";
import { runWatch, type WatchPorts } from "../kube/watch.ts";
import { assemble, type Assembly, type Clients, type ControllerOptions, resyncSeconds } from "./assemble.ts";
import type { ControllerContext } from "./context.ts";
import { checkHealth } from "./health-check.ts";
import { processExtension } from "./process.ts";
import { resourceTypes } from "./resource-types.ts";
import { runStores, whenSynced } from "./stores.ts";

/** A running controller. */
export interface Controller {
  /** Stops: what is under way is finished, nothing new is begun. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts the controller: follows what it needs to know, and works on Extensions once it knows all of it. Keys in the landscape's
 * configuration that cannot be used are problems; nothing is started then.
 */
export async function startController(
  clients: Clients,
  options: ControllerOptions,
  logger: Logger,
): Promise<Result<Controller>> {
  const assembly = assemble(clients, options, logger);
  if (!assembly.ok) return assembly;
  const end = new AbortController();
  const watches = follow(assembly.value, clients, options, end.signal);
  const { stores, profiles, queues } = assembly.value;
  // A watch ends only when it is stopped; should one fail for good, that is no state to work in.
  await Promise.race([Promise.all([whenSynced(stores), profiles.whenSynced()]), watches]);
  const work = (queue: Queue, run: Work): Promise<void> => loop(queue, run, { ...assembly.value, options }, end.signal);
  const loops = Promise.all([work(queues.reconcile, withResync), work(queues.health, checkHealth)]);
  logger.info("the controller works", { extensions: stores.extensions.size });
  return success({
    stop: async () => {
      end.abort();
      await Promise.all([watches, loops]);
    },
  });
}

async function follow(
  { stores, profiles, context: { logger } }: Assembly,
  clients: Clients,
  { clock, random }: ControllerOptions,
  signal: AbortSignal,
): Promise<void> {
  const portsFor = (client: Client): WatchPorts => ({
    client,
    clock,
    random,
    onError: (error) => {
      logger.warn("a watch failed; trying again", { error: errorText(error) });
    },
  });
  await Promise.all([
    runStores(stores, portsFor(clients.seed), signal),
    runWatch({ type: resourceTypes.falcoProfile, store: profiles, signal }, portsFor(clients.garden)),
  ]);
}

type Work = (name: ObjectName, context: ControllerContext, signal: AbortSignal) => Promise<Outcome>;

function loop(
  queue: Queue,
  run: Work,
  { context, options }: Pick<Assembly, "context"> & { readonly options: ControllerOptions },
  signal: AbortSignal,
): Promise<void> {
  const { clock, workers } = options;
  return runLoop({
    queue,
    backoff: new Backoff(),
    workers,
    clock,
    signal,
    reconcile: (key, limit) => run(nameOf(key), context, limit),
    observer: logged(context.logger),
  });
}

/** What is planned for later than the resync comes with a resync, too. */
async function withResync(name: ObjectName, context: ControllerContext, signal: AbortSignal): Promise<Outcome> {
  const outcome = await processExtension(name, context, signal);
  return outcome.kind === "again"
    ? { ...outcome, afterSeconds: Math.min(outcome.afterSeconds, resyncSeconds) }
    : outcome;
}

function logged(logger: Logger): LoopObserver {
  return {
    outcome: (key, outcome) => {
      if (outcome.kind !== "done") logger.info("reconciled", { key, outcome: outcome.kind, ...detailsOf(outcome) });
    },
    failed: (key, error, retryInMs) => {
      // Another writer was quicker: everyday life, and over with the next try.
      const level = isConflict(error) ? "debug" : "error";
      logger[level]("a run failed; it will be tried again", { key, error: errorText(error), retryInMs });
    },
  };
}

function detailsOf(outcome: Outcome): LogFields {
  if (outcome.kind === "stalled") return { problems: outcome.problems.map(formatProblem) };
  return outcome.kind === "waiting" ? { waitingFor: outcome.for } : {};
}
