import { expect } from "chai";
import { checkManagedResource } from "../../../../controller/shoot/managed-resource-check.ts";
import type { Condition, ManagedResource } from "../../../../falco/api/gardener.ts";

const now = new Date("2026-11-21T10:00:00Z");
const ago = (seconds: number): string => new Date(now.getTime() - seconds * 1000).toISOString();

const applied: Condition = { type: "ResourcesApplied", status: "True", message: "applying" };
const healthy: Condition = { type: "ResourcesHealthy", status: "True" };
const ill: Condition = {
  type: "ResourcesHealthy",
  status: "False",
  reason: "DaemonSetUnhealthy",
  message: "DaemonSet falco is unhealthy",
};
const rolling: Condition = {
  type: "ResourcesProgressing",
  status: "True",
  reason: "DaemonSetProgressing",
  message: "2 of 9 nodes",
};

function resource(conditions: readonly Condition[], observedGeneration = 2): ManagedResource {
  return { metadata: { name: "mr", generation: 2 }, status: { observedGeneration, conditions: [...conditions] } };
}

describe("a ManagedResource", () => {
  const cases: readonly (readonly [string, ManagedResource | undefined, string])[] = [
    ["that is applied and healthy", resource([applied, healthy]), "healthy"],
    ["without a rollout", resource([applied, healthy, { ...rolling, status: "False" }]), "healthy"],
    ["that is not there", undefined, "progressing The ManagedResource does not exist yet."],
    [
      "without a status",
      { metadata: { name: "mr", generation: 1 } },
      "progressing ManagedResource mr: its latest generation has not been applied yet.",
    ],
    [
      "of an older generation",
      resource([applied, healthy], 1),
      "progressing ManagedResource mr: its latest generation has not been applied yet.",
    ],
    ["that nobody has applied", resource([]), "progressing ManagedResource mr: ResourcesApplied is not known yet."],
    [
      "that is being applied",
      resource([{ ...applied, status: "Progressing" }]),
      "progressing ManagedResource mr: applying",
    ],
    [
      "that cannot be applied",
      resource([{ ...applied, status: "False" }, healthy]),
      "failed ManagedResource mr: applying",
    ],
    [
      "that is not checked yet",
      resource([applied]),
      "progressing ManagedResource mr: ResourcesHealthy is not known yet.",
    ],
    [
      "with an object missing",
      resource([applied, { ...ill, reason: "ConfigMapMissing", message: "no ConfigMap" }]),
      "failed ManagedResource mr: no ConfigMap",
    ],
    [
      "with only a reason",
      resource([applied, { type: "ResourcesHealthy", status: "False", reason: "Why" }]),
      "failed ManagedResource mr: Why",
    ],
    [
      "that fell ill just now",
      resource([applied, { ...ill, lastTransitionTime: ago(10) }]),
      "progressing ManagedResource mr: DaemonSet falco is unhealthy; again in 50",
    ],
    [
      "that has been ill for a minute",
      resource([applied, { ...ill, lastTransitionTime: ago(60) }]),
      "progressing ManagedResource mr: DaemonSet falco is unhealthy; look",
    ],
    [
      "that has been ill for five",
      resource([applied, { ...ill, lastTransitionTime: ago(300) }]),
      "failed ManagedResource mr: DaemonSet falco is unhealthy; look",
    ],
    [
      "that has been ill nobody knows how long",
      resource([applied, ill]),
      "failed ManagedResource mr: DaemonSet falco is unhealthy; look",
    ],
    [
      "whose Deployment is ill",
      resource([applied, { ...ill, reason: "DeploymentUnhealthy" }]),
      "failed ManagedResource mr: DaemonSet falco is unhealthy; look",
    ],
    [
      "in a rollout",
      resource([applied, healthy, { ...rolling, lastTransitionTime: ago(30) }]),
      "healthy; again in 570",
    ],
    [
      "in a long rollout",
      resource([applied, healthy, { ...rolling, lastTransitionTime: ago(600) }]),
      `progressing ManagedResource mr: a rollout has been going on since ${ago(600)}: 2 of 9 nodes; look`,
    ],
    [
      "in a rollout without beginning or word",
      resource([applied, healthy, { type: rolling.type, status: "True" }]),
      "progressing ManagedResource mr: a rollout has been going on: ; look",
    ],
  ];
  for (const [name, object, expected] of cases) {
    it(name, () => {
      const { check, look, againAfterSeconds } = checkManagedResource(object, now);
      const words = "detail" in check ? [check.kind, check.detail] : [check.kind];
      const parts = [
        words.join(" "),
        ...(againAfterSeconds === undefined ? [] : [`again in ${String(againAfterSeconds)}`]),
        ...(look === undefined ? [] : ["look"]),
      ];
      expect(parts.join("; ")).to.equal(expected);
    });
  }

  it("says since when its pods are in trouble", () => {
    const since = ago(100);
    expect(checkManagedResource(resource([applied, { ...ill, lastTransitionTime: since }]), now).look).to.deep.equal({
      since: new Date(since),
    });
    expect(checkManagedResource(resource([applied, ill]), now).look).to.deep.equal({});
  });

  it("gives a rollout more time than a start", () => {
    const threshold = (conditions: readonly Condition[]): number | undefined => {
      const { check } = checkManagedResource(resource(conditions), now);
      return check.kind === "progressing" ? check.thresholdSeconds : undefined;
    };
    expect(threshold([applied])).to.equal(300);
    expect(threshold([applied, healthy, rolling])).to.equal(7200);
  });

  it("keeps what looks like a secret out of the condition", () => {
    const refused = { ...applied, status: "False", message: "is invalid: data: Invalid value: password=Hunter22" };
    const { check } = checkManagedResource(resource([refused]), now);
    expect(JSON.stringify(check)).to.contain("is invalid").and.not.to.contain("Hunter22");
  });
});
