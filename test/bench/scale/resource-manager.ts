import { resourceTypes } from "../../../controller/resource-types.ts";
import type { Client } from "../../../kube/client.ts";
import { systemClock } from "../../../kube/clock.ts";
import type { KubeObject } from "../../../kube/objects.ts";
import { Store } from "../../../kube/store.ts";
import { runWatch } from "../../../kube/watch.ts";

/** How far gardener-resource-manager has come with a ManagedResource. */
interface Progress {
  readonly generation: number;
  readonly observed: number;
}

/** How many statuses are written at once: as many as gardener-resource-manager has workers. */
const workers = 10;

/** Stands for gardener-resource-manager: whatever it is given is applied and healthy at once. Ends with `signal`. */
export class ResourceManager {
  readonly #client: Client;
  readonly #signal: AbortSignal;
  readonly #managedResources = new Store<Progress>({ project: progressOf });
  readonly #waiting = new Set<string>();
  #busy = 0;

  constructor(client: Client, signal: AbortSignal) {
    this.#client = client;
    this.#signal = signal;
    this.#managedResources.onChange((key, _previous, current) => {
      if (current === undefined || current.generation === current.observed) return;
      this.#waiting.add(key);
      this.#work();
    });
    const ports = { client, clock: systemClock, random: Math.random };
    void runWatch({ type: resourceTypes.managedResource, store: this.#managedResources, signal }, ports);
  }

  /** Whether all that there is has been accepted. */
  get isDone(): boolean {
    return this.#busy === 0 && this.#waiting.size === 0;
  }

  /** The generations of all ManagedResources, added up: grows by one with each change of one. */
  get sum(): number {
    return this.#managedResources.values().reduce((sum, { generation }) => sum + generation, 0);
  }

  #work(): void {
    for (const key of this.#waiting) {
      if (this.#busy === workers || this.#signal.aborted) return;
      this.#waiting.delete(key);
      this.#busy += 1;
      void this.#accept(key).finally(() => {
        this.#busy -= 1;
        this.#work();
      });
    }
  }

  async #accept(key: string): Promise<void> {
    const [namespace = "", name = ""] = key.split("/");
    const observedGeneration = this.#managedResources.get(key)?.generation;
    const now = new Date().toISOString().replace(/\.\d+Z$/, "Z");
    const condition = (type: string, status = "True"): object => {
      return { type, status, reason: type, message: "", lastTransitionTime: now, lastUpdateTime: now };
    };
    const conditions = [
      ...["ResourcesApplied", "ResourcesHealthy"].map((type) => condition(type)),
      condition("ResourcesProgressing", "False"),
    ];
    const body = { status: { observedGeneration, conditions } };
    await this.#client.patch(resourceTypes.managedResource, { namespace, name }, { body, subresource: "status" });
  }
}

function progressOf({ metadata, status }: KubeObject): Progress {
  const { observedGeneration } = (status ?? {}) as { readonly observedGeneration?: number };
  return { generation: metadata.generation ?? 0, observed: observedGeneration ?? -1 };
}
