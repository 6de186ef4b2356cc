import { expect } from "chai";
import { failed, failureOf, mergeConditions, succeeded } from "../../../controller/status.ts";
import type { Extension } from "../../../falco/api/gardener.ts";
import { problem, type ProblemCode } from "../../../falco/base/problem.ts";

const now = new Date("2026-11-21T10:00:00.500Z");
const extension: Extension = { metadata: { name: "a", generation: 3 }, spec: { type: "shoot-falco-service" } };

describe("the status", () => {
  it("of success removes the last error", () => {
    expect(succeeded(extension, "Create", now)).to.deep.equal({
      observedGeneration: 3,
      lastOperation: {
        type: "Create",
        state: "Succeeded",
        progress: 100,
        description: "Successfully reconciled Extension",
        lastUpdateTime: "2026-11-21T10:00:00Z",
      },
      lastError: null,
    });
  });

  it("of failure says the same in lastOperation and lastError", () => {
    const status = failed(extension, "Reconcile", { message: "No luck.", code: "ERR_CONFIGURATION_PROBLEM" }, now);
    expect(status.lastOperation.description).to.equal("Error reconciling Extension: No luck.");
    expect(status.lastError).to.deep.equal({
      description: "Error reconciling Extension: No luck.",
      lastUpdateTime: "2026-11-21T10:00:00Z",
      codes: ["ERR_CONFIGURATION_PROBLEM"],
    });
  });

  it("has no codes for what may heal by itself", () => {
    expect(failed(extension, "Reconcile", { message: "No answer." }, now).lastError).to.have.property("codes", null);
  });
});

describe("the code of a failure", () => {
  const cases: readonly (readonly [ProblemCode[], string])[] = [
    [["FIELD_UNKNOWN"], "ERR_CONFIGURATION_PROBLEM"],
    [["IMAGE_MISSING"], "ERR_RETRYABLE_CONFIGURATION_PROBLEM"],
    [["VERSION_UNKNOWN"], "ERR_RETRYABLE_CONFIGURATION_PROBLEM"],
    [["RULES_NOT_IN_PROFILE"], "ERR_RETRYABLE_CONFIGURATION_PROBLEM"],
    [["IMAGE_MISSING", "FIELD_UNKNOWN"], "ERR_CONFIGURATION_PROBLEM"],
  ];
  for (const [codes, expected] of cases) {
    it(`${codes.join(", ")} → ${expected}`, () => {
      expect(failureOf(codes.map((code) => problem(code, "a", "b"))).code).to.equal(expected);
    });
  }
});

describe("conditions", () => {
  const before = {
    type: "SystemComponentsHealthy",
    status: "True",
    reason: "HealthCheckSuccessful",
    message: "All health checks successful",
    lastTransitionTime: "2026-11-20T00:00:00Z",
    lastUpdateTime: "2026-11-20T01:00:00Z",
  };
  const { lastTransitionTime, lastUpdateTime, ...finding } = before;

  it("that say the same keep their times", () => {
    expect(mergeConditions([before], [finding], now)).to.deep.equal([before]);
  });
  it("with another message are updated, but have not turned", () => {
    const merged = mergeConditions([before], [{ ...finding, message: "Still fine" }], now);
    expect(merged).to.deep.equal([
      { ...before, message: "Still fine", lastTransitionTime, lastUpdateTime: "2026-11-21T10:00:00Z" },
    ]);
  });
  it("with another status have turned", () => {
    const [merged] = mergeConditions([before], [{ ...finding, status: "False" }], now);
    expect(merged?.lastTransitionTime).to.equal("2026-11-21T10:00:00Z");
    expect(lastUpdateTime).to.not.equal(merged?.lastUpdateTime);
  });
  it("of others stay", () => {
    const foreign = { ...before, type: "EveryNodeReady" };
    expect(mergeConditions([foreign], [finding], now).map(({ type }) => type)).to.deep.equal([
      "EveryNodeReady",
      "SystemComponentsHealthy",
    ]);
  });
});
