import { expect } from "chai";
import { healthFindings } from "../../../controller/health.ts";
import type { ManagedResource } from "../../../falco/api/gardener.ts";

function resource(applied: string | undefined, healthy: string | undefined, observed = 2): ManagedResource {
  const conditions = [
    ...(applied === undefined ? [] : [{ type: "ResourcesApplied", status: applied, message: "applying" }]),
    ...(healthy === undefined
      ? []
      : [{ type: "ResourcesHealthy", status: healthy, message: "DaemonSet falco is unhealthy" }]),
  ];
  return { metadata: { name: "mr", generation: 2 }, status: { observedGeneration: observed, conditions } };
}

describe("health", () => {
  const cases: readonly (readonly [string, ManagedResource | undefined, string, string])[] = [
    ["applied and healthy", resource("True", "True"), "True", "All health checks successful"],
    ["not there", undefined, "Progressing", "Progressing check(s): The ManagedResource does not exist yet."],
    [
      "of an older generation",
      resource("True", "True", 1),
      "Progressing",
      "its latest generation has not been applied yet",
    ],
    ["not applied yet", resource(undefined, undefined), "Progressing", "ResourcesApplied is not known yet."],
    ["being applied", resource("Progressing", undefined), "Progressing", "ManagedResource mr: applying."],
    ["not to be applied", resource("False", "True"), "False", "Failed check(s): ManagedResource mr: applying."],
    ["unhealthy", resource("True", "False"), "False", "DaemonSet falco is unhealthy."],
  ];
  for (const [name, shoot, status, message] of cases) {
    it(`a ManagedResource that is ${name}`, () => {
      const [finding] = healthFindings({ shoot, hibernated: false });
      expect(finding?.status).to.equal(status);
      expect(finding?.message).to.contain(message);
    });
  }
  it("a hibernated shoot is healthy", () => {
    expect(healthFindings({ shoot: undefined, hibernated: true })[0]?.message).to.equal("Shoot is hibernated");
  });
  it("what is needed beside the control plane is a condition of its own", () => {
    const findings = healthFindings({ shoot: resource("True", "True"), controlPlane: undefined, hibernated: false });
    expect(findings.map(({ type, status }) => `${type} ${status}`)).to.deep.equal([
      "SystemComponentsHealthy True",
      "ObservabilityComponentsHealthy Progressing",
    ]);
  });
});
