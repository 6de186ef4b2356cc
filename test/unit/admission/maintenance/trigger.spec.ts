import { expect } from "chai";
import { triggerOf } from "../../../../admission/maintenance/trigger.ts";
import type { FalcoUse } from "../../../../falco/desired/falco-use.ts";

const use: FalcoUse = {
  kind: "Shoot",
  namespace: "garden-dev",
  name: "one",
  falcoVersion: "0.43.1",
  autoUpdate: true,
  timeWindow: { begin: "220000+0000", end: "230000+0000" },
  maintainNow: false,
};
const asking: FalcoUse = { ...use, maintainNow: true };
const seed: FalcoUse = { kind: "Seed", namespace: "", name: "local", autoUpdate: true, maintainNow: true };
const { timeWindow, ...anyTime } = use;

describe("triggerOf", () => {
  const cases: readonly (readonly [string, FalcoUse | undefined, FalcoUse | undefined, string])[] = [
    ["a new Shoot", undefined, use, "plan"],
    ["a new Shoot that asks for it", undefined, asking, "at-once"],
    ["a request that appears", use, asking, "at-once"],
    ["a request that stays", asking, asking, "nothing"],
    ["a request that is taken away", asking, use, "nothing"],
    ["a request that stays while the window moves", asking, { ...anyTime, maintainNow: true }, "plan"],
    ["another window", use, { ...use, timeWindow: { begin: "220000+0000", end: "233000+0000" } }, "plan"],
    ["a window that is taken away", use, anyTime, "plan"],
    ["a window that appears", anyTime, { ...anyTime, ...(timeWindow && { timeWindow }) }, "plan"],
    [
      "the same window, read again",
      use,
      { ...use, timeWindow: { end: "230000+0000", begin: "220000+0000" } },
      "nothing",
    ],
    ["autoUpdate switched off", use, { ...use, autoUpdate: false }, "plan"],
    ["another version", use, { ...use, falcoVersion: "0.44.1" }, "nothing"],
    ["a Shoot that is gone, or has no Falco any more", use, undefined, "end"],
    ["nothing at all", undefined, undefined, "nothing"],
    ["a Seed", undefined, seed, "nothing"],
    ["a Seed that is gone", seed, undefined, "nothing"],
  ];
  for (const [title, previous, current, expected] of cases) {
    it(`${title}: ${expected}`, () => {
      expect(triggerOf(previous, current)).to.equal(expected);
    });
  }
});
