import { readManagedResource } from "../../falco/api/gardener.ts";
import type { Outcome } from "../../falco/base/outcome.ts";
import { formatProblem } from "../../falco/base/problem.ts";
import { Backoff } from "../../kube/backoff.ts";
import type { Client } from "../../kube/client.ts";
import type { Clock } from "../../kube/clock.ts";
import { joinObservers } from "../../kube/join-observers.ts";
import { errorText, type Logger } from "../../kube/logger.ts";
import { type LoopObserver, runLoop } from "../../kube/loop.ts";
import { Queue } from "../../kube/queue.ts";
import { Store } from "../../kube/store.ts";
import { runWatch } from "../../kube/watch.ts";
import type { Registry } from "../../registry/registry.ts";
import type { LiveManagedResource } from "../context.ts";
import type { Helm } from "../helm.ts";
import { resourceTypes } from "../resource-types.ts";
import { readOrAbsent } from "../stores.ts";
import { contentOf, lacksSecrets } from "../write-managed-resource.ts";
import { additionalLabel, additionalName, type DeployContext, deployChart } from "./deploy-chart.ts";
import type { PlannedChart } from "./plan-charts.ts";
import { removeUnconfigured } from "./remove-unconfigured.ts";

export interface AdditionalOptions {
  /** The seed's API server. */
  readonly client: Client;
  /** The extension's own. */
  readonly namespace: string;
  readonly charts: readonly PlannedChart[];
  readonly registry: Registry;
  /** Absent where there is no helm program. */
  readonly helm: Helm | undefined;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
  /** Told what the loop does, for metrics. */
  readonly observe?: (queue: Queue) => LoopObserver;
}

/** The landscape's own charts in this seed. */
export interface Additional {
  /** Works until `signal` aborts; `breakOff` ends what is under way at once. Only a leader may run it. */
  readonly run: (signal: AbortSignal, breakOff?: AbortSignal) => Promise<void>;
  /** The charts that are not as they should be, or have not been looked at yet; none while it does not run. */
  readonly failing: () => readonly string[];
}

/** As Gardener's extensions resync; charts that come under a tag are asked for then. */
const resyncSeconds = 3600;
/** What the operator has to set right, such as a chart that has yet to be pushed, is not announced. */
const problemSeconds = 600;
/** No chart's name. */
const unconfigured = "*";
/** Registries are not to be stormed, and nobody waits for these charts. */
const backoff = { baseMs: 5_000, capMs: 900_000, bucket: { perSecond: 1, burst: 10 } };
const deadlineMs = 900_000;

/** Puts the charts' controller together; nothing runs yet. Without helm it says so once, and leaves what is deployed as it is. */
export function createAdditional(options: AdditionalOptions): Additional {
  const { charts, helm, logger } = options;
  const failing = new Set<string>();
  const memory: DeployContext["memory"] = new Map();
  if (helm === undefined && charts.length > 0) {
    const message =
      "there is no helm program, so the charts of falco.additional.seedManagedResources are neither deployed nor updated; use the image with helm, or name one with --helm";
    logger.error(message, { charts: charts.map(({ name }) => name) });
  }
  return {
    failing: () => [...failing],
    run: (signal, breakOff) => new Run(options, memory, failing).run(signal, breakOff),
  };
}

/** One term of leadership. */
class Run {
  readonly #options: AdditionalOptions;
  readonly #memory: DeployContext["memory"];
  readonly #failing: Set<string>;
  readonly #queue = new Queue();
  readonly #store: Store<LiveManagedResource | undefined>;

  constructor(options: AdditionalOptions, memory: DeployContext["memory"], failing: Set<string>) {
    this.#options = options;
    this.#memory = memory;
    this.#failing = failing;
    const keys = new Map(options.charts.map(({ name }) => [additionalName(name), name]));
    this.#store = new Store({
      project: (object) => readOrAbsent(readManagedResource, object),
      onChange: (key, previous, current) => {
        if (!isSameInDeed(previous, current)) this.#add(keys.get(key.slice(key.indexOf("/") + 1)) ?? unconfigured);
      },
    });
  }

  async run(signal: AbortSignal, breakOff: AbortSignal | undefined): Promise<void> {
    const { client, namespace, charts, clock, random, logger, observe } = this.#options;
    for (const { name } of charts) this.#failing.add(name);
    const watch = {
      type: resourceTypes.managedResource,
      store: this.#store,
      namespace,
      labelSelector: additionalLabel,
    };
    const watching = runWatch(
      { ...watch, signal },
      {
        client,
        clock,
        random,
        onError: (error) => {
          logger.warn("a watch failed; trying again", { error: errorText(error) });
        },
      },
    );
    await Promise.race([this.#store.whenSynced(), watching]);
    for (const { name } of charts) this.#add(name);
    await runLoop({
      queue: this.#queue,
      backoff: new Backoff(backoff),
      workers: 1,
      reconcile: (key, limit) => this.#reconcile(key, limit),
      clock,
      signal,
      deadlineMs,
      breakOff,
      observer: joinObservers([this.#observer(), ...(observe === undefined ? [] : [observe(this.#queue)])]),
    });
    await watching;
    this.#failing.clear();
  }

  #add(key: string): void {
    this.#queue.add(key, this.#options.clock.monotonic());
  }

  async #reconcile(key: string, signal: AbortSignal): Promise<Outcome> {
    const { charts, helm, logger } = this.#options;
    const chart = charts.find(({ name }) => name === key);
    if (chart === undefined) return this.#removeUnconfigured(signal);
    if (helm === undefined) return { kind: "done" };
    const known = this.#store;
    const deployed = await deployChart(chart, { ...this.#options, helm, known, memory: this.#memory }, signal);
    if (deployed.ok) {
      this.#failing.delete(key);
      return { kind: "again", afterSeconds: resyncSeconds };
    }
    this.#failing.add(key);
    logger.error("a chart cannot be deployed; what is deployed stays", {
      problems: deployed.problems.map(formatProblem),
    });
    return { kind: "again", afterSeconds: problemSeconds };
  }

  #removeUnconfigured(signal: AbortSignal): Promise<Outcome> {
    const { charts } = this.#options;
    const present = (): readonly LiveManagedResource[] => this.#store.values().filter((each) => each !== undefined);
    const names = charts.map(({ name }) => name);
    return removeUnconfigured(names, { ...this.#options, present }, signal);
  }

  #observer(): LoopObserver {
    const { logger } = this.#options;
    return {
      failed: (key, error, retryInMs) => {
        this.#failing.add(key);
        logger.error("a chart could not be deployed; trying again", { chart: key, error: errorText(error), retryInMs });
      },
    };
  }
}

/** Most changes are of the status: that gardener-resource-manager tells how it goes is nothing to act on. */
function isSameInDeed(previous: LiveManagedResource | undefined, current: LiveManagedResource | undefined): boolean {
  if (previous === undefined || current === undefined) return false;
  const isSameEnd = previous.metadata.deletionTimestamp === current.metadata.deletionTimestamp;
  return isSameEnd && contentOf(previous) === contentOf(current) && lacksSecrets(previous) === lacksSecrets(current);
}
