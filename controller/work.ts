import type { Outcome } from "../falco/base/outcome.ts";
import { formatProblem } from "../falco/base/problem.ts";
import { Backoff } from "../kube/backoff.ts";
import { isConflict } from "../kube/errors.ts";
import { joinObservers } from "../kube/join-observers.ts";
import type { Leadership } from "../kube/leader.ts";
import { errorText, type LogFields, type Logger } from "../kube/logger.ts";
import { type LoopObserver, runLoop } from "../kube/loop.ts";
import { keyOf, nameOf, type ObjectName } from "../kube/objects.ts";
import { listed, type LongRun, runTogether } from "../kube/together.ts";
import { resyncSeconds } from "./assemble.ts";
import type { ControllerContext } from "./context.ts";
import { checkHealth } from "./health-check.ts";
import { runHeartbeat } from "./heartbeat.ts";
import { type LoopName, type Parts, stopped } from "./parts.ts";
import { processExtension } from "./process.ts";

/** What only the leader does: works off the queues, and shows Gardener that it does. */
export async function work(parts: Parts, { signal, lost }: Leadership): Promise<void> {
  const { context, end, stores } = parts;
  lost.addEventListener("abort", () => {
    end.abort(stopped);
  });
  startAfresh(parts);
  lookForMissing(parts);
  context.logger.info("the controller works", { extensions: stores.extensions.size });
  await runTogether(
    [
      loop("reconcile", processExtension, parts, lost),
      loop("health", checkHealth, parts, lost),
      listed(parts, "the looks into shoots", (limit) => context.shootLooks?.run(limit) ?? Promise.resolve()),
      listed(parts, "the charts", (limit) => parts.charts?.run(limit, lost) ?? Promise.resolve()),
      listed(parts, "the heartbeat", (limit) => heartbeat(parts, limit)),
    ],
    signal,
  );
}

/** What happened while another replica led is its business: whoever begins to lead looks at everything as after a restart. */
function startAfresh({ queues, named }: Parts): void {
  queues.reconcile.clear();
  queues.health.clear();
  for (const { of, store } of named) if (of === "seed") store.replay();
}

/** What was deleted while nobody looked is not noticed by any change. */
function lookForMissing({ queues, stores, options: { clock } }: Parts): void {
  for (const key of stores.extensions.keys()) {
    const target = keyOf({ ...nameOf(key), name: stores.names.target });
    if (stores.targets.get(target) === undefined) queues.reconcile.add(key, clock.monotonic());
  }
}

async function heartbeat({ options, clients, check, context, heart }: Parts, signal: AbortSignal): Promise<void> {
  if (options.heartbeat === undefined) return;
  const { clock } = options;
  const trouble = (): string | undefined => check.stuck() ?? check.outdated();
  const onBeat = (at: Date): void => {
    heart.lastBeat = at;
  };
  const { logger } = context;
  await runHeartbeat({ ...options.heartbeat, client: clients.seed, clock, logger, trouble, onBeat }, signal);
}

type Work = (name: ObjectName, context: ControllerContext, signal: AbortSignal) => Promise<Outcome>;

function loop(name: LoopName, run: Work, parts: Parts, lost: AbortSignal): LongRun {
  const { context, options, queues, runs } = parts;
  const { clock, workers, metrics } = options;
  const queue = queues[name];
  const measured = metrics?.measureLoop({ name, queue, workers, runs: runs[name], clock });
  // That something is not healthy yet stands in its conditions.
  const resynced = run === checkHealth ? {} : resync(parts);
  const observers = [runs[name].observer, logged(context.logger, run !== checkHealth), measured ?? {}, resynced];
  return listed(parts, `the loop ${name}`, (signal) =>
    runLoop({
      queue,
      backoff: new Backoff(),
      workers,
      clock,
      signal,
      breakOff: lost,
      reconcile: (key, limit) => run(nameOf(key), context, limit),
      observer: joinObservers(observers),
    }),
  );
}

/**
 * Every Extension that is there comes again with the resync at the latest, whatever came of its run: a problem may have gone away without
 * anybody telling. What the outcome itself asks for stays when it is earlier.
 */
function resync({ queues, options: { clock }, stores }: Parts): LoopObserver {
  return {
    outcome: (key) => {
      if (stores.extensions.get(key) !== undefined) queues.reconcile.add(key, clock.monotonic() + resyncSeconds * 1000);
    },
  };
}

function logged(logger: Logger, tellsOutcomes: boolean): LoopObserver {
  return {
    outcome: (key, outcome) => {
      if (tellsOutcomes && outcome.kind !== "done")
        logger.info("reconciled", { key, outcome: outcome.kind, ...detailsOf(outcome) });
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
