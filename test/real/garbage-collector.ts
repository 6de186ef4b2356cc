import type { Client } from "../../kube/client.ts";
import { systemClock } from "../../kube/clock.ts";
import { type KubeObject, resource } from "../../kube/objects.ts";

const workloads = [resource("apps/v1", "DaemonSet"), resource("apps/v1", "Deployment")];
const finalizer = "foregroundDeletion";
const pauseMs = 100;

/**
 * A stand-in for kube-controller-manager's garbage collector, until `signal` aborts: gardener-resource-manager deletes workloads in the
 * foreground, so they stay until what belongs to them is gone. Here nothing does, because no controller makes ReplicaSets and pods.
 */
export async function collectGarbage(client: Client, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (const type of workloads) {
      const { items } = await client.list(type);
      for (const { metadata } of items.filter(waitsForDependents)) {
        const finalizers = metadata.finalizers?.filter((each) => each !== finalizer) ?? [];
        await client.patch(type, metadata, { body: { metadata: { finalizers } } });
      }
    }
    await systemClock.sleep(pauseMs, signal);
  }
}

function waitsForDependents({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(finalizer) === true;
}
