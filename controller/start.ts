import { type Result, success } from "../falco/base/problem.ts";
import type { Client } from "../kube/client.ts";
import type { Ending } from "../kube/ending.ts";
import { errorText, type Logger } from "../kube/logger.ts";
import { listed, runTogether } from "../kube/together.ts";
import { runWatch, type WatchPorts } from "../kube/watch.ts";
import { assemble, type Clients, type ControllerOptions } from "./assemble.ts";
import { addExtensionMetrics } from "./extension-metrics.ts";
import { Lead } from "../kube/lead.ts";
import { type Parts, partsOf, stopped } from "./parts.ts";
import { resourceTypes } from "./resource-types.ts";
import { serveController } from "./serve.ts";
import { runStores } from "./stores.ts";
import { work } from "./work.ts";

/** A running controller. */
export interface Controller {
  /** Stops: what is under way is finished, nothing new is begun. Resolves when it has ended. */
  readonly stop: () => Promise<void>;
  /** Aborted as soon as it begins to end, whatever the reason. */
  readonly ending: AbortSignal;
  /** How it has ended; by then it holds nothing any more. Never rejects. */
  readonly ended: Promise<Ending>;
  /** What has not ended yet, in words. */
  readonly unfinished: () => readonly string[];
}

/**
 * Starts the controller: follows what it needs to know, and works on Extensions once it knows all of it and leads. It is there
 * when it knows all of it, leading or standing by. Keys in the landscape's configuration that cannot be used are problems;
 * nothing is started then. What keeps it from starting otherwise, such as a port that is taken, is thrown.
 */
export async function startController(
  clients: Clients,
  options: ControllerOptions,
  logger: Logger,
): Promise<Result<Controller>> {
  const lead = new Lead();
  const fenced = { seed: lead.fenced(clients.seed), garden: lead.fenced(clients.garden) };
  const assembly = assemble(fenced, options, logger);
  if (!assembly.ok) return assembly;
  const parts = partsOf(assembly.value, { clients: fenced, options, lead });
  showMetrics(parts);
  const { ended, ready } = begin(parts);
  const early = await Promise.race([ready, ended]);
  if (early?.kind === "failed") throw early.error;
  return success({
    stop: async () => {
      parts.end.abort(stopped);
      await ended;
    },
    ending: parts.end.signal,
    ended,
    unfinished: () => [...parts.open, ...parts.runs.reconcile.keys, ...parts.runs.health.keys],
  });
}

function showMetrics({ options, stores, named, context, heart, lead }: Parts): void {
  const { metrics, clock, election } = options;
  if (metrics === undefined) return;
  const lastBeat = (): Date | undefined => heart.lastBeat;
  addExtensionMetrics(metrics, { stores, named, profiles: context.profiles, lastBeat, clock });
  if (election !== undefined) metrics.showLeader(election.lease.name, lead.leads);
}

/** `ready` resolves when the controller leads or stands by. */
function begin(parts: Parts): { readonly ready: Promise<undefined>; readonly ended: Promise<Ending> } {
  const { promise: ready, resolve } = Promise.withResolvers<undefined>();
  const tell = (): void => {
    resolve(undefined);
  };
  return { ready, ended: run(parts, tell) };
}

/** The whole life of a controller; `onReady` is called when it leads or stands by. */
async function run(parts: Parts, onReady: () => void): Promise<Ending> {
  const { options, check, end, context, lead } = parts;
  const { metrics, serving = {}, election, clock } = options;
  let kind: "stopped" | "lost" = "stopped";
  const leading = async (signal: AbortSignal): Promise<void> => {
    await whenKnown(parts, signal);
    const { logger } = context;
    const led = signal.aborted
      ? "stopped"
      : lead.run({ election, clock, logger, signal }, (leadership) => work(parts, leadership));
    onReady();
    kind = await led;
    end.abort(stopped);
  };
  try {
    const stopServing = await serveController(serving, { check, metrics, ending: end.signal, logger: context.logger });
    const follows = listed(parts, "the watches", (signal) => follow(parts, signal));
    await runTogether([follows, listed(parts, "the leadership", leading)], end.signal).finally(stopServing);
    return { kind };
  } catch (error) {
    return { kind: "failed", error };
  } finally {
    end.abort(stopped);
  }
}

/** Resolves when every store has its first list, or when there is no need any more. */
async function whenKnown({ named }: Parts, signal: AbortSignal): Promise<void> {
  const over = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => {
      resolve();
    });
  });
  await Promise.race([Promise.all(named.map(({ store }) => store.whenSynced())), over]);
}

async function follow(
  { stores, profiles, clients, options: { clock, random }, context: { logger } }: Parts,
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
