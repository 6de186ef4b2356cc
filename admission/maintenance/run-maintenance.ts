import { Backoff } from "../../kube/backoff.ts";
import { joinObservers } from "../../kube/join-observers.ts";
import { errorText, type Logger } from "../../kube/logger.ts";
import { type LoopObserver, type LoopOptions, runLoop } from "../../kube/loop.ts";
import { keyOf } from "../../kube/objects.ts";
import { Queue } from "../../kube/queue.ts";
import { RunTimes } from "../../kube/run-times.ts";
import type { FalcoUse } from "../../falco/desired/falco-use.ts";
import { firstMoment } from "./first-moment.ts";
import { maintainShoot } from "./maintain-shoot.ts";
import type { MaintenancePorts } from "./ports.ts";
import { reporter } from "./report.ts";
import { triggerOf } from "./trigger.ts";
import { usableCatalogue } from "./usable-catalogue.ts";

export interface MaintenanceOptions extends MaintenancePorts {
  /** Aborted: no further Shoot is begun, what is under way may finish. */
  readonly signal: AbortSignal;
  /** Aborted when the leadership is lost: then nothing may finish. */
  readonly lost?: AbortSignal | undefined;
}

/** Enough that one slow answer does not hold up all others; more would only be a burden on the garden. */
const workers = 2;
/** Upstream meant ten seconds as well; a window is long enough for many tries. */
const backoff = { baseMs: 10_000, capMs: 600_000, bucket: { perSecond: 2, burst: 20 } };

/**
 * Keeps the Falco of all Shoots up to date: each Shoot is looked at at a random moment of each of its maintenance windows, and at once when
 * somebody asks for it. Start it when `known` is complete and this process leads. It remembers nothing that another process would need.
 * A profile that changes makes nobody be looked at: what it brings, each Shoot gets at its next moment. Seeds are left alone: they have no window.
 */
export async function runMaintenance(options: MaintenanceOptions): Promise<void> {
  const { clock, logger, signal, lost, metrics } = options;
  const queue = new Queue();
  const runs = new RunTimes(clock);
  const ports = { ...options, catalogue: usableCatalogue(options), report: reporter(options) };
  const asked: Asked = new Map();
  follow(options, { queue, asked });
  logger.info("the maintenance works");
  const measured = metrics?.measureLoop({ name: "maintenance", queue, workers, runs, clock });
  await runLoop({
    queue,
    backoff: new Backoff(backoff),
    workers,
    clock,
    signal,
    breakOff: lost,
    reconcile: answering(asked, (key, isAskedFor, limit) => maintainShoot({ key, isAskedFor, signal: limit }, ports)),
    observer: joinObservers([runs.observer, logged(logger), measured ?? {}]),
  });
}

interface Agenda {
  readonly queue: Queue;
  readonly asked: Asked;
}

/**
 * The Shoots whose maintenance was asked for, and has not been done since, each with its latest request: by then that may have gone from
 * the Shoot.
 */
type Asked = Map<string, symbol>;

/** Plans looks at all Shoots that are known, and at those that become known or change. */
function follow({ known, clock, random, signal }: MaintenanceOptions, { queue, asked }: Agenda): void {
  const onChange = (key: string, previous: FalcoUse | undefined, current: FalcoUse | undefined): void => {
    if (signal.aborted) return;
    const trigger = triggerOf(previous, current);
    if (trigger === "end") {
      queue.remove(key);
      asked.delete(key);
    }
    if (current === undefined || trigger === "end" || trigger === "nothing") return;
    if (trigger === "at-once") asked.set(key, Symbol(key));
    const now = clock.now();
    const moment = trigger === "at-once" ? now : firstMoment(current, now, random());
    queue.add(key, clock.monotonic() + moment.getTime() - now.getTime());
  };
  for (const use of known.uses()) onChange(keyOf(use), undefined, use);
  known.onChange(onChange);
}

type AskedRun = (key: string, isAskedFor: boolean, signal: AbortSignal) => ReturnType<LoopOptions["reconcile"]>;

/** Lets a request count until a run has come to its end; one that comes during the run is a new one, and one that ends during it stays ended. */
function answering(asked: Asked, run: AskedRun): LoopOptions["reconcile"] {
  return async (key, signal) => {
    const request = asked.get(key);
    const outcome = await run(key, request !== undefined, signal);
    if (outcome.kind !== "waiting" && asked.get(key) === request) asked.delete(key);
    return outcome;
  };
}

function logged(logger: Logger): LoopObserver {
  return {
    outcome: (key, { kind }) => {
      logger.debug("a Shoot was looked at", { shoot: key, outcome: kind });
    },
    failed: (key, error, retryInMs) => {
      logger.warn("a Shoot could not be maintained; it will be tried again", {
        shoot: key,
        error: errorText(error),
        retryInMs,
      });
    },
  };
}
