import type { Client } from "../../kube/client.ts";
import { ApiError } from "../../kube/errors.ts";
import { type KubeObject, objectPath, resource } from "../../kube/objects.ts";
import { targetNamespace } from "../../falco/api/gardener.ts";
import type { Check } from "../health.ts";
import { diagnose, type Question, type SickPod, type Workload } from "./diagnose.ts";
import { type Pod, readDaemonSet, readPod } from "./pod.ts";
import { troubleOf } from "./trouble.ts";

const types = { pod: resource("v1", "Pod"), daemonSet: resource("apps/v1", "DaemonSet") } as const;

/** The labels of the pods' templates (charts/shoot). */
const labelSelector = "app.kubernetes.io/instance=falco,app.kubernetes.io/name in (falco,falcosidekick)";
const podsPerPage = 50;
/** Five hundred nodes; where none of these has trouble, the others will not be looked at. */
const mostPages = 10;
const mostLogs = 2;

/** Falco's complaint is shorter; a run that ended at its start has no more than a screenful before it. */
const logQuery = "tailLines=100&limitBytes=65536";

/**
 * Finds out in the shoot why Falco or falcosidekick is not healthy: reads one object, pods until some in trouble are found, and at most two
 * logs. No check means that no pod has been in trouble for long. Throws if the shoot's API server does not answer as one.
 */
export async function lookIntoShoot(
  client: Client,
  question: Question,
  { now, signal }: { readonly now: Date; readonly signal: AbortSignal },
): Promise<readonly Check[]> {
  const object = await client.get(types.daemonSet, { namespace: targetNamespace, name: "falco" }, { signal });
  const daemonSet = object === undefined ? undefined : readDaemonSet(object);
  const { metadata, status = {} } = daemonSet?.ok === true ? daemonSet.value : {};
  const isRolledOut = metadata?.generation !== undefined && status.observedGeneration === metadata.generation;
  const pods = await sickPods(client, { now, signal });
  return diagnose({ pods: await withLogs(pods, client, signal), question, isRolledOut });
}

interface NamedPod extends SickPod {
  readonly name: string;
}

async function sickPods(
  client: Client,
  { now, signal }: { readonly now: Date; readonly signal: AbortSignal },
): Promise<readonly NamedPod[]> {
  let next: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const { items, continue: from } = await client.list(types.pod, {
      namespace: targetNamespace,
      labelSelector,
      limit: podsPerPage,
      continue: next,
      signal,
    });
    const sick = items.flatMap((item) => sickPod(item, now));
    if (sick.length > 0 || from === undefined) return sick;
    next = from;
  }
  return [];
}

function sickPod(object: KubeObject, now: Date): readonly NamedPod[] {
  const pod = readPod(object);
  const trouble = pod.ok ? troubleOf(pod.value, now) : undefined;
  return pod.ok && trouble !== undefined
    ? [{ workload: workloadOf(pod.value), trouble, name: pod.value.metadata.name }]
    : [];
}

function workloadOf({ metadata }: Pod): Workload {
  return metadata.labels?.["app.kubernetes.io/name"] === "falcosidekick" ? "falcosidekick" : "falco";
}

/** Only Falco says what is wrong in a form that can be understood here; falcosidekick's log may hold what it sends. */
async function withLogs(pods: readonly NamedPod[], client: Client, signal: AbortSignal): Promise<readonly SickPod[]> {
  const crashed = pods.filter(({ workload, trouble }) => workload === "falco" && trouble.kind === "crash");
  const logs = new Map<string, string>();
  for (const pod of crashed.slice(0, mostLogs)) {
    const log = await readLog(pod, client, signal);
    if (log !== undefined) logs.set(pod.name, log);
  }
  return pods.map((pod) => {
    const log = logs.get(pod.name);
    return log === undefined ? pod : { ...pod, log };
  });
}

/** undefined if there is no such log any more, or its node does not give it: then what Kubernetes knows has to do. */
async function readLog({ name, trouble }: NamedPod, client: Client, signal: AbortSignal): Promise<string | undefined> {
  if (trouble.kind !== "crash") return undefined;
  const path = objectPath(types.pod, { namespace: targetNamespace, name }, "log");
  const previous = trouble.previous ? "&previous=true" : "";
  try {
    return await client.text(`${path}?container=${encodeURIComponent(trouble.container)}${previous}&${logQuery}`, {
      signal,
    });
  } catch (error) {
    if (error instanceof ApiError && error.status !== 0) return undefined;
    throw error;
  }
}
