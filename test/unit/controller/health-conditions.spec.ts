import { expect } from "chai";
import { findingOf } from "../../../controller/health.ts";
import { mergeConditions } from "../../../controller/status.ts";
import type { Condition } from "../../../falco/api/gardener.ts";

const now = new Date("2026-11-21T10:00:00Z");
const before = "2026-11-20T00:00:00Z";
const type = "SystemComponentsHealthy";
const theirs: Condition = { type: "EveryNodeReady", status: "True" };
const ours: Condition = {
  type,
  status: "False",
  reason: "HealthCheckUnsuccessful",
  message: "It is ill.",
  codes: ["ERR_CONFIGURATION_PROBLEM"],
  lastTransitionTime: before,
  lastUpdateTime: before,
};

describe("the conditions of an Extension", () => {
  const failed = (...codes: readonly string[]) =>
    findingOf(type, [{ kind: "failed", detail: "It is ill", codes }], { previous: ours, now });

  it("keep their order, so that nothing new is no change", () => {
    for (const present of [
      [ours, theirs],
      [theirs, ours],
    ]) {
      expect(mergeConditions(present, [failed("ERR_CONFIGURATION_PROBLEM")], now)).to.deep.equal(present);
    }
  });

  it("get new ones at their end", () => {
    expect(mergeConditions([theirs], [failed()], now).map((each) => each.type)).to.deep.equal([theirs.type, type]);
  });

  it("are updated, but have not turned, when only their codes change", () => {
    const [merged] = mergeConditions([ours], [failed()], now);
    expect(merged).to.include({ lastTransitionTime: before, lastUpdateTime: "2026-11-21T10:00:00Z" });
    expect(merged).to.not.have.property("codes");
  });
});
