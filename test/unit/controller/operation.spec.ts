import { expect } from "chai";
import { isMigrated, isTriggered, operationType } from "../../../controller/operation.ts";
import type { Extension } from "../../../falco/api/gardener.ts";

interface Sample {
  readonly annotation?: string;
  readonly deleting?: boolean;
  readonly last?: { readonly type: string; readonly state: string };
  readonly description?: string;
}

function extension({ annotation, deleting, last, description }: Sample): Extension {
  return {
    metadata: {
      name: "shoot-falco-service",
      ...(annotation !== undefined && { annotations: { "gardener.cloud/operation": annotation } }),
      ...(deleting === true && { deletionTimestamp: "2026-11-21T00:00:00Z" }),
    },
    spec: { type: "shoot-falco-service" },
    ...(last !== undefined && {
      status: { lastOperation: { ...last, ...(description !== undefined && { description }) } },
    }),
  };
}

describe("the type of an operation", () => {
  const cases: readonly (readonly [string, Sample, string])[] = [
    ["a new object", {}, "Create"],
    ["a creation that failed", { last: { type: "Create", state: "Error" } }, "Create"],
    ["a creation that was cut off", { last: { type: "Create", state: "Processing" } }, "Create"],
    ["after a creation", { last: { type: "Create", state: "Succeeded" } }, "Reconcile"],
    ["a reconcile that failed", { last: { type: "Reconcile", state: "Error" } }, "Reconcile"],
    ["a restore that failed, whose annotation is gone", { last: { type: "Restore", state: "Error" } }, "Restore"],
    ["a migration that failed", { last: { type: "Migrate", state: "Error" } }, "Migrate"],
    ["deletion", { deleting: true, last: { type: "Create", state: "Error" } }, "Delete"],
    ["restore asked for", { annotation: "restore" }, "Restore"],
    ["deletion beats restore", { annotation: "restore", deleting: true }, "Delete"],
    ["migration beats deletion", { annotation: "migrate", deleting: true }, "Migrate"],
  ];
  for (const [name, sample, expected] of cases) {
    it(name, () => {
      expect(operationType(extension(sample))).to.equal(expected);
    });
  }
});

describe("what triggers a reconcile", () => {
  const succeeded = { type: "Reconcile", state: "Succeeded" };
  const cases: readonly (readonly [string, Sample | undefined, Sample, boolean])[] = [
    ["seen first, done before", undefined, { last: succeeded }, false],
    ["seen first, failed before", undefined, { last: { type: "Reconcile", state: "Error" } }, true],
    ["seen first, never worked on", undefined, {}, true],
    ["seen first, in deletion", undefined, { deleting: true, last: succeeded }, true],
    ["asked to reconcile", { last: succeeded }, { annotation: "reconcile", last: succeeded }, true],
    ["asked to restore", { last: succeeded }, { annotation: "restore" }, true],
    ["told to wait", { last: succeeded }, { annotation: "wait-for-state", last: succeeded }, false],
    ["a change without being asked", { last: succeeded }, { last: { type: "Reconcile", state: "Error" } }, false],
    ["deletion begins", { last: succeeded }, { deleting: true, last: succeeded }, true],
    [
      "our own status during a deletion",
      { deleting: true, last: succeeded },
      { deleting: true, last: succeeded, description: "waiting" },
      false,
    ],
  ];
  for (const [name, previous, current, expected] of cases) {
    it(name, () => {
      expect(isTriggered(previous && extension(previous), extension(current))).to.equal(expected);
    });
  }
});

describe("a migrated object", () => {
  it("is one whose migration succeeded", () => {
    expect(isMigrated(extension({ last: { type: "Migrate", state: "Succeeded" } }))).to.equal(true);
    expect(isMigrated(extension({ last: { type: "Migrate", state: "Error" } }))).to.equal(false);
  });
});
