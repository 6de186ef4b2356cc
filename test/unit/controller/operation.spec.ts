import { expect } from "chai";
import {
  isForceDeleted,
  isMigrated,
  isSuspended,
  isTriggered,
  isTriggeredWithoutRequest,
  operationType,
} from "../../../controller/operation.ts";
import type { Cluster, Extension } from "../../../falco/api/gardener.ts";

interface Sample {
  readonly annotation?: string;
  readonly deleting?: boolean;
  readonly last?: { readonly type: string; readonly state: string };
  readonly description?: string;
  readonly generation?: number;
}

function extension({ annotation, deleting, last, description, generation = 1 }: Sample): Extension {
  return {
    metadata: {
      name: "shoot-falco-service",
      generation,
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

describe("what triggers a reconcile where requests are not waited for", () => {
  const succeeded = { type: "Reconcile", state: "Succeeded" };
  const cases: readonly (readonly [string, Sample | undefined, Sample, boolean])[] = [
    ["seen first, done before", undefined, { last: succeeded }, true],
    ["a change of the spec", { last: succeeded }, { last: succeeded, generation: 2 }, true],
    ["a request", { last: succeeded }, { last: succeeded, annotation: "reconcile" }, true],
    ["migration", { last: succeeded }, { last: succeeded, annotation: "migrate" }, true],
    ["a change of the status", { last: succeeded }, { last: { type: "Reconcile", state: "Error" } }, false],
  ];
  for (const [name, previous, current, expected] of cases) {
    it(name, () => {
      expect(isTriggeredWithoutRequest(previous && extension(previous), extension(current))).to.equal(expected);
    });
  }
});

function clusterWith(annotations: Readonly<Record<string, string>>, state?: string): Cluster {
  const status = state === undefined ? {} : { lastOperation: { state } };
  return { metadata: { name: "shoot--local--one" }, spec: { shoot: { metadata: { annotations }, status } } };
}

describe("a shoot", () => {
  const ignore = "shoot.gardener.cloud/ignore";
  const force = "confirmation.gardener.cloud/force-deletion";
  const suspended: readonly (readonly [string, Cluster | undefined, boolean])[] = [
    ["is left alone when it has failed", clusterWith({}, "Failed"), true],
    ["is left alone when an operator says so", clusterWith({ [ignore]: "true" }), true],
    ["is left alone when Go would read it so", clusterWith({ [ignore]: "T" }, "Succeeded"), true],
    ["is looked after otherwise", clusterWith({ [ignore]: "false" }, "Error"), false],
    ["is looked after when nothing is known of it", undefined, false],
  ];
  for (const [name, cluster, expected] of suspended) {
    it(name, () => {
      expect(isSuspended(cluster)).to.equal(expected);
    });
  }

  for (const [value, expected] of [
    ["true", true],
    ["1", true],
    ["TRUE", true],
    ["yes", false],
    ["", false],
  ] as const) {
    it(`${expected ? "is" : "is not"} deleted by force with ${JSON.stringify(value)}`, () => {
      expect(isForceDeleted(clusterWith({ [force]: value }))).to.equal(expected);
    });
  }

  it("is not deleted by force without a word", () => {
    expect(isForceDeleted(clusterWith({}))).to.equal(false);
    expect(isForceDeleted(undefined)).to.equal(false);
  });
});
