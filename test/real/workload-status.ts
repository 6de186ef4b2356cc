import type { Client } from "../../kube/client.ts";
import { type ObjectName, resource } from "../../kube/objects.ts";

const daemonSets = resource("apps/v1", "DaemonSet");
const deployments = resource("apps/v1", "Deployment");
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

/** Says in a Deployment's status, as its controller would, that all its pods work, or that none does. */
export async function setDeploymentStatus(client: Client, name: ObjectName, isWell: boolean): Promise<void> {
  const live = await client.get(deployments, name);
  const { replicas } = live?.["spec"] as { readonly replicas: number };
  const ready = isWell ? replicas : 0;
  const body = {
    status: {
      observedGeneration: live?.metadata.generation,
      ...{ replicas, updatedReplicas: replicas, readyReplicas: ready, availableReplicas: ready },
      conditions: [
        { type: "Available", status: isWell ? "True" : "False", reason: "InTest", message: "" },
        { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable", message: "" },
      ],
    },
  };
  await client.patch(deployments, name, { body, subresource: "status" });
}
