import { expect } from "chai";
import { type Check, findingOf, hibernatedFinding } from "../../../controller/health.ts";
import type { Condition } from "../../../falco/api/gardener.ts";

const now = new Date("2026-11-21T10:00:00Z");
const type = "SystemComponentsHealthy";

function failed(detail: string, ...codes: readonly string[]): Check {
  return { kind: "failed", detail, ...(codes.length > 0 && { codes }) };
}

function progressing(detail: string, thresholdSeconds = 300): Check {
  return { kind: "progressing", detail, thresholdSeconds };
}

function unable(detail: string): Check {
  return { kind: "unable", detail };
}

function previous(status: string, seconds: number): Condition {
  return { type, status, lastTransitionTime: new Date(now.getTime() - seconds * 1000).toISOString() };
}

describe("the words of a condition", () => {
  const cases: readonly (readonly [readonly Check[], string, string, string])[] = [
    [[], "True", "HealthCheckSuccessful", "All health checks successful"],
    [[{ kind: "healthy" }], "True", "HealthCheckSuccessful", "All health checks successful"],
    [[failed("It is ill")], "False", "HealthCheckUnsuccessful", "It is ill."],
    [[failed("A."), failed("B")], "False", "HealthCheckUnsuccessful", "1) A. 2) B."],
    [[progressing("A")], "Progressing", "HealthCheckProgressing", "A."],
    [[progressing("A"), progressing("B")], "Progressing", "HealthCheckProgressing", "1) A. 2) B."],
    [
      [failed("A"), progressing("B")],
      "False",
      "HealthCheckUnsuccessful",
      "1 failing and 1 progressing check: Failed check: A. Progressing check: B.",
    ],
    [
      [failed("A"), failed("B"), progressing("C"), progressing("D")],
      "False",
      "HealthCheckUnsuccessful",
      "2 failing and 2 progressing checks: Failed checks: 1) A. 2) B. Progressing checks: 1) C. 2) D.",
    ],
    [[unable("A")], "Unknown", "ConditionCheckError", "failed to execute 1 health check: A."],
    [[unable("A"), unable("B")], "Unknown", "ConditionCheckError", "failed to execute 2 health checks: 1) A. 2) B."],
    [
      [failed("B"), unable("A"), progressing("C")],
      "Unknown",
      "ConditionCheckError",
      "failed to execute 1 health check: Unable to execute check: A. Failed check: B. Progressing check: C.",
    ],
  ];
  for (const [checks, status, reason, message] of cases) {
    it(message, () => {
      expect(findingOf(type, checks, { previous: undefined, now })).to.deep.equal({ type, status, reason, message });
    });
  }

  it("has each code of what failed once, and none where nothing could be checked", () => {
    const checks = [failed("A", "ERR_1", "ERR_2"), failed("B", "ERR_1")];
    expect(findingOf(type, checks, { previous: undefined, now }).codes).to.deep.equal(["ERR_1", "ERR_2"]);
    expect(findingOf(type, [...checks, unable("C")], { previous: undefined, now })).not.to.have.property("codes");
  });

  it("says of a hibernated shoot that it is one", () => {
    expect(hibernatedFinding(type)).to.deep.equal({
      type,
      status: "True",
      reason: "HealthCheckSuccessful",
      message: "Shoot is hibernated",
    });
  });
});

describe("what goes on counts as failed", () => {
  const cases: readonly (readonly [string, Condition | undefined, string])[] = [
    ["not without a condition before", undefined, "Progressing"],
    ["not after a condition that was True for long", previous("True", 9_999), "Progressing"],
    ["not within the threshold", previous("Progressing", 300), "Progressing"],
    ["after the threshold", previous("Progressing", 301), "False"],
    ["after the threshold of a condition that was Unknown", previous("Unknown", 301), "False"],
    ["when it has failed before", previous("False", 1), "False"],
    ["not after a condition without a time", { type, status: "Progressing" }, "Progressing"],
  ];
  for (const [name, before, status] of cases) {
    it(name, () => {
      expect(findingOf(type, [progressing("A")], { previous: before, now }).status).to.equal(status);
    });
  }

  it("after the shortest threshold of several", () => {
    const checks = [progressing("A", 7200), progressing("B", 60)];
    expect(findingOf(type, checks, { previous: previous("Progressing", 61), now }).status).to.equal("False");
  });
});
