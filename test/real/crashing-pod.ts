import { systemClock } from "../../kube/clock.ts";
import type { Client } from "../../kube/client.ts";
import { resource } from "../../kube/objects.ts";

const pods = resource("v1", "Pod");
const namespace = "kube-system";
const labels = { "app.kubernetes.io/name": "falco", "app.kubernetes.io/instance": "falco" };

/** A pod of Falco's whose kubelet would say that it ends again and again; there is none, so its log cannot be had. */
export async function putCrashingPod(client: Client, name: string, lastWords = ""): Promise<void> {
  if ((await client.get(pods, { namespace, name })) === undefined) {
    // On a node that is not there: a pod without one would have an empty log.
    const spec = {
      ...{ nodeName: "node", terminationGracePeriodSeconds: 0 },
      containers: [{ name: "falco", image: "falco:1" }],
    };
    const metadata = { namespace, name, labels };
    await client.create(pods, { ...{ apiVersion: "v1", kind: "Pod", metadata }, ...{ spec } });
  }
  const now = systemClock.now().toISOString().replace(/\.\d+/, "");
  const terminated = { exitCode: 1, reason: "Error", startedAt: now, finishedAt: now, message: lastWords };
  const status = {
    phase: "Running",
    conditions: [{ type: "Ready", status: "False", lastTransitionTime: now }],
    containerStatuses: [
      {
        ...{ name: "falco", image: "falco:1", imageID: "", ready: false, restartCount: 5 },
        state: { waiting: { reason: "CrashLoopBackOff", message: "back-off" } },
        lastState: { terminated },
      },
    ],
  };
  await client.patch(pods, { namespace, name }, { body: { status }, subresource: "status" });
}

/** Removes a pod at once, as its kubelet would in the end. */
export async function removePod(client: Client, name: string): Promise<void> {
  await client.delete(pods, { namespace, name });
}
