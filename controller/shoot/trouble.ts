import type { ContainerStatus, Pod, PodCondition } from "./pod.ts";

/** Why a pod is not ready, when that is more than its start. Words are as Kubernetes has them, not yet cleaned. */
export type Trouble =
  | { readonly kind: "unschedulable"; readonly words: string }
  /** An image that cannot be pulled. */
  | { readonly kind: "image"; readonly image: string; readonly words: string }
  /** A container that cannot be made: a volume or a key of a Secret is missing, for example. */
  | { readonly kind: "setup"; readonly words: string }
  | { readonly kind: "memory"; readonly container: string }
  /** A container that ends again and again. */
  | Crash;

export interface Crash {
  readonly kind: "crash";
  readonly container: string;
  readonly exitCode: number;
  /** Its log is that of the run before the present one. */
  readonly previous: boolean;
  readonly endedAt?: Date;
  /** The end of the log, if the container is set up so that the kubelet keeps it. */
  readonly lastWords: string;
}

/** A container that has ended that often does not do so by chance: the third run has failed, or is about to. */
const restarts = 2;
/** Pulling an image fails now and then, and nodes that are not there yet come: worth a word after two minutes. */
const waitSeconds = 120;
/** Volumes and the network of a pod on a new node take their time. */
const creationSeconds = 300;

const imageReasons = ["ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError"];
const setupReasons = [
  "ContainerCreating",
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
  "CreatePodSandboxError",
];

/** The trouble that a pod has had for a while. None for one that is ready, is going, or is only starting. */
export function troubleOf(pod: Pod, now: Date): Trouble | undefined {
  if (pod.metadata.deletionTimestamp !== undefined || conditionOf(pod, "Ready")?.status === "True") return undefined;
  const seconds = (now.getTime() - Date.parse(notReadySince(pod))) / 1000;
  return unschedulable(pod, seconds) ?? firstOf(containersOf(pod), (each) => crashOf(each) ?? waitingOf(each, seconds));
}

function conditionOf({ status }: Pod, type: string): PodCondition | undefined {
  return status?.conditions?.find((each) => each.type === type);
}

function notReadySince(pod: Pod): string {
  return conditionOf(pod, "Ready")?.lastTransitionTime ?? pod.metadata.creationTimestamp ?? "";
}

function containersOf({ status }: Pod): readonly ContainerStatus[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}

function firstOf<T, R>(list: readonly T[], find: (each: T) => R | undefined): R | undefined {
  for (const each of list) {
    const found = find(each);
    if (found !== undefined) return found;
  }
  return undefined;
}

function unschedulable(pod: Pod, seconds: number): Trouble | undefined {
  const scheduled = conditionOf(pod, "PodScheduled");
  const isUnschedulable = scheduled?.status === "False" && scheduled.reason === "Unschedulable";
  if (!isUnschedulable || seconds < waitSeconds) return undefined;
  return { kind: "unschedulable", words: scheduled.message ?? "" };
}

function crashOf({ name, restartCount = 0, state, lastState }: ContainerStatus): Trouble | undefined {
  const end = state?.terminated ?? lastState?.terminated;
  if (end === undefined || restartCount < restarts) return undefined;
  return troubleAtEnd(end, { container: name, previous: state?.terminated === undefined });
}

type End = NonNullable<NonNullable<ContainerStatus["state"]>["terminated"]>;

function troubleAtEnd(
  { reason, exitCode = 0, message = "", finishedAt }: End,
  { container, previous }: Pick<Crash, "container" | "previous">,
): Trouble | undefined {
  if (reason === "OOMKilled") return { kind: "memory", container };
  // An init container that has done its work.
  if (exitCode === 0 && !previous) return undefined;
  const endedAt = finishedAt === undefined ? {} : { endedAt: new Date(finishedAt) };
  return { kind: "crash", container, exitCode, previous, ...endedAt, lastWords: message };
}

function waitingOf({ image = "", state }: ContainerStatus, seconds: number): Trouble | undefined {
  const { reason = "", message } = state?.waiting ?? {};
  const words = message === undefined ? reason : `${reason}: ${message}`;
  if (seconds < (reason === "ContainerCreating" ? creationSeconds : waitSeconds)) return undefined;
  if (imageReasons.includes(reason)) return { kind: "image", image, words };
  return setupReasons.includes(reason) ? { kind: "setup", words } : undefined;
}
