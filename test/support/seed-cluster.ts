import { loadTemplates } from "../../charts/load.ts";
import { assemble, type Assembly, type Clients, type ControllerOptions } from "../../controller/assemble.ts";
import { resourceTypes } from "../../controller/resource-types.ts";
import { type Controller, startController } from "../../controller/start.ts";
import { formatProblem } from "../../falco/base/problem.ts";
import { defaultLandscape, type Landscape } from "../../falco/desired/landscape.ts";
import type { Client } from "../../kube/client.ts";
import { systemClock } from "../../kube/clock.ts";
import type { Logger } from "../../kube/logger.ts";
import type { KubeObject } from "../../kube/objects.ts";
import { Store } from "../../kube/store.ts";
import { runWatch } from "../../kube/watch.ts";
import { loadRuleFiles } from "../../profiles/load.ts";
import { Changes } from "./changes.ts";
import { ControllerWrites } from "./controller-writes.ts";
import { inShort } from "./extension-view.ts";
import { connectWithFaults, type FaultHook, type FaultyClient } from "./faulty-client.ts";
import { JumpingClock } from "./jumping-clock.ts";
import type { ServerAddress } from "./real-server.ts";
import { type LogLine, recordingLogger } from "./recording-logger.ts";
import { type Request, SeedAccess, stateOf } from "./seed-access.ts";
import * as gardener from "./seed-objects.ts";
import { type SeedServer, startSeedServer } from "./seed-server.ts";

/** How a seed is set up; everything has a default. */
export interface SeedClusterOptions {
  readonly landscape?: Landscape;
  readonly profiles?: readonly KubeObject[];
}

interface ControllerInput {
  readonly clients: Clients;
  readonly options: ControllerOptions;
  readonly logger: Logger;
}

const patienceMs = 15_000;
const templates = loadTemplates();

/**
 * A seed, which is the garden, too, on the embedded API server or, with KUBECONFIG_REAL, on a real one. Controllers run in it when a test starts
 * them; what Gardener's programs would do, a test does (`SeedAccess`). There is one at a time: `stop` it before the next one starts.
 */
export class SeedCluster extends SeedAccess {
  readonly clock: JumpingClock;
  /** What the controllers have logged. */
  readonly log: LogLine[] = [];
  /** What the controllers have written. */
  readonly writes = new ControllerWrites();
  /** Asked at each request of the controllers, and only theirs. */
  fault: FaultHook = () => undefined;
  readonly #server: SeedServer;
  readonly #landscape: Landscape;
  readonly #end = new AbortController();
  readonly #controllers: Controller[] = [];
  readonly #clients: FaultyClient[] = [];
  readonly #changes = new Changes();
  readonly #logger = recordingLogger(this.log, this.#changes.happened);
  readonly #watches: readonly Promise<void>[];

  private constructor(server: SeedServer, client: Client, landscape: Landscape) {
    const clock = new JumpingClock();
    super(client, clock);
    this.clock = clock;
    this.#server = server;
    this.#landscape = landscape;
    const { extension, managedResource, secret } = resourceTypes;
    const ports = { client, clock: systemClock, random: Math.random };
    this.#watches = [extension, managedResource, secret].map((type) => {
      const onChange = this.#changes.happened;
      const store = new Store({ project: ({ metadata }) => metadata.resourceVersion, onChange });
      return runWatch({ type, store, signal: this.#end.signal }, ports);
    });
  }

  /** A seed with the namespace `garden`, the Seed `local` and FalcoProfiles; nothing of a seed before it is there. */
  static async start({
    landscape = defaultLandscape,
    profiles = [gardener.profileOf()],
  }: SeedClusterOptions = {}): Promise<SeedCluster> {
    const server = await startSeedServer();
    const seed = new SeedCluster(server, await connectWithFaults(server, "gardener"), landscape);
    for (const object of [gardener.namespaceOf("garden", "garden"), gardener.seedOf("local"), ...profiles]) {
      await seed.put(object);
    }
    return seed;
  }

  /** Where the server is, for clients of a test's own. */
  get address(): ServerAddress {
    return this.#server;
  }

  /** Starts a controller; it has synced and works when the promise resolves. With `own` clients, `fault` is not asked. */
  async startController(changed: Partial<ControllerOptions> = {}, own?: Clients): Promise<Controller> {
    const { clients, options, logger } = await this.#controllerInput();
    const started = await startController(own ?? clients, { ...options, ...changed }, logger);
    if (!started.ok) throw new Error(started.problems.map(formatProblem).join("\n"));
    this.#controllers.push(started.value);
    return started.value;
  }

  /** The parts of a controller that does nothing by itself: a test feeds its stores. */
  async assemble(): Promise<Assembly> {
    const { clients, options, logger } = await this.#controllerInput();
    const assembly = assemble(clients, options, logger);
    if (!assembly.ok) throw new Error(assembly.problems.map(formatProblem).join("\n"));
    return assembly.value;
  }

  /** Breaks all watches of the controllers off, as a lost connection does. */
  cutWatches(): void {
    for (const client of this.#clients) client.cutWatches();
  }

  /** Stops all controllers; the server and its objects stay. */
  async stopControllers(): Promise<void> {
    await Promise.all(this.#controllers.splice(0).map((each) => each.stop()));
  }

  async stop(): Promise<void> {
    await this.stopControllers();
    this.#end.abort();
    await Promise.all(this.#watches);
    await this.#server.stop();
  }

  /**
   * Resolves as soon as `isSo`; looks whenever an Extension, a ManagedResource or a Secret has changed, a controller makes a request, or
   * something was logged.
   */
  async until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    if (await this.#changes.until(isSo, patienceMs)) return;
    throw new Error(`it never came to: ${what}\n${await this.#report()}`);
  }

  /** Resolves when the Extension has no request on it any more and its last operation has this state. */
  untilState(namespace: string, state: string): Promise<void> {
    return this.until(`${namespace}: ${state}`, async () => {
      const live = await this.rawExtension(namespace);
      return live?.metadata.annotations?.[gardener.operation] === undefined && stateOf(live) === state;
    });
  }

  /** Resolves when there is no Extension any more. */
  untilGone(namespace: string): Promise<void> {
    return this.until(`${namespace} is gone`, async () => (await this.rawExtension(namespace)) === undefined);
  }

  /** How many runs for an Extension have ended well. */
  runs(namespace: string): number {
    const key = `${namespace}/${gardener.extensionName}`;
    return this.log.filter(({ message, fields }) => message === "reconciled" && fields["key"] === key).length;
  }

  /** Does something and waits until a run for the Extension has ended since. */
  async afterRun(namespace: string, act: () => void | Promise<void>): Promise<void> {
    const before = this.runs(namespace);
    await act();
    await this.until(`${namespace}: another run`, () => this.runs(namespace) > before);
  }

  /** A new shoot whose Extension has succeeded and whose conditions say so. */
  async bringUp(namespace: string, request: Request = {}, input: gardener.ShootInput = {}): Promise<void> {
    await this.addShoot(namespace, input);
    await this.deploy(namespace, request);
    await this.untilState(namespace, "Create/Succeeded");
    await this.untilHealthy(namespace);
  }

  /** Accepts the ManagedResources and waits until the conditions have followed. */
  async untilHealthy(namespace: string): Promise<void> {
    for (const name of [gardener.targetName, gardener.controlPlaneName]) {
      if ((await this.managedResource(namespace, name)) !== undefined) await this.accept(namespace, name);
    }
    await this.until(`${namespace}: healthy`, async () => {
      const { conditions = [] } = (await this.extension(namespace)).status;
      return conditions.length > 0 && conditions.every(({ status }) => status === "True");
    });
  }

  async #controllerInput(): Promise<ControllerInput> {
    const client = await connectWithFaults(this.#server, "controller", async (request) => {
      const answer = this.fault(request);
      this.#changes.happened();
      const fault = await answer;
      if (fault === undefined || fault === "lost") this.writes.add(request);
      return fault;
    });
    this.#clients.push(client);
    const options: ControllerOptions = {
      landscape: this.#landscape,
      templates,
      loadRuleFiles,
      classes: ["shoot", "seed"],
      seedName: "local",
      workers: 1,
      clock: this.clock,
      random: () => 0.5,
    };
    return { clients: { seed: client, garden: client }, options, logger: this.#logger };
  }

  async #report(): Promise<string> {
    const extensions = (await this.list(resourceTypes.extension)).map(inShort);
    return [...extensions, ...this.log.slice(-12).map((line) => JSON.stringify(line))].join("\n");
  }
}
