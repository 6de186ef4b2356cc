import { expect } from "chai";
import { type Pod, readPod } from "../../../../controller/shoot/pod.ts";
import { troubleOf } from "../../../../controller/shoot/trouble.ts";
import { ago, crashLoop, now, podOf } from "./pods.ts";

function waiting(reason: string, seconds: number, message = ""): Pod {
  const state = { waiting: { reason, ...(message !== "" && { message }) } };
  return podOf([{ name: "falco", image: "a/b:1", restartCount: 0, state }], { seconds });
}

function unschedulable(seconds: number): Pod {
  const pod = podOf([], { seconds });
  const scheduled = { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/3 nodes" };
  return { ...pod, status: { conditions: [...(pod.status?.conditions ?? []), scheduled] } };
}

const ended = { terminated: { exitCode: 1, reason: "Error", finishedAt: ago(5), message: "the last words" } };
const crash = {
  kind: "crash",
  container: "falco",
  exitCode: 1,
  previous: true,
  lastWords: "",
  endedAt: new Date(ago(30)),
};

describe("a pod's trouble", () => {
  const cases: readonly (readonly [string, Pod, object | undefined])[] = [
    [
      "none while it is ready",
      {
        ...podOf([crashLoop(1)]),
        status: { conditions: [{ type: "Ready", status: "True" }], containerStatuses: [crashLoop(1)] },
      },
      undefined,
    ],
    ["none while it goes", { ...podOf([crashLoop(1)]), metadata: { name: "a", deletionTimestamp: ago(1) } }, undefined],
    ["none without a status", { metadata: { name: "a" } }, undefined],
    [
      "none while it starts",
      podOf([{ name: "falco", restartCount: 0, state: { running: { startedAt: ago(9) } } }]),
      undefined,
    ],
    ["none after one crash", podOf([crashLoop(1, { restartCount: 1 })]), undefined],
    ["none while it waits for another container", waiting("PodInitializing", 9_999), undefined],
    ["a crash loop", podOf([crashLoop(1)]), crash],
    ["a crash loop between two waits", podOf([{ ...crashLoop(1), state: { running: {} } }]), crash],
    [
      "a crash just now",
      podOf([{ ...crashLoop(1), state: ended }]),
      { ...crash, previous: false, endedAt: new Date(ago(5)), lastWords: "the last words" },
    ],
    [
      "a crash without a time",
      podOf([{ ...crashLoop(1), lastState: { terminated: { exitCode: 1 } } }]),
      { kind: "crash", container: "falco", exitCode: 1, previous: true, lastWords: "" },
    ],
    [
      "a container that ends without an error",
      podOf([crashLoop(0, { reason: "Completed" })]),
      { ...crash, exitCode: 0 },
    ],
    ["memory", podOf([crashLoop(137, { reason: "OOMKilled" })]), { kind: "memory", container: "falco" }],
    [
      "an image that cannot be pulled",
      waiting("ImagePullBackOff", 120, "not found"),
      { kind: "image", image: "a/b:1", words: "ImagePullBackOff: not found" },
    ],
    ["none while pulling fails for the first time", waiting("ErrImagePull", 119), undefined],
    [
      "a container that cannot be created",
      waiting("CreateContainerConfigError", 120, 'secret "a" not found'),
      { kind: "setup", words: 'CreateContainerConfigError: secret "a" not found' },
    ],
    [
      "a container that is not created",
      waiting("ContainerCreating", 300),
      { kind: "setup", words: "ContainerCreating" },
    ],
    ["none while it is created", waiting("ContainerCreating", 299), undefined],
    ["no node", unschedulable(120), { kind: "unschedulable", words: "0/3 nodes" }],
    ["none while a node is looked for", unschedulable(119), undefined],
  ];
  for (const [name, pod, expected] of cases) {
    it(`is ${name}`, () => {
      expect(troubleOf(pod, now)).to.deep.equal(expected);
    });
  }

  it("is that of an init container first, but not of one that is done", () => {
    const pod = podOf([crashLoop(1)]);
    const init = (status: object): Pod => ({
      ...pod,
      status: { ...pod.status, initContainerStatuses: [{ name: "init", restartCount: 2, ...status }] },
    });
    const done = { state: { terminated: { exitCode: 0 } }, lastState: { terminated: { exitCode: 1 } } };
    expect(troubleOf(init(done), now)).to.include({ container: "falco" });
    expect(troubleOf(init({ state: { terminated: { exitCode: 2 } } }), now)).to.include({
      container: "init",
      exitCode: 2,
    });
  });
});

describe("a pod", () => {
  it("is read however much else there is, and refused if it is none", () => {
    const pod = podOf([crashLoop(1)]);
    const read = readPod({
      apiVersion: "v1",
      ...pod,
      spec: { nodeName: "a" },
      status: { ...pod.status, phase: "Running", message: null },
    });
    expect(read.ok && read.value).to.deep.equal(pod);
    for (const rubbish of [
      undefined,
      {},
      { metadata: {} },
      { metadata: { name: 1 } },
      { metadata: { name: "a" }, status: { containerStatuses: "a" } },
    ]) {
      expect(readPod(rubbish).ok).to.equal(false);
    }
  });
});
