import { resourceTypes } from "../../../controller/resource-types.ts";
import type { Client } from "../../../kube/client.ts";
import { systemClock } from "../../../kube/clock.ts";
import type { KubeObject, ObjectToWrite, ResourceType } from "../../../kube/objects.ts";
import { resource } from "../../../kube/objects.ts";
import { Store } from "../../../kube/store.ts";
import { runWatch } from "../../../kube/watch.ts";
import { measuredConfig, namespaceOf, seedObjects } from "../seed-objects.ts";
import { ResourceManager } from "./resource-manager.ts";

/** How many requests are under way while the landscape is set up. */
const atOnce = 16;
const operation = "gardener.cloud/operation";

/** The shoots of a seed, and what Gardener does with them. */
export class Landscape {
  readonly #client: Client;
  readonly #extensions = new Store<string>({ project: stateOf });
  readonly #end = new AbortController();
  readonly #resourceManager: ResourceManager;

  constructor(client: Client) {
    this.#client = client;
    const { signal } = this.#end;
    const ports = { client, clock: systemClock, random: Math.random };
    void runWatch({ type: resourceTypes.extension, store: this.#extensions, signal }, ports);
    this.#resourceManager = new ResourceManager(client, signal);
  }

  stop(): void {
    this.#end.abort();
  }

  /** FalcoProfiles, and namespaces and Clusters of `count` shoots. */
  async prepare(count: number): Promise<void> {
    const objects = seedObjects(count).filter((each) => (each as KubeObject).kind !== "Extension") as ObjectToWrite[];
    await inParallel(objects, (each) => this.#client.create(typeOf(each), each));
  }

  /** Creates the Extensions of `count` shoots, as gardenlet does, and waits until all have succeeded and run. */
  async createExtensions(count: number): Promise<void> {
    const indexes = Array.from({ length: count }, (_, index) => index);
    await inParallel(indexes, (index) => this.#client.create(resourceTypes.extension, extensionOf(index)));
    await until(() => this.#extensions.values().filter((state) => state === "Succeeded").length === count);
    await until(() => this.#resourceManager.isDone);
  }

  /** Lets the profile name other images and waits until every cluster has a new ManagedResource. */
  async changeProfile(count: number): Promise<void> {
    const before = this.#resourceManager.sum;
    const { items } = await this.#client.list(resourceTypes.falcoProfile);
    const [profile] = items;
    if (profile === undefined) throw new Error("there is no FalcoProfile");
    const text = JSON.stringify(profile).replaceAll('"docker.io/', '"mirror.example.org/');
    await this.#client.update(resourceTypes.falcoProfile, JSON.parse(text) as ObjectToWrite);
    await until(() => this.#resourceManager.sum >= before + count && this.#resourceManager.isDone);
  }

  /** Asks for one shoot to be reconciled; gives a function that waits until it has been. */
  async request(index: number): Promise<() => Promise<void>> {
    const name = { namespace: namespaceOf(index), name: "shoot-falco-service" };
    await this.#client.patch(resourceTypes.extension, name, {
      body: { metadata: { annotations: { [operation]: "reconcile", ...requestedNow() } } },
    });
    const key = `${name.namespace}/${name.name}`;
    await until(() => this.#extensions.get(key) === "requested");
    return () => until(() => this.#extensions.get(key) === "Succeeded");
  }
}

function requestedNow(): Readonly<Record<string, string>> {
  return { "gardener.cloud/timestamp": new Date().toISOString() };
}

function stateOf(object: KubeObject): string {
  if (object.metadata.annotations?.[operation] !== undefined) return "requested";
  const status = object["status"] as { readonly lastOperation?: { readonly state?: string } } | undefined;
  return status?.lastOperation?.state ?? "";
}

function extensionOf(index: number): ObjectToWrite & { readonly spec: object } {
  const annotations = { [operation]: "reconcile", ...requestedNow() };
  const metadata = { namespace: namespaceOf(index), name: "shoot-falco-service", annotations };
  return {
    apiVersion: "extensions.gardener.cloud/v1alpha1",
    kind: "Extension",
    metadata,
    spec: { type: "shoot-falco-service", providerConfig: measuredConfig },
  };
}

function typeOf({ apiVersion, kind, metadata }: ObjectToWrite): ResourceType {
  return resource(apiVersion, kind, { namespaced: metadata.namespace !== undefined });
}

async function inParallel<T>(items: readonly T[], run: (item: T) => Promise<unknown>): Promise<void> {
  const rest = [...items].reverse();
  const worker = async (): Promise<void> => {
    for (let item = rest.pop(); item !== undefined; item = rest.pop()) await run(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await systemClock.sleep(5);
}
