import type { Catalogue } from "../../../../falco/catalog/catalogue.ts";
import { readProfiles } from "../../../../falco/catalog/read-profiles.ts";
import { falcoUseOf } from "../../../../falco/desired/falco-use.ts";
import { shoots } from "../../../../admission/garden.ts";
import { type KnownUses, watchUses } from "../../../../admission/known-uses.ts";
import { runMaintenance } from "../../../../admission/maintenance/run-maintenance.ts";
import type { Client } from "../../../../kube/client.ts";
import { systemClock } from "../../../../kube/clock.ts";
import { type Election, Lead } from "../../../../kube/lead.ts";
import { type KubeObject, resource } from "../../../../kube/objects.ts";
import { createMetrics, type RuntimeMetrics } from "../../../../kube/runtime-metrics.ts";
import { Store } from "../../../../kube/store.ts";
import { runWatch } from "../../../../kube/watch.ts";
import { Changes } from "../../../support/changes.ts";
import { connectWithFaults, type FaultHook } from "../../../support/faulty-client.ts";
import { JumpingClock } from "../../../support/jumping-clock.ts";
import { editObject, listObjects, putObject } from "../../../support/object-writes.ts";
import { type LogLine, recordingLogger } from "../../../support/recording-logger.ts";
import { namespaceOf, profileOf } from "../../../support/seed-objects.ts";
import { type SeedServer, startSeedServer } from "../../../support/seed-server.ts";

export const namespace = "garden-dev";
const eventType = resource("v1", "Event");
const patienceMs = 10_000;
/** What Gardener sets when it sees our entry in `spec.extensions`. */
const labels = { "extensions.extensions.gardener.cloud/shoot-falco-service": "true" };

/** What tests vary of a Shoot. */
export interface ShootInput {
  readonly version?: string;
  readonly autoUpdate?: boolean;
  readonly begin?: string;
  readonly end?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
}

/** A Shoot with Falco; its window is from 22:00 to 23:00 in UTC. */
function shootOf(name: string, input: ShootInput): KubeObject {
  const { version = "0.43.1", autoUpdate = true, begin = "220000+0000", end = "230000+0000", ...metadata } = input;
  const providerConfig = { falcoVersion: version, autoUpdate, rules: { standard: ["falco-rules"] } };
  return {
    apiVersion: "core.gardener.cloud/v1beta1",
    kind: "Shoot",
    metadata: { namespace, name, labels, ...metadata },
    spec: {
      extensions: [
        { type: "shoot-other", providerConfig: { falcoVersion: "0.43.1" } },
        { type: "shoot-falco-service", providerConfig },
      ],
      maintenance: { timeWindow: { begin, end } },
    },
  };
}

/** A garden, on the embedded API server or with KUBECONFIG_REAL on a real one, whose Shoots are maintained; it is ten in the morning. */
export class Garden {
  readonly clock = new JumpingClock("2026-11-21T10:00:00.000Z");
  readonly log: LogLine[] = [];
  /** Method and path of all that maintenance has written, Leases apart. */
  readonly writes: string[] = [];
  /** Asked at each request of the maintenance, and only its. */
  fault: FaultHook = () => undefined;
  /** What the profiles say. */
  catalogue: Catalogue | undefined = catalogueOf(profileOf());
  /** Those of the maintenance that was started last. */
  metrics: RuntimeMetrics = createMetrics();
  readonly client: Client;
  readonly #server: SeedServer;
  readonly #changes = new Changes();
  readonly #known: KnownUses;
  readonly #end = new AbortController();
  readonly #runs = new Set<Run>();
  readonly #watches: readonly Promise<void>[];

  private constructor(server: SeedServer, client: Client) {
    this.#server = server;
    this.client = client;
    const events = new Store({ project: ({ metadata }) => metadata.name, onChange: this.#changes.happened });
    const ports = { client, clock: systemClock, random: Math.random };
    const { signal } = this.#end;
    this.#known = watchUses(ports, recordingLogger(this.log, this.#changes.happened), signal);
    this.#known.onChange(this.#changes.happened);
    this.#watches = [this.#known.ended, runWatch({ type: eventType, store: events, signal }, ports)];
  }

  static async start(): Promise<Garden> {
    const server = await startSeedServer();
    const client = await connectWithFaults(server, "gardener");
    const garden = new Garden(server, client);
    await putObject(client, namespaceOf(namespace, "project"));
    await garden.#known.whenSynced();
    return garden;
  }

  /** Starts a maintenance that works, or with an election one that waits until it may. */
  async maintain(election?: Election): Promise<Run> {
    const client = await connectWithFaults(this.#server, "maintenance", async (request) => {
      const fault = await this.fault(request);
      this.#changes.happened();
      if (request.method !== "GET") this.writes.push(`${request.method} ${request.path}`);
      return fault;
    });
    const { clock } = this;
    const metrics = (this.metrics = createMetrics());
    const lead = new Lead();
    const end = new AbortController();
    const logger = recordingLogger(this.log, this.#changes.happened);
    const given = { client: lead.fenced(client), known: this.#known, catalogue: () => this.catalogue };
    const random = (): number => 0.5;
    const ended = lead.run({ election, clock, logger, signal: end.signal }, (leadership) =>
      runMaintenance({ ...given, ...leadership, clock, random, logger, metrics }),
    );
    const run = {
      stop: async (): Promise<void> => {
        this.#runs.delete(run);
        end.abort();
        await ended;
      },
    };
    this.#runs.add(run);
    return run;
  }

  /** Creates a Shoot; it is known to the maintenance when the promise resolves. */
  async shoot(name: string, input: ShootInput = {}): Promise<void> {
    await putObject(this.client, shootOf(name, input));
    await this.until(`${name} is known`, () => this.#known.get(`${namespace}/${name}`) !== undefined);
  }

  /** Changes a Shoot as its owner or Gardener does. */
  edit(name: string, change: (live: KubeObject) => KubeObject): Promise<void> {
    return editObject(this.client, { type: shoots, name: { namespace, name } }, change);
  }

  /** Deletes a Shoot; it is known to be gone, or in deletion, when the promise resolves. */
  async delete(name: string): Promise<void> {
    await this.client.delete(shoots, { namespace, name });
    await this.until(`${name} is gone`, () => this.#known.get(`${namespace}/${name}`) === undefined);
  }

  /** Sets an annotation as `kubectl annotate` does, and takes it away again as Gardener does. */
  async operate(name: string, operation: string): Promise<void> {
    for (const value of [operation, null]) {
      const body = { metadata: { annotations: { "gardener.cloud/operation": value } } };
      await this.client.patch(shoots, { namespace, name }, { body });
    }
  }

  async read(name: string): Promise<KubeObject | undefined> {
    return this.client.get(shoots, { namespace, name });
  }

  /** The version that a Shoot has. */
  async version(name: string): Promise<string | undefined> {
    return falcoUseOf(await this.read(name))?.falcoVersion;
  }

  /** Resolves when the Shoot has this version. */
  untilVersion(name: string, version: string): Promise<void> {
    return this.until(`${name} has ${version}`, async () => (await this.version(name)) === version);
  }

  /** The Events about a Shoot, each with its count, as a person sees them. */
  async events(name: string): Promise<readonly string[]> {
    return (await listObjects(this.client, eventType, namespace))
      .filter(({ involvedObject }) => (involvedObject as { name?: string }).name === name)
      .map(({ type, reason, message, count }) => [type, reason, count, message].map(String).join(" "));
  }

  untilEvents(name: string, count: number): Promise<void> {
    return this.until(`${name} has ${String(count)} events`, async () => (await this.events(name)).length === count);
  }

  /** Resolves when this many looks at Shoots have ended with an outcome. */
  untilLooked(times: number): Promise<void> {
    return this.untilSaid("looked at", times);
  }

  /** Resolves when this many lines of the log have these words. */
  untilSaid(words: string, times: number): Promise<void> {
    const count = (): number => this.log.filter(({ message }) => message.includes(words)).length;
    return this.until(`"${words}" is said ${String(times)} times`, () => count() >= times);
  }

  /** Resolves when everything that was due has been looked at: a Shoot that comes last has been maintained. */
  async settled(): Promise<void> {
    const name = `witness-${String(this.#witnesses++)}`;
    await this.shoot(name, { annotations: { "gardener.cloud/operation": "maintain" } });
    await this.untilVersion(name, "0.44.1");
    await this.untilEvents(name, 1);
  }

  #witnesses = 0;

  /** What was written into Shoots and Events, witnesses apart. */
  get relevantWrites(): readonly string[] {
    return this.writes.filter((each) => each.includes("/shoots/") && !each.includes("witness"));
  }

  async until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    if (await this.#changes.until(isSo, patienceMs)) return;
    throw new Error(`it never came to: ${what}\n${this.log.map((line) => JSON.stringify(line)).join("\n")}`);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#runs].map((run) => run.stop()));
    this.#end.abort();
    await Promise.all(this.#watches);
    await this.#server.stop();
  }
}

/** A maintenance that runs. */
interface Run {
  readonly stop: () => Promise<void>;
}

/** What a garden with these profiles knows. */
export function catalogueOf(...profiles: readonly KubeObject[]): Catalogue {
  return readProfiles(profiles).catalogue;
}
