import { expect } from "chai";
import fc from "fast-check";
import {
  isAnyTime,
  isDue,
  type MaintenanceWindow,
  maintenanceWindow,
  nextMoment,
  windowContains,
} from "../../../falco/desired/maintenance-window.ts";

const window = (begin: string, end: string): MaintenanceWindow => maintenanceWindow({ begin, end });

/** `HH:MM:SS` of the begin, and of the end of a window. */
function shown({ begin, length }: MaintenanceWindow): string {
  const text = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(11, 19);
  return `${text(begin)} ${text(begin + length)}`;
}

const at = (time: string): Date => new Date(`2026-11-21T${time}Z`);
const always = "00:00:00 23:59:59";

describe("falco/desired/maintenance-window", () => {
  // What Gardener 1.149 makes of them (pkg/utils/timewindow, run), but for the windows of 15 minutes and less.
  const windows: readonly (readonly [string, string, string])[] = [
    ["000000+0000", "010000+0000", "00:00:00 00:45:00"],
    ["220000+0100", "230000+0100", "21:00:00 21:45:00"],
    ["220000-0500", "230000-0500", "03:00:00 03:45:00"],
    ["010000+1400", "020000+1400", "11:00:00 11:45:00"],
    ["230000-1200", "010000-1200", "11:00:00 12:45:00"],
    ["220000+0530", "230000+0530", "16:30:00 17:15:00"],
    ["220000+0100", "220000+0000", "21:00:00 21:45:00"],
    ["233000+0000", "003000+0000", "23:30:00 00:15:00"],
    ["234500+0000", "001500+0000", "23:45:00 00:00:00"],
    ["235959+0000", "060059+0000", "23:59:59 05:45:59"],
    ["010000+0000", "010000+0000", "01:00:00 00:45:00"],
    ["220000+1500", "230000+1500", "07:00:00 07:45:00"],
    ["220000+0060", "230000+0060", "21:00:00 21:45:00"],
    ["010000+0000", "011501+0000", "01:00:00 01:00:01"],
    ["010000+0000", "011500+0000", "01:00:00 01:15:00"],
    ["010000+0000", "010500+0000", "01:00:00 01:05:00"],
    ["235500+0000", "000500+0000", "23:55:00 00:05:00"],
  ];
  for (const [begin, end, effective] of windows) {
    it(`${begin} to ${end} is ${effective} in UTC`, () => {
      expect(shown(window(begin, end))).to.equal(effective);
    });
  }

  const unreadable = [
    ...["240000+0000", "226000+0000", "220060+0000", "220000+2500", "220000+0061", "22000+0100", "2200+0100"],
    ...["220000Z", "220000+01:00", "220000 +0100", " 220000+0100", "220000+0100 ", "220000", "", "٢٢0000+0100"],
  ];
  for (const text of unreadable) {
    it(`"${text}" cannot be read and means any time`, () => {
      expect(shown(window(text, "230000+0100"))).to.equal(always);
      expect(shown(window("220000+0100", text))).to.equal(always);
    });
  }

  it("no window means any time", () => {
    expect(shown(maintenanceWindow(undefined))).to.equal(always);
    expect(isAnyTime(maintenanceWindow(undefined))).to.equal(true);
    expect(isAnyTime(window("010000+0000", "070000+0000"))).to.equal(false);
    for (const time of ["00:00:00", "12:00:00", "23:59:59.999"]) {
      expect(windowContains(maintenanceWindow(undefined), at(time))).to.equal(true);
    }
  });

  const moments: readonly (readonly [string, string, Readonly<Record<string, boolean>>])[] = [
    [
      "220000+0100",
      "230000+0100",
      { "20:59:59.999": false, "21:00:00": true, "21:20:00": true, "21:45:00.999": true, "21:45:01": false },
    ],
    [
      "233000+0000",
      "003000+0000",
      {
        "23:29:59.999": false,
        "23:30:00": true,
        "23:59:59.999": true,
        "00:00:00": true,
        "00:15:00.999": true,
        "00:15:01": false,
        "12:00:00": false,
      },
    ],
    ["000000+0000", "010000+0000", { "23:59:59.999": false, "00:00:00": true, "00:45:00": true, "00:45:01": false }],
    ["010000+0000", "010500+0000", { "00:59:59": false, "01:00:00": true, "01:05:00": true, "01:05:01": false }],
  ];
  for (const [begin, end, expected] of moments) {
    it(`what lies in ${begin} to ${end}`, () => {
      const found = Object.keys(expected).map((time) => [time, windowContains(window(begin, end), at(time))]);
      expect(Object.fromEntries(found)).to.deep.equal(expected);
    });
  }

  it("knows what is due: in the window, or when asked for", () => {
    const timeWindow = { begin: "220000+0100", end: "230000+0100" };
    expect(isDue({ timeWindow, maintainNow: false }, at("21:30:00"))).to.equal(true);
    expect(isDue({ timeWindow, maintainNow: false }, at("12:00:00"))).to.equal(false);
    expect(isDue({ timeWindow, maintainNow: true }, at("12:00:00"))).to.equal(true);
    expect(isDue({ maintainNow: false }, at("12:00:00"))).to.equal(true);
  });

  // As Gardener 1.149 computes them, but for the very begin of a window: there the next one is the next day's.
  const nexts: readonly (readonly [string, string, string, string])[] = [
    ["220000+0100", "230000+0100", "00:00:00", "2026-11-21T21:22:30.000Z"],
    ["220000+0100", "230000+0100", "20:59:59.999", "2026-11-21T21:22:30.000Z"],
    ["220000+0100", "230000+0100", "21:00:00", "2026-11-22T21:22:30.000Z"],
    ["220000+0100", "230000+0100", "21:45:00.500", "2026-11-22T21:22:30.000Z"],
    ["220000+0100", "230000+0100", "23:59:59", "2026-11-22T21:22:30.000Z"],
    ["233000+0000", "003000+0000", "00:00:00", "2026-11-21T23:52:30.000Z"],
    ["233000+0000", "003000+0000", "00:15:01", "2026-11-21T23:52:30.000Z"],
    ["233000+0000", "003000+0000", "23:29:59", "2026-11-21T23:52:30.000Z"],
    ["233000+0000", "003000+0000", "23:59:59", "2026-11-22T23:52:30.000Z"],
    ["000000+0000", "003000+0000", "11:00:00", "2026-11-22T00:07:30.000Z"],
    ["230000-1200", "010000-1200", "12:45:00", "2026-11-22T11:52:30.000Z"],
    ["220000+0530", "230000+0530", "11:00:00", "2026-11-21T16:52:30.000Z"],
    ["010000+0000", "010000+0000", "00:15:00", "2026-11-21T12:52:30.000Z"],
  ];
  for (const [begin, end, now, expected] of nexts) {
    it(`the middle of the next ${begin} to ${end} after ${now} is ${expected}`, () => {
      expect(nextMoment(window(begin, end), at(now), 0.5).toISOString()).to.equal(expected);
    });
  }

  it("keeps to UTC where clocks change, across the ends of months and leap days", () => {
    const next = (now: string): string =>
      nextMoment(window("030000+0100", "040000+0100"), new Date(now), 0).toISOString();
    expect(next("2026-03-28T12:00:00Z")).to.equal("2026-03-29T02:00:00.000Z");
    expect(next("2026-10-24T12:00:00Z")).to.equal("2026-10-25T02:00:00.000Z");
    expect(next("2028-02-28T12:00:00Z")).to.equal("2028-02-29T02:00:00.000Z");
    expect(next("2026-12-31T12:00:00Z")).to.equal("2027-01-01T02:00:00.000Z");
  });

  it("finds a moment that is to come, in the window, and in the first one after this", () => {
    const two = (max: number) => fc.integer({ min: 0, max }).map((each) => String(each).padStart(2, "0"));
    const offset = fc.constantFrom("+0000", "+0100", "-0500", "+0530", "+1400", "-1200");
    const time = fc.tuple(two(23), two(59), two(59), offset).map((parts) => parts.join(""));
    const moment = fc.date({ min: new Date("1970-01-02"), max: new Date("2100-01-01"), noInvalidDate: true });
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const day = 24 * 3600 * 1000;
    fc.assert(
      fc.property(fc.option(fc.tuple(time, time)), moment, random, (times, now, part) => {
        const [begin = "", end = ""] = times ?? [];
        const found = window(begin, end);
        const ahead = nextMoment(found, now, part).getTime() - now.getTime();
        expect(ahead).to.be.greaterThan(0);
        expect(ahead).to.be.at.most(day + found.length * 1000);
        expect(ahead - part * found.length * 1000).to.be.at.most(day);
        expect(windowContains(found, new Date(now.getTime() + ahead))).to.equal(true);
      }),
      { numRuns: 1000 },
    );
  });
});
