import { readSeed, type Seed } from "../falco/api/gardener.ts";
import { type Outcome } from "../falco/base/outcome.ts";
import { formatProblem, type Result } from "../falco/base/problem.ts";
import { type Catalogue, managedRuleSet } from "../falco/catalog/catalogue.ts";
import { readProfiles } from "../falco/catalog/read-profiles.ts";
import { type Landscape } from "../falco/desired/landscape.ts";
import { createPackCache } from "../falco/objects/pack-cache.ts";
import { type Templates } from "../falco/objects/render.ts";
import { Backoff } from "../kube/backoff.ts";
import { type Client } from "../kube/client.ts";
import { type Clock } from "../kube/clock.ts";
import { errorText, type Logger } from "../kube/logger.ts";
import { runLoop } from "../kube/loop.ts";
import { type KubeObject, nameOf, type ObjectName } from "../kube/objects.ts";
import { Queue } from "../kube/queue.ts";
import { Store } from "../kube/store.ts";
import { runWatch, type WatchPorts } from "../kube/watch.ts";
import { type ControllerContext, type Memory, type Profiles } from "./context.ts";
import { checkHealth } from "./health-check.ts";
import { identityMaker } from "./identity/maker.ts";
import { processExtension } from "./process.ts";
import { resourceTypes } from "./resource-types.ts";
import { createStores, type ExtensionClass, knownFrom, runStores, type Stores, whenSynced } from "./stores.ts";
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
  /** How many Extensions are worked on at once. */
  readonly workers: number;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
}

/** A running controller. */
export interface Controller {
  /** Stops: what is under way is finished, nothing new is begun. */
  readonly stop: () => Promise<void>;
}

/** A successful reconcile is done again after this time, whatever happens: an hour, as Gardener's extensions do. */
const resyncSeconds = 3600;

/**
 * Starts the controller: follows what it needs to know, and works on Extensions once it knows all of it. Keys in the landscape's
 * configuration that cannot be used are problems; nothing is started then.
 */
export async function startController(
  clients: Clients,
  options: ControllerOptions,
  logger: Logger,
): Promise<Result<Controller>> {
  const maker = identityMaker(options.landscape);
  if (!maker.ok) return maker;
  const stores = createStores(options.classes);
  const profiles = new Store<KubeObject>({ project: (object) => object });
  const memory: Memory = new Map();
  const queues = { reconcile: new Queue(), health: new Queue() };
  const due = (): number => options.clock.monotonic();
  const follow = followProfiles({ profiles, stores, options, logger }, (key) => {
    queues.reconcile.add(key, due());
  });
  const context: ControllerContext = {
    client: clients.seed,
    known: knownFrom(stores),
    seed: () => readOwnSeed(clients.garden, options.seedName),
    profiles: follow.profiles,
    ruleFiles: follow.ruleFiles,
    landscape: options.landscape,
    rendering: { templates: options.templates, packCache: createPackCache() },
    identityMaker: maker.value,
    memory,
    now: options.clock.now,
    logger,
  };
  wire(stores, memory, {
    reconcile: (key) => {
      queues.reconcile.add(key, due());
    },
    reconcileLater: (key) => {
      queues.reconcile.add(key, due() + options.random() * resyncSeconds * 1000);
    },
    checkHealth: (key) => {
      queues.health.add(key, due());
    },
  });
  return { ok: true, warnings: [], value: await run({ clients, options, logger, stores, profiles, context, queues }) };
}

interface Running {
  readonly clients: Clients;
  readonly options: ControllerOptions;
  readonly logger: Logger;
  readonly stores: Stores;
  readonly profiles: Store<KubeObject>;
  readonly context: ControllerContext;
  readonly queues: { readonly reconcile: Queue; readonly health: Queue };
}

async function run({ clients, options, logger, stores, profiles, context, queues }: Running): Promise<Controller> {
  const end = new AbortController();
  const { clock, random, workers } = options;
  const portsFor = (client: Client): WatchPorts => ({
    client,
    clock,
    random,
    onError: (error) => {
      logger.warn("a watch failed; trying again", { error: errorText(error) });
    },
  });
  const watches = Promise.all([
    runStores(stores, portsFor(clients.seed), end.signal),
    runWatch({ type: resourceTypes.falcoProfile, store: profiles, signal: end.signal }, portsFor(clients.garden)),
  ]);
  await Promise.race([Promise.all([whenSynced(stores), profiles.whenSynced()]), watches]);
  const loop = (queue: Queue, work: Work) =>
    runLoop({
      queue,
      backoff: new Backoff(),
      workers,
      clock,
      signal: end.signal,
      reconcile: (key, signal) => work(nameOf(key), context, signal),
      observer: {
        failed: (key, error, retryInMs) => {
          logger.error("a run failed; it will be tried again", { key, error: errorText(error), retryInMs });
        },
      },
    });
  const loops = Promise.all([loop(queues.reconcile, withResync), loop(queues.health, checkHealth)]);
  logger.info("the controller works", { extensions: stores.extensions.size });
  return {
    stop: async () => {
      end.abort();
      await Promise.all([watches, loops]);
    },
  };
}

type Work = (name: ObjectName, context: ControllerContext, signal: AbortSignal) => Promise<Outcome>;

async function withResync(name: ObjectName, context: ControllerContext, signal: AbortSignal): Promise<Outcome> {
  const outcome = await processExtension(name, context, signal);
  context.logger.info("reconciled", { ...name, outcome: outcome.kind, ...detailsOf(outcome) });
  return outcome.kind === "again"
    ? { ...outcome, afterSeconds: Math.min(outcome.afterSeconds, resyncSeconds) }
    : outcome;
}

function detailsOf(outcome: Outcome): { readonly problems?: readonly string[]; readonly waitingFor?: string } {
  if (outcome.kind === "stalled") return { problems: outcome.problems.map(formatProblem) };
  return outcome.kind === "waiting" ? { waitingFor: outcome.for } : {};
}

async function readOwnSeed(garden: Client, name: string | undefined): Promise<Seed | undefined> {
  const object = name === undefined ? undefined : await garden.get(resourceTypes.seed, { name });
  const seed = object === undefined ? undefined : readSeed(object);
  return seed?.ok === true ? seed.value : undefined;
}

interface ProfileInput {
  readonly profiles: Store<KubeObject>;
  readonly stores: Stores;
  readonly options: ControllerOptions;
  readonly logger: Logger;
}

/** Keeps the catalogue of all FalcoProfiles; when it changes, the Extensions concerned are handed to `reconcile`. */
function followProfiles(
  { profiles, stores, options, logger }: ProfileInput,
  reconcile: (key: string) => void,
): { readonly profiles: () => Profiles; readonly ruleFiles: () => ReadonlyMap<string, string> } {
  const read = (): Catalogue => {
    const { catalogue, problems } = readProfiles(profiles.values());
    if (problems.length > 0) logger.warn("the FalcoProfiles have problems", { problems: problems.map(formatProblem) });
    return catalogue;
  };
  let current: Profiles = { catalogue: readProfiles([]).catalogue, revision: 0 };
  let ruleFiles: ReadonlyMap<string, string> = new Map();
  profiles.onChange(() => {
    const from = current.catalogue;
    const to = read();
    current = { catalogue: to, revision: current.revision + 1 };
    ruleFiles = options.loadRuleFiles(sourcesOf(to));
    // While the first list comes in, nothing changes: it is how things have been.
    if (profiles.synced) concernedBy({ from, to, now: options.clock.now() }, stores).forEach(reconcile);
  });
  return { profiles: () => current, ruleFiles: () => ruleFiles };
}

function sourcesOf({ ruleSets }: Catalogue): readonly string[] {
  const files = ruleSets.flatMap(({ source }) => (source.kind === "file" ? [source.file] : []));
  return [...new Set([managedRuleSet.file, ...files])];
}
