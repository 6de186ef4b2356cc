import { loadTemplates } from "../../charts/load.ts";
import { assemble, type Assembly, type Clients, type ControllerOptions } from "../../controller/assemble.ts";
import { type Controller, startController } from "../../controller/start.ts";
import { formatProblem } from "../../falco/base/problem.ts";
import { defaultLandscape, type Landscape } from "../../falco/desired/landscape.ts";
import type { Client } from "../../kube/client.ts";
import { systemClock } from "../../kube/clock.ts";
import type { LogFields, Logger } from "../../kube/logger.ts";
import { resource, type ResourceType } from "../../kube/objects.ts";
import { Store } from "../../kube/store.ts";
import { runWatch } from "../../kube/watch.ts";
import { loadRuleFiles } from "../../profiles/load.ts";
import type { JsonObject, KubeObject } from "./apiserver/json.ts";
import { type ApiServer, startApiServer } from "./apiserver/start.ts";
import { connectWithFaults, type FaultHook } from "./faulty-client.ts";
import { gardenerResources, seedCrds } from "./gardener-resources.ts";
import { JumpingClock } from "./jumping-clock.ts";
import { profileCrd } from "./profile-crd.ts";
import * as gardener from "./seed-objects.ts";

/** How a seed is set up; everything has a default. */
export interface SeedClusterOptions {
  readonly landscape?: Landscape;
  readonly profiles?: readonly object[];
}

export interface LogLine {
  readonly level: keyof Logger;
  readonly message: string;
  readonly fields: LogFields;
}

/** An Extension as tests look at it. */
export interface ExtensionView {
  readonly metadata: {
    readonly generation: number;
    readonly annotations: Readonly<Record<string, string>>;
    readonly finalizers: readonly string[];
    readonly resourceVersion: string;
  };
  readonly status: {
    readonly observedGeneration?: number;
    readonly lastOperation?: Readonly<Record<"type" | "state" | "description" | "lastUpdateTime", string>>;
    readonly lastError?: { readonly description: string; readonly codes?: readonly string[] };
    readonly conditions?: readonly Readonly<Record<"type" | "status" | "reason" | "message", string>>[];
  };
}

/** What gardenlet asks of an Extension. */
export interface Request {
  /** null: the spec alone is changed. */
  readonly operation?: string | null;
  readonly providerConfig?: JsonObject;
  readonly class?: string;
}

interface ControllerInput {
  readonly clients: Clients;
  readonly options: ControllerOptions;
  readonly logger: Logger;
}

export const extensionResource = "extensions.extensions.gardener.cloud";
export const managedResourceResource = "managedresources.resources.gardener.cloud";
const watched: readonly ResourceType[] = [
  resource("extensions.gardener.cloud/v1alpha1", "Extension"),
  resource("resources.gardener.cloud/v1alpha1", "ManagedResource"),
  resource("v1", "Secret"),
];
const patienceMs = 8_000;
const templates = loadTemplates();

/** A seed with an API server of its own, which is the garden's, too; what Gardener's programs would do, a test does. */
export class SeedCluster {
  readonly clock = new JumpingClock();
  readonly log: LogLine[] = [];
  readonly server: ApiServer;
  /** Gardener's and the users' way to the server. */
  readonly client: Client;
  /** Asked at each request of the controllers, and only theirs. */
  fault: FaultHook = () => undefined;
  readonly #landscape: Landscape;
  readonly #end = new AbortController();
  readonly #controllers: Controller[] = [];
  readonly #waiting = new Set<() => void>();

  private constructor(server: ApiServer, client: Client, landscape: Landscape) {
    this.server = server;
    this.client = client;
    this.#landscape = landscape;
    for (const type of watched) {
      const store = new Store<string>({ project: ({ metadata }) => metadata.resourceVersion ?? "" });
      store.onChange(() => {
        this.#look();
      });
      void runWatch({ type, store, signal: this.#end.signal }, { client, clock: systemClock, random: Math.random });
    }
  }

  static async start({
    landscape = defaultLandscape,
    profiles = [gardener.profileOf()],
  }: SeedClusterOptions = {}): Promise<SeedCluster> {
    const server = await startApiServer({
      crds: [...seedCrds, profileCrd()],
      resources: gardenerResources,
      objects: [gardener.namespaceOf("garden", "garden"), gardener.seedOf("local"), ...profiles],
    });
    return new SeedCluster(server, await connectWithFaults(server, "gardener"), landscape);
  }

  /** Starts a controller; it has synced and works when the promise resolves. */
  async startController(): Promise<Controller> {
    const { clients, options, logger } = await this.#controllerInput();
    const started = await startController(clients, options, logger);
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

  /** Stops all controllers; the server and its objects stay. */
  async stopControllers(): Promise<void> {
    await Promise.all(this.#controllers.splice(0).map((each) => each.stop()));
  }

  async stop(): Promise<void> {
    await this.stopControllers();
    this.#end.abort();
    await this.server.stop();
  }

  /** A shoot's namespace and Cluster. */
  addShoot(namespace: string, input: gardener.ShootInput = {}): void {
    this.server.store.put(gardener.namespaceOf(namespace));
    this.setShoot(namespace, input);
  }

  /** Writes a shoot's Cluster anew. */
  setShoot(namespace: string, input: gardener.ShootInput): void {
    this.server.store.put(gardener.clusterOf(namespace, input));
  }

  /** What gardenlet does with an Extension in each of its reconciles. */
  deploy(namespace: string, { operation = "reconcile", providerConfig, ...spec }: Request = {}): void {
    const name = gardener.extensionName;
    const before = this.server.store.get(extensionResource, name, namespace);
    const asked =
      operation === null
        ? {}
        : { [gardener.operation]: operation, [gardener.timestamp]: this.clock.now().toISOString() };
    this.server.store.put({
      ...(before ?? { apiVersion: "extensions.gardener.cloud/v1alpha1", kind: "Extension" }),
      metadata: {
        ...(before?.metadata ?? { name, namespace }),
        annotations: { ...before?.metadata.annotations, ...asked },
      },
      spec: {
        ...(before?.["spec"] as JsonObject | undefined),
        type: name,
        ...spec,
        ...(providerConfig && { providerConfig }),
      },
    });
  }

  /** Deletes an Extension as gardenlet does. */
  async delete(namespace: string): Promise<void> {
    this.edit(extensionResource, gardener.extensionName, namespace, (live) => ({
      ...live,
      metadata: {
        ...live.metadata,
        annotations: { ...live.metadata.annotations, "confirmation.gardener.cloud/deletion": "true" },
      },
    }));
    const type = resource("extensions.gardener.cloud/v1alpha1", "Extension");
    await this.client.delete(type, { namespace, name: gardener.extensionName });
  }

  /** Changes an object, past the API. */
  edit(plural: string, name: string, namespace: string, change: (live: KubeObject) => object): void {
    const live = this.server.store.get(plural, name, namespace);
    if (live === undefined) throw new Error(`there is no ${name} in ${namespace}`);
    this.server.store.put(change(live));
  }

  /** What gardener-resource-manager says of a ManagedResource when all is well. */
  accept(namespace: string, name: string, healthy = "True"): void {
    this.edit(managedResourceResource, name, namespace, (live) => ({
      ...live,
      status: {
        observedGeneration: live.metadata.generation,
        conditions: [
          { type: "ResourcesApplied", status: "True", reason: "ApplySucceeded", message: "All is applied." },
          { type: "ResourcesHealthy", status: healthy, reason: "DaemonSetUnhealthy", message: "falco is as it is" },
        ],
      },
    }));
  }

  rawExtension(namespace: string): KubeObject | undefined {
    return this.server.store.get(extensionResource, gardener.extensionName, namespace);
  }

  extension(namespace: string): ExtensionView {
    const object = this.rawExtension(namespace);
    if (object === undefined) throw new Error(`there is no Extension in ${namespace}`);
    const { annotations = {}, finalizers = [] } = object.metadata;
    return {
      metadata: { ...object.metadata, annotations, finalizers },
      status: object["status"] ?? {},
    } as unknown as ExtensionView;
  }

  managedResource(namespace: string, name = gardener.targetName): KubeObject | undefined {
    return this.server.store.get(managedResourceResource, name, namespace);
  }

  identity(namespace: string): KubeObject | undefined {
    return this.server.store.get("secrets", gardener.identityName, namespace);
  }

  /** `Create/Succeeded`; empty while there is no status. */
  state(namespace: string): string {
    const last = this.rawExtension(namespace) && this.extension(namespace).status.lastOperation;
    return last === undefined ? "" : `${last.type}/${last.state}`;
  }

  /** Resolves as soon as `isSo`; looks whenever an object has changed or something was logged. */
  async until(what: string, isSo: () => boolean): Promise<void> {
    const patience = new AbortController();
    const holds = new Promise<void>((resolve) => {
      const look = (): void => {
        if (!isSo()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
    const lost = systemClock.sleep(patienceMs, patience.signal).then(() => {
      if (!patience.signal.aborted) throw new Error(`it never came to: ${what}\n${this.#report()}`);
    });
    await Promise.race([holds, lost]);
    patience.abort(new Error("seen"));
  }

  /** Resolves when the Extension has no request on it any more and its last operation has this state. */
  untilState(namespace: string, state: string): Promise<void> {
    return this.until(`${namespace}: ${state}`, () => {
      const isPicked = this.rawExtension(namespace)?.metadata.annotations?.[gardener.operation] === undefined;
      return isPicked && this.state(namespace) === state;
    });
  }

  /** How many runs for an Extension have ended well. */
  runs(namespace: string): number {
    const key = `${namespace}/${gardener.extensionName}`;
    return this.log.filter(({ message, fields }) => message === "reconciled" && fields["key"] === key).length;
  }

  /** Does something and waits until a run for the Extension has ended since. */
  async afterRun(namespace: string, act: () => void): Promise<void> {
    const before = this.runs(namespace);
    act();
    await this.until(`${namespace}: another run`, () => this.runs(namespace) > before);
  }

  /** A new shoot whose Extension has succeeded and whose conditions say so. */
  async bringUp(namespace: string, request: Request = {}, input: gardener.ShootInput = {}): Promise<void> {
    this.addShoot(namespace, input);
    this.deploy(namespace, request);
    await this.untilState(namespace, "Create/Succeeded");
    await this.untilHealthy(namespace);
  }

  /** Accepts the ManagedResources and waits until the conditions have followed. */
  async untilHealthy(namespace: string): Promise<void> {
    for (const name of [gardener.targetName, gardener.controlPlaneName]) {
      if (this.managedResource(namespace, name) !== undefined) this.accept(namespace, name);
    }
    await this.until(`${namespace}: healthy`, () => {
      const { conditions = [] } = this.extension(namespace).status;
      return conditions.length > 0 && conditions.every(({ status }) => status === "True");
    });
  }

  async #controllerInput(): Promise<ControllerInput> {
    const client = await connectWithFaults(this.server, "controller", (request) => this.fault(request));
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
    return { clients: { seed: client, garden: client }, options, logger: this.#logger() };
  }

  #logger(): Logger {
    const at =
      (level: keyof Logger) =>
      (message: string, fields: LogFields = {}): void => {
        this.log.push({ level, message, fields });
        this.#look();
      };
    return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  }

  #look(): void {
    for (const look of [...this.#waiting]) look();
  }

  #report(): string {
    const objects = this.server.store.list(extensionResource).map(({ metadata, status }) => {
      const { namespace, annotations, finalizers } = metadata;
      return JSON.stringify({ namespace, annotations, finalizers, status });
    });
    return [...objects, ...this.log.slice(-12).map((line) => JSON.stringify(line))].join("\n");
  }
}
