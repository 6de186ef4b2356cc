import { resourceTypes } from "../../controller/resource-types.ts";
import type { Client } from "../../kube/client.ts";
import { type KubeObject, resource } from "../../kube/objects.ts";
import { startApiServer } from "./apiserver/start.ts";
import { connectWithFaults } from "./faulty-client.ts";
import { gardenerResources, seedCrds } from "./gardener-resources.ts";
import { listObjects, removeObject } from "./object-writes.ts";
import { profileCrd } from "./profile-crd.ts";
import { realServer, type ServerAddress } from "./real-server.ts";
import { customKinds, serveKinds } from "./serve-kinds.ts";

/** An API server that stands for a seed's and the garden's at once. */
export interface SeedServer extends ServerAddress {
  /** Ends the embedded server; the real one goes on, with all that is in it. */
  readonly stop: () => Promise<void>;
}

/**
 * The server for one group of specs: an embedded one of its own, or the real one that KUBECONFIG_REAL names, on which nothing is left of the
 * specs before. All share that one, so there is never more than one group at a time.
 */
export async function startSeedServer(): Promise<SeedServer> {
  const real = await realServer();
  if (real === undefined) return startApiServer({ crds: [...seedCrds, profileCrd()], resources: gardenerResources });
  const client = await connectWithFaults(real, "specs");
  await serveKinds(client);
  await removeLeftovers(client);
  return { ...real, stop: () => Promise.resolve() };
}

const { secret, configMap, namespace } = resourceTypes;
const lease = resource("coordination.k8s.io/v1", "Lease");
const event = resource("v1", "Event");
/** Namespaces with this label are Gardener's; they stay, since nobody is there who could finish their deletion. */
const roleLabel = "gardener.cloud/role";

/** Takes away what specs have made, in the namespaces that Gardener would have made and beside them. */
async function removeLeftovers(client: Client): Promise<void> {
  const { items } = await client.list(namespace, { labelSelector: roleLabel });
  const ours = new Set(items.map(({ metadata }) => metadata.name));
  const isOurs = ({ metadata }: KubeObject): boolean =>
    metadata.namespace === undefined || ours.has(metadata.namespace);
  const types = [...customKinds, secret, configMap, lease, event];
  await Promise.all(
    types.map(async (type) => {
      const objects = (await listObjects(client, type)).filter(isOurs);
      await Promise.all(objects.map(({ metadata }) => removeObject(client, type, metadata)));
    }),
  );
}
