import type { ContainerStatus, Pod } from "../../../../controller/shoot/pod.ts";

export const now = new Date("2026-11-21T10:00:00Z");

/** The time so many seconds before now, as Kubernetes writes it. */
export function ago(seconds: number): string {
  return new Date(now.getTime() - seconds * 1000).toISOString();
}

/** A container that ended with `exitCode` and will be started again after a while. */
export function crashLoop(
  exitCode: number,
  { reason = "Error", restartCount = 4, name = "falco" } = {},
): ContainerStatus {
  return {
    name,
    image: "falco:1",
    restartCount,
    state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 40s restarting failed container" } },
    lastState: { terminated: { exitCode, reason, finishedAt: ago(30) } },
  };
}

/** A pod that has not been ready for `seconds`. */
export function podOf(
  statuses: readonly ContainerStatus[],
  { name = "falco-a", workload = "falco", seconds = 600 } = {},
): Pod {
  return {
    metadata: {
      name,
      creationTimestamp: ago(seconds),
      labels: { "app.kubernetes.io/name": workload, "app.kubernetes.io/instance": "falco" },
    },
    status: {
      conditions: [{ type: "Ready", status: "False", lastTransitionTime: ago(seconds) }],
      containerStatuses: [...statuses],
    },
  };
}
