import { resourceTypes } from "../../controller/resource-types.ts";
import type { Client } from "../../kube/client.ts";
import type { Clock } from "../../kube/clock.ts";
import type { KubeObject, ObjectName, ResourceType } from "../../kube/objects.ts";
import type { JsonObject } from "./apiserver/json.ts";
import { type ExtensionView, viewOf } from "./extension-view.ts";
import { editObject, listObjects, putObject, removeObject } from "./object-writes.ts";
import { packedObjects } from "./packed-objects.ts";
import * as gardener from "./seed-objects.ts";

/** What gardenlet asks of an Extension. */
export interface Request {
  /** null: the spec alone is changed. */
  readonly operation?: string | null;
  readonly providerConfig?: JsonObject;
  readonly class?: string;
}

/** A condition of a ManagedResource; a time that is absent is now. */
export interface ReportedCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime?: string;
}

/**
 * What Gardener's programs and people do to a seed, and what they see in it. All of it goes through the API, so it is true of any server:
 * a read is the server's present state, and a write is done when the promise resolves.
 */
export class SeedAccess {
  /** Gardener's and the users' way to the server. */
  readonly client: Client;
  readonly #clock: Clock;

  constructor(client: Client, clock: Clock) {
    this.client = client;
    this.#clock = clock;
  }

  /** A shoot's namespace and Cluster. */
  async addShoot(namespace: string, input: gardener.ShootInput = {}): Promise<void> {
    await this.put(gardener.namespaceOf(namespace));
    await this.setShoot(namespace, input);
  }

  /** Writes a shoot's Cluster anew. */
  setShoot(namespace: string, input: gardener.ShootInput): Promise<void> {
    return this.put(gardener.clusterOf(namespace, input));
  }

  /** What gardenlet does with an Extension in each of its reconciles; the namespace is made if there is none. */
  async deploy(namespace: string, request: Request = {}): Promise<void> {
    if ((await this.rawExtension(namespace)) !== undefined) {
      await this.editExtension(namespace, (live) => this.#asked(live, request));
      return;
    }
    const name = { name: namespace };
    if ((await this.client.get(resourceTypes.namespace, name)) === undefined)
      await this.put(gardener.namespaceOf(namespace));
    await this.put(this.#asked(gardener.extensionOf(namespace), request));
  }

  /** Deletes an Extension as gardenlet does. */
  async delete(namespace: string): Promise<void> {
    const confirmed = { "confirmation.gardener.cloud/deletion": "true" };
    await this.editExtension(namespace, (live) => annotated(live, confirmed));
    await this.client.delete(resourceTypes.extension, { namespace, name: gardener.extensionName });
  }

  /** What gardener-resource-manager says of a ManagedResource when all is well; another health has lasted for an hour. */
  accept(namespace: string, name: string, healthy = "True"): Promise<void> {
    const lastTransitionTime = new Date(this.#clock.now().getTime() - 3_600_000).toISOString();
    const message = "falco is as it is";
    return this.report(namespace, name, [
      { type: "ResourcesApplied", status: "True", reason: "ApplySucceeded", message: "All is applied." },
      { type: "ResourcesHealthy", status: healthy, reason: "DaemonSetUnhealthy", message, lastTransitionTime },
    ]);
  }

  /** What gardener-resource-manager says of a ManagedResource's present generation, in place of what it said before. */
  report(namespace: string, name: string, conditions: readonly ReportedCondition[]): Promise<void> {
    const now = this.#clock.now().toISOString();
    const dated = conditions.map((each) => ({ lastTransitionTime: now, lastUpdateTime: now, ...each }));
    return this.edit(resourceTypes.managedResource, { namespace, name }, (live) => ({
      ...live,
      status: { observedGeneration: live.metadata.generation, conditions: dated },
    }));
  }

  /** Creates an object, or replaces it; a status in it is written as well. */
  put(object: KubeObject): Promise<void> {
    return putObject(this.client, object);
  }

  /** Changes an object that is there, its status included; `change` is asked again when somebody else was quicker. */
  edit(type: ResourceType, name: ObjectName, change: (live: KubeObject) => KubeObject): Promise<void> {
    return editObject(this.client, { type, name }, change);
  }

  /** Changes the Extension of a namespace. */
  editExtension(namespace: string, change: (live: KubeObject) => KubeObject): Promise<void> {
    return this.edit(resourceTypes.extension, { namespace, name: gardener.extensionName }, change);
  }

  /** Removes an object at once, whatever its finalizers. */
  remove(type: ResourceType, name: ObjectName): Promise<void> {
    return removeObject(this.client, type, name);
  }

  /** All objects of a type, in one namespace or in all, in the order of their names. */
  list(type: ResourceType, namespace?: string): Promise<readonly KubeObject[]> {
    return listObjects(this.client, type, namespace);
  }

  /** The Extension as it is; undefined if there is none. */
  rawExtension(namespace: string): Promise<KubeObject | undefined> {
    return this.client.get(resourceTypes.extension, { namespace, name: gardener.extensionName });
  }

  /** The Extension; throws if there is none. */
  async extension(namespace: string): Promise<ExtensionView> {
    const object = await this.rawExtension(namespace);
    if (object === undefined) throw new Error(`there is no Extension in ${namespace}`);
    return viewOf(object);
  }

  /** `Create/Succeeded`; empty while there is no status. */
  async state(namespace: string): Promise<string> {
    return stateOf(await this.rawExtension(namespace));
  }

  managedResource(namespace: string, name = gardener.targetName): Promise<KubeObject | undefined> {
    return this.client.get(resourceTypes.managedResource, { namespace, name });
  }

  /** What gardener-resource-manager would apply for a ManagedResource. */
  async packedObjects(namespace: string, name = gardener.targetName): Promise<readonly KubeObject[]> {
    return packedObjects(await this.managedResource(namespace, name), this.client);
  }

  /** The Secret with the cluster's certificates and tokens. */
  identity(namespace: string): Promise<KubeObject | undefined> {
    return this.client.get(resourceTypes.secret, { namespace, name: gardener.identityName });
  }

  #asked(live: KubeObject, { operation = "reconcile", providerConfig, ...spec }: Request): KubeObject {
    const request =
      operation === null
        ? {}
        : { [gardener.operation]: operation, [gardener.timestamp]: this.#clock.now().toISOString() };
    const asked = { ...(live["spec"] as object), ...spec, ...(providerConfig && { providerConfig }) };
    return { ...annotated(live, request), spec: asked };
  }
}

/** `Create/Succeeded`; empty while there is no status. */
export function stateOf(extension: KubeObject | undefined): string {
  const last = extension && viewOf(extension).status.lastOperation;
  return last === undefined ? "" : `${last.type}/${last.state}`;
}

function annotated(object: KubeObject, annotations: Readonly<Record<string, string>>): KubeObject {
  const { metadata } = object;
  return { ...object, metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } } };
}
