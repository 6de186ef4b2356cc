import { type Result, success } from "../falco/base/problem.ts";
import type { Landscape } from "../falco/desired/landscape.ts";
import { createPackCache } from "../falco/objects/pack-cache.ts";
import type { Templates } from "../falco/objects/render.ts";
import type { Client } from "../kube/client.ts";
import type { Clock } from "../kube/clock.ts";
import type { Logger } from "../kube/logger.ts";
import type { RuntimeMetrics } from "../kube/runtime-metrics.ts";
import type { KubeObject } from "../kube/objects.ts";
import { Queue } from "../kube/queue.ts";
import { Store } from "../kube/store.ts";
import { assembleCharts } from "./additional/assemble-charts.ts";
import type { ChartSettings } from "./additional/open-charts.ts";
import type { Additional } from "./additional/run-additional.ts";
import type { ControllerContext, Memory } from "./context.ts";
import type { ExtensionClass } from "./extension-class.ts";
import { followProfiles } from "./follow-profiles.ts";
import type { HeartbeatSettings } from "./heartbeat.ts";
import { type IdentityMaker, identityMaker } from "./identity/maker.ts";
import type { Election } from "../kube/lead.ts";
import type { Serving } from "../kube/serve.ts";
import { readGardenCluster, readOwnSeed } from "./own-cluster.ts";
import { createShootLooks } from "./shoot/create-shoot-looks.ts";
import { createStores, knownFrom, type Stores } from "./stores.ts";
import { concernedBy, wire } from "./wiring.ts";

/** The API servers that the controller works with; the same one may be both. */
export interface Clients {
  /** Where Extensions and ManagedResources are. */
  readonly seed: Client;
  /** Where FalcoProfiles and the Seed are. */
  readonly garden: Client;
}

export interface ControllerOptions {
  readonly landscape: Landscape;
  readonly templates: Templates;
  /** Reads the files that FalcoProfiles name as sources of rule sets; those that do not exist are left out. */
  readonly loadRuleFiles: (names: readonly string[]) => ReadonlyMap<string, string>;
  readonly classes: readonly ExtensionClass[];
  /** The name of the Seed that the controller runs in; without it, Extensions of the class seed wait. */
  readonly seedName?: string;
  /** Works on changes as soon as they are there, instead of waiting for Gardener's request; default false. */
  readonly ignoresRequests?: boolean;
  /** Reaches shoots by their public names instead of through the seed; default false. */
  readonly externalShootClient?: boolean;
  /** How many Extensions are worked on at once. */
  readonly workers: number;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** How replicas agree on the one that works; absent, this one does. */
  readonly election?: Election;
  /** Where it shows Gardener that it works; absent, it does not. */
  readonly heartbeat?: HeartbeatSettings;
  /** What the landscape's own charts need; absent, they are not deployed. */
  readonly charts?: ChartSettings;
  readonly serving?: Serving;
  readonly metrics?: RuntimeMetrics;
  /** Aborted: the controller stops, even if it is only about to start. */
  readonly signal?: AbortSignal;
}

/** The parts of a controller, connected: what the watches feed, what the loops work off, and what their runs share. */
export interface Assembly {
  readonly stores: Stores;
  readonly profiles: Store<KubeObject>;
  readonly queues: { readonly reconcile: Queue; readonly health: Queue };
  readonly context: ControllerContext;
  /** The landscape's own charts; absent where they have no place. */
  readonly charts: Additional | undefined;
}

/** A successful reconcile is done again after this time, whatever happens: an hour, as Gardener's extensions do. */
export const resyncSeconds = 3600;

/** Within this time gardener-resource-manager has taken in a change, if it works at all. */
const patienceSeconds = 15;

/** Puts a controller together; nothing runs yet. Keys and references in the landscape's configuration that cannot be used are problems. */
export function assemble(clients: Clients, options: ControllerOptions, logger: Logger): Result<Assembly> {
  const maker = identityMaker(options.landscape);
  if (!maker.ok) return maker;
  const charts = assembleCharts(clients.seed, options, logger);
  if (!charts.ok) return charts;
  const stores = createStores(options.classes);
  const profiles = new Store<KubeObject>({ project: (object) => object });
  const queues = { reconcile: new Queue(), health: new Queue() };
  const memory: Memory = new Map();
  connect({ stores, queues, memory }, options);
  const context = contextOf({ clients, options, logger, stores, profiles, queues, memory, identityMaker: maker.value });
  return success({ stores, profiles, queues, context, charts: charts.value });
}

type Parts = Pick<Assembly, "stores" | "queues"> & { readonly memory: Memory };

function connect(
  { stores, queues, memory }: Parts,
  { clock, random, ignoresRequests = false }: ControllerOptions,
): void {
  wire(
    { stores, memory, ignoresRequests },
    {
      reconcile: (key) => {
        queues.reconcile.add(key, clock.monotonic());
      },
      reconcileLater: (key) => {
        queues.reconcile.add(key, clock.monotonic() + random() * resyncSeconds * 1000);
      },
      checkHealth: (key) => {
        queues.health.add(key, clock.monotonic());
      },
      checkHealthSoon: (key) => {
        queues.health.add(key, clock.monotonic() + patienceSeconds * 1000);
      },
    },
  );
}

interface ContextParts extends Parts {
  readonly clients: Clients;
  readonly options: ControllerOptions;
  readonly logger: Logger;
  readonly profiles: Store<KubeObject>;
  readonly identityMaker: IdentityMaker;
}

function contextOf(parts: ContextParts): ControllerContext {
  const { clients, options, logger, stores, profiles, queues, memory } = parts;
  const { clock, landscape, loadRuleFiles } = options;
  const followed = followProfiles({
    store: profiles,
    loadRuleFiles,
    logger,
    onChange: (from, to) => {
      for (const key of concernedBy({ from, to, now: clock.now() }, stores))
        queues.reconcile.add(key, clock.monotonic());
    },
  });
  return {
    client: clients.seed,
    known: knownFrom(stores),
    names: stores.names,
    ownCluster: (kind, signal) =>
      kind === "seed" ? readOwnSeed(clients.garden, options.seedName, signal) : readGardenCluster(clients.seed, signal),
    ...followed,
    landscape,
    rendering: { templates: options.templates, packCache: createPackCache() },
    identityMaker: parts.identityMaker,
    memory,
    lastStatus: new Map(),
    shootLooks: createShootLooks({
      seed: clients.seed,
      landscape,
      clock,
      external: options.externalShootClient ?? false,
      onLooked: (key) => {
        queues.health.add(key, clock.monotonic());
      },
    }),
    now: clock.now,
    logger,
  };
}
