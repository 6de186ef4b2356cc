import { resourceTypes } from "../../controller/resource-types.ts";
import type { KubeServer } from "../../hack/control-plane/start.ts";
import type { KubeObject } from "../../kube/objects.ts";
import { dataOf } from "../support/packed-objects.ts";
import { stateOf } from "../support/seed-access.ts";
import { operation } from "../support/seed-objects.ts";
import type { RealSeed } from "./real-seed.ts";

interface CarriedResource {
  readonly resourceRef: { readonly apiVersion: string; readonly kind: string; readonly name: string };
}

/** What Gardener keeps of an Extension in the ShootState. */
export interface CarriedOver {
  readonly state: unknown;
  readonly resources: readonly CarriedResource[];
  readonly secrets: readonly KubeObject[];
}

/** What gardenlet saves of a shoot that has been let go of; throws when something is named that is not there, as it does. */
export async function save(seed: RealSeed, namespace: string): Promise<CarriedOver> {
  const { state, resources = [] } = ((await seed.rawExtension(namespace))?.["status"] ?? {}) as Partial<CarriedOver>;
  const secrets = await Promise.all(
    resources.map(async ({ resourceRef: { kind, name } }) => {
      const secret = kind === "Secret" ? await seed.client.get(resourceTypes.secret, { namespace, name }) : undefined;
      if (secret === undefined) throw new Error(`there is no ${kind} ${name} to be saved`);
      return secret;
    }),
  );
  return { state, resources, secrets };
}

/** What gardenlet does in the old seed when an Extension has been let go of: it goes, and its namespace with all that is in it. */
export async function leave(seed: RealSeed, namespace: string): Promise<void> {
  await seed.delete(namespace);
  await seed.untilGone(namespace);
  // Nobody would finish the deletion of the namespace itself.
  for (const { metadata } of await seed.list(resourceTypes.secret, namespace)) {
    await seed.remove(resourceTypes.secret, metadata);
  }
  await seed.remove(resourceTypes.cluster, { name: namespace });
}

interface Arrival {
  readonly namespace: string;
  readonly shoot: KubeServer;
  readonly saved: CarriedOver;
}

/** What gardenlet does in the new seed: the Extension waits until its state is there, and then is restored. */
export async function arrive(seed: RealSeed, { namespace, shoot, saved }: Arrival): Promise<void> {
  await seed.host(namespace, shoot);
  await seed.deploy(namespace, { operation: "wait-for-state" });
  await seed.editExtension(namespace, (live) => ({
    ...live,
    status: { resources: saved.resources, ...(saved.state !== undefined && { state: saved.state }) },
  }));
  for (const { apiVersion, kind, metadata, type, ...rest } of saved.secrets) {
    const { name, labels } = metadata;
    const data = Object.fromEntries(
      Object.entries(dataOf(rest)).map(([key, bytes]) => [key, Buffer.from(bytes).toString("base64")]),
    );
    await seed.put({ apiVersion, kind, type, metadata: { namespace, name, ...(labels && { labels }) }, data });
  }
  await seed.deploy(namespace, { operation: "restore" });
  // It goes by the state and the request alone: a reconcile may have come after the restore already.
  await seed.until(namespace, "restored", (live) => {
    const isAsked = live?.metadata.annotations?.[operation] !== undefined;
    return !isAsked && ["Restore/Succeeded", "Reconcile/Succeeded"].includes(stateOf(live));
  });
}
