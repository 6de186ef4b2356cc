import { expect } from "chai";
import { hasRolledOut } from "../../../controller/write-managed-resource.ts";

interface Sample {
  readonly observed?: number;
  readonly applied?: string;
  readonly progressing?: string;
  readonly reason?: string;
}

function resource({ observed = 2, applied = "True", progressing = "False", reason = "ResourcesRolledOut" }: Sample) {
  return {
    metadata: { name: "extension-shoot-falco-service-shoot", generation: 2 },
    status: {
      observedGeneration: observed,
      conditions: [
        { type: "ResourcesApplied", status: applied, reason: "ApplySucceeded" },
        { type: "ResourcesProgressing", status: progressing, reason },
      ],
    },
  };
}

describe("a ManagedResource", () => {
  const cases: readonly (readonly [string, Sample, boolean])[] = [
    ["has rolled out when gardener-resource-manager says so", {}, true],
    ["has not while an older version is the one that was seen", { observed: 1 }, false],
    ["has not while it cannot be applied", { applied: "False" }, false],
    ["has not while pods are being replaced", { progressing: "True", reason: "DaemonSetProgressing" }, false],
    ["has not when it is ignored", { reason: "ManagedResourceIgnored" }, false],
  ];
  for (const [name, sample, expected] of cases) {
    it(name, () => {
      expect(hasRolledOut(resource(sample))).to.equal(expected);
    });
  }

  it("has not when nothing is known of it", () => {
    expect(hasRolledOut({ metadata: { generation: 1 } })).to.equal(false);
  });
});
