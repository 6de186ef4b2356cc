import type { Client } from "../../kube/client.ts";
import { type ObjectName, resource } from "../../kube/objects.ts";

const daemonSets = resource("apps/v1", "DaemonSet");
const twoNodes = 2;

/** Says in a DaemonSet's status, as its controller would, that `ready` of two nodes have a pod that works. There are no nodes in these tests. */
export async function setDaemonSetStatus(client: Client, name: ObjectName, ready: number): Promise<void> {
  const body = {
    status: {
      observedGeneration: (await client.get(daemonSets, name))?.metadata.generation,
      desiredNumberScheduled: twoNodes,
      currentNumberScheduled: twoNodes,
      updatedNumberScheduled: twoNodes,
      numberMisscheduled: 0,
      numberReady: ready,
      numberAvailable: ready,
      numberUnavailable: twoNodes - ready,
    },
  };
  await client.patch(daemonSets, name, { body, subresource: "status" });
}
