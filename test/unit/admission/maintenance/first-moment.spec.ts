import { expect } from "chai";
import fc from "fast-check";
import { firstMoment } from "../../../../admission/maintenance/first-moment.ts";
import { maintenanceWindow, windowContains } from "../../../../falco/desired/maintenance-window.ts";

const window = { begin: "220000+0000", end: "001500+0000" };

describe("firstMoment", () => {
  const cases: readonly (readonly [string, string, number, string])[] = [
    ["before the window: at its begin", "2026-11-21T10:00:00Z", 0, "2026-11-21T22:00:00.000Z"],
    ["before the window: in its middle", "2026-11-21T10:00:00Z", 0.5, "2026-11-21T23:00:00.000Z"],
    ["in the window: now", "2026-11-21T23:00:00Z", 0, "2026-11-21T23:00:00.000Z"],
    ["in the window: in the middle of what is left of it", "2026-11-21T23:00:00Z", 0.5, "2026-11-21T23:30:00.000Z"],
    ["at its very end: now", "2026-11-22T00:00:00Z", 0.9, "2026-11-22T00:00:00.000Z"],
    ["in its last second: now, not before", "2026-11-22T00:00:00.400Z", 0.9, "2026-11-22T00:00:00.400Z"],
    ["after the window: in the next one", "2026-11-22T00:00:01Z", 0, "2026-11-22T22:00:00.000Z"],
  ];
  for (const [title, now, random, expected] of cases) {
    it(title, () => {
      expect(firstMoment({ timeWindow: window }, new Date(now), random).toISOString()).to.equal(expected);
    });
  }

  it("takes any time when there is no window", () => {
    const now = new Date("2026-11-21T12:00:00Z");
    expect(firstMoment({}, now, 0.5).toISOString()).to.equal("2026-11-21T17:59:59.500Z");
  });

  it("is always in the window, and never in the past", () => {
    const second = fc.integer({ min: 0, max: 86_399 });
    const clock = (at: number): string =>
      [at / 3600, (at / 60) % 60, at % 60].map((each) => String(Math.floor(each)).padStart(2, "0")).join("") + "+0200";
    fc.assert(
      fc.property(second, second, second, fc.double({ min: 0, max: 0.999, noNaN: true }), (begin, end, at, random) => {
        const timeWindow = { begin: clock(begin), end: clock(end) };
        const now = new Date(Date.parse("2026-11-21T00:00:00Z") + at * 1000);
        const moment = firstMoment({ timeWindow }, now, random);
        expect(windowContains(maintenanceWindow(timeWindow), moment)).to.equal(true);
        expect(moment.getTime()).to.be.at.least(now.getTime());
      }),
    );
  });
});
