import { isObject } from "../../falco/base/json.ts";
import type { ManagedResource } from "../../falco/objects/managed-resource.ts";
import { administrator } from "../../hack/control-plane/announce-gardener.ts";
import { build } from "../../hack/control-plane/build.ts";
import { installCrds } from "../../hack/control-plane/install-crds.ts";
import { type ControlPlane, type KubeServer, startControlPlane } from "../../hack/control-plane/start.ts";
import { waitFor } from "../../hack/control-plane/wait-for.ts";
import type { Client } from "../../kube/client.ts";
import {
  type KubeObject,
  type ObjectName,
  type ObjectToWrite,
  resource,
  type ResourceType,
} from "../../kube/objects.ts";
import { collectGarbage } from "./garbage-collector.ts";

const managedResources = resource("resources.gardener.cloud/v1alpha1", "ManagedResource");
const namespaces = resource("v1", "Namespace", { namespaced: false });
const ours = { fieldManager: "test", force: true };

/** A condition of a ManagedResource. */
export type ConditionType = "ResourcesApplied" | "ResourcesHealthy" | "ResourcesProgressing";

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message?: string;
}

interface ManagedResourceStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
}

/** Less than a test has, so that the reason is told. */
export const patience = { ms: 40_000 };

/** A real seed and a real shoot: two kube-apiservers, and the gardener-resource-managers that fill both from the seed. */
export class SeedAndShoot {
  readonly plane: ControlPlane;
  readonly seed: KubeServer;
  readonly shoot: KubeServer;
  readonly seedClient: Client;
  readonly shootClient: Client;
  readonly #end = new AbortController();
  readonly #collectors: readonly Promise<void>[];

  private constructor(
    plane: ControlPlane,
    servers: readonly [KubeServer, KubeServer],
    clients: readonly [Client, Client],
  ) {
    this.plane = plane;
    [this.seed, this.shoot] = servers;
    [this.seedClient, this.shootClient] = clients;
    this.#collectors = clients.map((each) => collectGarbage(each, this.#end.signal));
  }

  static async start(): Promise<SeedAndShoot> {
    const plane = await startControlPlane(
      await build({ names: ["etcd", "kube-apiserver", "gardener-resource-manager"] }),
    );
    try {
      const [seed, shoot] = [await plane.startKubeApiserver("seed"), await plane.startKubeApiserver("shoot")];
      const clients = [await administrator(seed), await administrator(shoot)] as const;
      await installCrds(plane.crds, clients[0]);
      await plane.startResourceManager({ source: seed, target: seed, resourceClass: "seed" });
      await plane.startResourceManager({ source: seed, target: shoot });
      return new SeedAndShoot(plane, [seed, shoot], clients);
    } catch (error) {
      await plane.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await Promise.all(this.#collectors);
    await this.plane.stop();
  }

  /** Writes a ManagedResource as the controller does: its Secrets first. */
  async write({ managedResource, secrets }: ManagedResource): Promise<ObjectName> {
    const { name, namespace = "" } = managedResource.metadata;
    await ensureNamespace(this.seedClient, namespace);
    for (const secret of secrets) await this.seedClient.apply(resource("v1", "Secret"), secret, ours);
    await this.seedClient.apply(managedResources, managedResource, ours);
    return { namespace, name };
  }

  /** Waits for a condition of a ManagedResource's present generation. */
  async until(name: ObjectName, type: ConditionType, status: "True" | "False"): Promise<void> {
    await waitFor(
      `${type} of ${name.name} to be ${status}`,
      async () => {
        const live = await this.seedClient.get(managedResources, name);
        if (live !== undefined && conditionOf(live, type) === status) return live;
        throw new Error(`its status was ${JSON.stringify(conditionsOf(live))}`);
      },
      patience,
    );
  }

  /** Deletes a ManagedResource and waits until it is gone, and its objects with it. */
  async remove(name: ObjectName): Promise<void> {
    await this.seedClient.delete(managedResources, name);
    await waitFor(
      `${name.name} to be gone`,
      async () => ((await this.seedClient.get(managedResources, name)) === undefined ? true : undefined),
      patience,
    );
  }
}

/** The status of a condition, if it is about the present generation. */
function conditionOf(live: KubeObject, type: ConditionType): string | undefined {
  const { observedGeneration } = statusOf(live);
  if (observedGeneration !== live.metadata.generation) return undefined;
  return conditionsOf(live).find((each) => each.type === type)?.status;
}

function conditionsOf(live: KubeObject | undefined): readonly Condition[] {
  return statusOf(live).conditions ?? [];
}

function statusOf(live: KubeObject | undefined): ManagedResourceStatus {
  return isObject(live?.["status"]) ? live["status"] : {};
}

/** Makes sure that there is a namespace. */
export async function ensureNamespace(client: Client, name: string): Promise<void> {
  await client.apply(namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name } }, ours);
}

/** How a server serves an object. */
export function typeOf({ apiVersion, kind, metadata }: ObjectToWrite): ResourceType {
  return resource(apiVersion, kind, { namespaced: metadata.namespace !== undefined });
}

/** Those of the objects that there are, as they are. */
export async function present(objects: readonly ObjectToWrite[], client: Client): Promise<readonly KubeObject[]> {
  const found = await Promise.all(objects.map((each) => client.get(typeOf(each), each.metadata)));
  return found.filter((each) => each !== undefined);
}

/** Waits until no more than so many of the objects are left. */
export async function untilLeft(count: number, objects: readonly ObjectToWrite[], client: Client): Promise<void> {
  await waitFor(
    `all but ${String(count)} objects to be gone`,
    async () => {
      const left = await present(objects, client);
      if (left.length <= count) return true;
      throw new Error(`there were ${left.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join(", ")}`);
    },
    patience,
  );
}
