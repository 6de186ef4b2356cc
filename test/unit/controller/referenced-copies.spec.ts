import { expect } from "chai";
import { copiesOf } from "../../../controller/referenced-copies.ts";

interface Sample {
  readonly generation?: number;
  readonly observed?: number;
  readonly applied?: string;
  readonly deleting?: boolean;
}

function object({ generation = 2, observed, applied, deleting = false }: Sample) {
  return {
    apiVersion: "resources.gardener.cloud/v1alpha1",
    kind: "ManagedResource",
    metadata: {
      name: "referenced-resources",
      namespace: "shoot--local--one",
      generation,
      ...(deleting && { deletionTimestamp: "2026-11-21T00:00:00Z" }),
    },
    status: {
      ...(observed !== undefined && { observedGeneration: observed }),
      conditions: applied === undefined ? [] : [{ type: "ResourcesApplied", status: applied }],
    },
  };
}

describe("Gardener's copies of what a shoot refers to", () => {
  const cases: readonly (readonly [string, Sample, boolean])[] = [
    ["are arriving before anybody has looked at them", {}, true],
    ["are arriving while the version before is what was applied", { observed: 1, applied: "True" }, true],
    ["are arriving while they are applied", { observed: 2, applied: "Progressing" }, true],
    ["are arriving while nothing is said about them", { observed: 2 }, true],
    ["are there when they are applied", { observed: 2, applied: "True" }, false],
    ["are not waited for when they cannot be applied", { observed: 2, applied: "False" }, false],
    ["are not waited for when they go", { observed: 1, deleting: true }, false],
  ];
  for (const [name, sample, arriving] of cases) {
    it(name, () => {
      expect(copiesOf(object(sample))).to.deep.equal({ arriving });
    });
  }

  it("are not waited for when nobody can say", () => {
    const unreadable = { ...object({}), status: "all is well" };
    expect(copiesOf(unreadable)).to.deep.equal({ arriving: false });
  });
});
