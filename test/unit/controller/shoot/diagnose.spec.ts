import { expect } from "chai";
import { diagnose, type Evidence, type Question, type SickPod } from "../../../../controller/shoot/diagnose.ts";
import type { Crash, Trouble } from "../../../../controller/shoot/trouble.ts";
import { beginning, brokenOutput, kernelTooOld } from "./falco-logs.ts";
import { now } from "./pods.ts";

const crash: Crash = { kind: "crash", container: "falco", exitCode: 1, previous: true, endedAt: now, lastWords: "" };
const question: Question = { customRules: ["mine"], since: new Date(now.getTime() - 120_000), isCurrent: true };
const refused =
  'DaemonSet falco: Falco refuses the rules file "mine.yaml" of the custom rules "mine": LOAD_ERR_COMPILE_OUTPUT (Error compiling output): invalid formatting token container.nme (rule output, line 126)';

function falco(trouble: Trouble, log?: string): SickPod {
  return { workload: "falco", trouble, ...(log !== undefined && { log }) };
}

function found(pods: readonly SickPod[], others: Partial<Evidence> = {}): readonly string[] {
  return diagnose({ pods, question, isRolledOut: true, ...others }).map((check) =>
    check.kind === "failed" ? [...(check.codes ?? []), check.detail].join(" ") : check.kind,
  );
}

describe("a shoot's trouble", () => {
  const ofStandardRules = brokenOutput.replaceAll("10000-mine", "0000-falco-rules");
  const cases: readonly (readonly [string, readonly SickPod[], readonly string[]])[] = [
    ["nothing", [], []],
    ["the user's rules", [falco(crash, brokenOutput)], [`ERR_CONFIGURATION_PROBLEM ${refused}`]],
    [
      "the user's rules on many nodes",
      [falco(crash, brokenOutput), falco(crash, brokenOutput), falco(crash)],
      [`ERR_CONFIGURATION_PROBLEM ${refused}`],
    ],
    [
      "standard rules",
      [falco(crash, ofStandardRules)],
      [
        "DaemonSet falco: Falco refuses the rules file /etc/falco/rules.d/0000-falco-rules.yaml: LOAD_ERR_COMPILE_OUTPUT (Error compiling output): invalid formatting token container.nme (rule output, line 126)",
      ],
    ],
    [
      "the kernel",
      [falco(crash, kernelTooOld)],
      [
        "DaemonSet falco: Falco cannot observe the kernel of a node: Initialization issues during scap_init (libbpf: failed to find valid kernel BTF)",
      ],
    ],
    [
      "something else that Falco says",
      [falco(crash, "Error: no rules")],
      ["DaemonSet falco: Falco does not start: no rules"],
    ],
    [
      "what the kubelet has kept",
      [falco({ ...crash, lastWords: "Error: no rules" })],
      ["DaemonSet falco: Falco does not start: no rules"],
    ],
    [
      "a crash without a word",
      [falco({ ...crash, exitCode: 139 }, beginning)],
      ["DaemonSet falco: the container falco ends again and again with exit code 139"],
    ],
    [
      "falcosidekick, whose words may be secret",
      [{ workload: "falcosidekick", trouble: { ...crash, container: "falcosidekick", lastWords: "Error: secret" } }],
      ["Deployment falcosidekick: the container falcosidekick ends again and again with exit code 1"],
    ],
    [
      "both",
      [
        { workload: "falcosidekick", trouble: { ...crash, container: "falcosidekick" } },
        falco(crash, "Error: no rules"),
        falco(crash),
      ],
      [
        "Deployment falcosidekick: the container falcosidekick ends again and again with exit code 1",
        "DaemonSet falco: Falco does not start: no rules",
      ],
    ],
    [
      "memory",
      [falco({ kind: "memory", container: "falco" })],
      ["DaemonSet falco: the container falco needs more memory than its limit allows (OOMKilled). Raise the limit"],
    ],
    [
      "an image",
      [falco({ kind: "image", image: "a/b@sha256:1", words: "ErrImagePull: not found" })],
      ["DaemonSet falco: the image a/b@sha256:1 cannot be pulled: ErrImagePull: not found"],
    ],
    [
      "no node",
      [falco({ kind: "unschedulable", words: "0/3 nodes" })],
      ["DaemonSet falco: no node takes a pod: 0/3 nodes"],
    ],
    [
      "no container",
      [falco({ kind: "setup", words: "ContainerCreating" })],
      ["DaemonSet falco: a container cannot be created: ContainerCreating"],
    ],
  ];
  for (const [name, pods, expected] of cases) {
    it(`is ${name}`, () => {
      expect(found(pods)).to.deep.equal(expected);
    });
  }

  it("is told in at most three parts, each once, whatever the order of the pods' names", () => {
    const waits = ["a", "b", "a", "c", "d"].map((words) => falco({ kind: "setup", words }));
    expect(found(waits)).to.have.lengthOf(3);
  });

  it("is told in few words, none of them secret", () => {
    const log = `Error: password=Hunter22 ${"word ".repeat(500)}`;
    const [detail = ""] = found([falco(crash, log)]);
    expect(detail).to.have.lengthOf.below(500).and.not.contain("Hunter22");
  });
});

describe("the user is not to blame", () => {
  const before = new Date(now.getTime() - 1);
  const cases: readonly (readonly [string, readonly SickPod[], Partial<Evidence>])[] = [
    ["while the shoot still rolls out", [falco(crash, brokenOutput)], { isRolledOut: false }],
    [
      "while a change of the shoot has not been reconciled",
      [falco(crash, brokenOutput)],
      { question: { ...question, isCurrent: false } },
    ],
    ["for a run that may have had the rules before", [falco({ ...crash, endedAt: before }, brokenOutput)], {}],
    [
      "for a run of unknown time",
      [falco({ kind: "crash", container: "falco", exitCode: 1, previous: true, lastWords: "" }, brokenOutput)],
      {},
    ],
    [
      "when another pod has another trouble",
      [falco(crash, brokenOutput), falco({ kind: "memory", container: "falco" })],
      {},
    ],
    ["when another log says something else", [falco(crash, brokenOutput), falco(crash, kernelTooOld)], {}],
    ["when Falco ends in disorder", [falco({ ...crash, exitCode: 139 }, brokenOutput)], {}],
    ["when no log was read", [falco({ ...crash, lastWords: brokenOutput })], {}],
    ["when only falcosidekick is ill", [{ workload: "falcosidekick", trouble: crash, log: brokenOutput }], {}],
  ];
  for (const [name, pods, others] of cases) {
    it(name, () => {
      expect(found(pods, others).join(" ")).to.not.contain("ERR_CONFIGURATION_PROBLEM").and.not.equal("");
    });
  }

  it("but is where it is not known how long it has been so", () => {
    const { customRules, isCurrent } = question;
    expect(found([falco(crash, brokenOutput)], { question: { customRules, isCurrent } })[0]).to.contain(
      "ERR_CONFIGURATION_PROBLEM",
    );
  });
});
