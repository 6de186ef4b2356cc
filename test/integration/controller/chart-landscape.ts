import { type Additional, createAdditional } from "../../../controller/additional/run-additional.ts";
import { planCharts } from "../../../controller/additional/plan-charts.ts";
import type { Helm, Release } from "../../../controller/helm.ts";
import { resourceTypes } from "../../../controller/resource-types.ts";
import { formatProblem, success } from "../../../falco/base/problem.ts";
import type { AdditionalChart } from "../../../falco/desired/additional-charts.ts";
import type { Logger } from "../../../kube/logger.ts";
import type { KubeObject } from "../../../kube/objects.ts";
import { noCache } from "../../../registry/cache.ts";
import { createHttp } from "../../../registry/http.ts";
import { createRegistry, type Registry } from "../../../registry/registry.ts";
import { Changes } from "../../support/changes.ts";
import { ControllerWrites } from "../../support/controller-writes.ts";
import { connectWithFaults, type FaultHook, type FaultyClient } from "../../support/faulty-client.ts";
import { JumpingClock } from "../../support/jumping-clock.ts";
import { putObject } from "../../support/object-writes.ts";
import { packedObjects } from "../../support/packed-objects.ts";
import { type LogLine, recordingLogger } from "../../support/recording-logger.ts";
import { EmbeddedRegistry } from "../../support/registry.ts";
import { namespaceOf } from "../../support/seed-objects.ts";
import { type SeedServer, startSeedServer } from "../../support/seed-server.ts";

export const namespace = "extension-falco-x7k2p";
/** Of the ManagedResource of the chart `tools`. */
export const name = "falco-additional-tools";
const patienceMs = 8_000;

/** A manifest with some data. */
export const template = (data: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: tools\ndata:\n  key: ${data}\n`;

/** An extension's namespace in a seed, a registry, and the charts' controller between them; helm is a stand-in unless a test brings it. */
export class ChartLandscape {
  readonly clock = new JumpingClock();
  readonly log: LogLine[] = [];
  readonly writes = new ControllerWrites();
  /** What was rendered. */
  readonly releases: Release[] = [];
  /** What the stand-in gives. */
  output = template("one");
  fault: FaultHook = () => undefined;
  readonly registry: EmbeddedRegistry;
  readonly client: FaultyClient;
  readonly #server: SeedServer;
  readonly #changes = new Changes();
  readonly #runs = new Map<string, number>();
  #end = new AbortController();
  #running: Promise<void> = Promise.resolve();
  additional: Additional | undefined;

  private constructor(server: SeedServer, client: FaultyClient, registry: EmbeddedRegistry) {
    this.#server = server;
    this.client = client;
    this.registry = registry;
  }

  static async start(): Promise<ChartLandscape> {
    const server = await startSeedServer();
    const client = await connectWithFaults(server, "gardener");
    await putObject(client, namespaceOf(namespace, "extension"));
    return new ChartLandscape(server, client, await EmbeddedRegistry.start());
  }

  readonly helm: Helm = {
    version: "v4.2.3",
    template: (release) => {
      this.releases.push(release);
      return Promise.resolve(success(this.output));
    },
  };

  /** Begins to lead with these charts. */
  async lead(
    charts: readonly AdditionalChart[],
    { helm }: { readonly helm: Helm | undefined } = { helm: this.helm },
  ): Promise<void> {
    const client = await connectWithFaults(this.#server, "controller", (request) => {
      const failure = this.fault(request);
      if (failure === undefined) this.writes.add(request);
      return failure;
    });
    const planned = planCharts(charts);
    if (!planned.ok) throw new Error(planned.problems.map(formatProblem).join("\n"));
    const { clock } = this;
    const registry = this.openRegistry();
    const logger = this.logger();
    const finished = (key: string): void => {
      this.#runs.set(key, this.runs(key) + 1);
      this.#changes.happened();
    };
    const observe = () => ({ finished });
    const options = {
      client,
      namespace,
      charts: planned.value,
      registry,
      helm,
      clock,
      random: () => 0.5,
      logger,
      observe,
    };
    this.additional = createAdditional(options);
    this.#end = new AbortController();
    this.#running = this.additional.run(this.#end.signal);
  }

  openRegistry(): Registry {
    return createRegistry({
      mirrors: new Map(),
      cache: noCache,
      http: createHttp({ environment: {} }),
      credentials: () => Promise.resolve(success(() => undefined)),
      clock: this.clock,
    });
  }

  logger(): Logger {
    return recordingLogger(this.log, this.#changes.happened);
  }

  async resign(): Promise<void> {
    this.#end.abort(new Error("over"));
    await this.#running;
  }

  async stop(): Promise<void> {
    await this.resign();
    await this.registry.stop();
    await this.#server.stop();
  }

  resource(): Promise<KubeObject | undefined> {
    return this.client.get(resourceTypes.managedResource, { namespace, name });
  }

  async objects(): Promise<readonly KubeObject[]> {
    return packedObjects(await this.resource(), this.client);
  }

  async until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    if (await this.#changes.until(isSo, patienceMs)) return;
    throw new Error(`it never came to: ${what}\n${this.log.map((line) => JSON.stringify(line)).join("\n")}`);
  }

  /** Resolves once the charts are as they should be. */
  settled(): Promise<void> {
    return this.until("all charts deployed", () => this.additional?.failing().length === 0);
  }

  /** How many runs for a chart have ended. */
  runs(key: string): number {
    return this.#runs.get(key) ?? 0;
  }

  /** Whether a line was logged that holds this text. */
  said(text: string): boolean {
    return this.log.some((line) => JSON.stringify(line).includes(text));
  }

  /** A chart from the registry. */
  chart(reference: string, values: Readonly<Record<string, unknown>> = {}): AdditionalChart {
    return {
      name: "tools",
      path: "list[0]",
      source: { kind: "oci", ref: `${this.registry.host}/${reference}` },
      values,
    };
  }
}
