import { expect } from "chai";
import { atLeast, compareVersions, isVersion, parseDate, timeText } from "../../../falco/catalog/versions.ts";

describe("falco/catalog/versions", () => {
  const versions: readonly (readonly [string, boolean])[] = [
    ["0.44.1", true],
    ["0.45.0-rc1", true],
    ["v0.44.1", false],
    ["0.44", false],
    [" 0.44.1", false],
    ["0.044.1", false],
    ["latest", false],
    ["", false],
  ];
  for (const [text, valid] of versions) {
    it(`${JSON.stringify(text)} is ${valid ? "a" : "no"} version`, () => {
      expect(isVersion(text)).to.equal(valid);
    });
  }

  it("sorts by number, pre-releases before their release", () => {
    const sorted = ["0.9.0", "0.10.0-alpha.2", "0.10.0-alpha.10", "0.10.0-rc.1", "0.10.0", "1.0.0"];
    expect([...sorted].reverse().sort(compareVersions)).to.deep.equal(sorted);
    expect(compareVersions("0.44.1", "0.44.1")).to.equal(0);
  });

  const comparisons: readonly (readonly [string, string, boolean])[] = [
    ["0.44.0", "0.44", true],
    ["0.44.0-rc1", "0.44", true],
    ["0.43.9", "0.44", false],
    ["1.0.0", "0.44", true],
    ["v1.30.4-gke.1", "1.30", true],
    ["1.29.15", "1.30", false],
    ["", "1.30", false],
    ["latest", "0.42", false],
  ];
  for (const [version, minor, expected] of comparisons) {
    it(`${JSON.stringify(version)} is ${expected ? "" : "not "}at least ${minor}`, () => {
      expect(atLeast(version, minor)).to.equal(expected);
    });
  }

  const dates: readonly (readonly [string, string | undefined])[] = [
    ["2027-01-31T00:00:00Z", "2027-01-31T00:00:00.000Z"],
    ["2027-01-31T01:30:00+01:30", "2027-01-31T00:00:00.000Z"],
    ["2027-01-31t00:00:00z", "2027-01-31T00:00:00.000Z"],
    ["2027-01-31T00:00:00.123456Z", "2027-01-31T00:00:00.123Z"],
    ["2028-02-29T00:00:00Z", "2028-02-29T00:00:00.000Z"],
    ["2027-02-29T00:00:00Z", undefined],
    ["2027-02-30T00:00:00Z", undefined],
    ["2027-04-31T00:00:00Z", undefined],
    ["2027-01-00T00:00:00Z", undefined],
    ["2027-13-01T00:00:00Z", undefined],
    ["2027-01-31T24:00:00Z", undefined],
    ["2027-01-31T00:60:00Z", undefined],
    ["2027-01-31", undefined],
    ["2027-01-31T00:00:00", undefined],
    ["2027-01-31 00:00:00Z", undefined],
    ["31.1.2027", undefined],
    ["", undefined],
  ];
  for (const [text, expected] of dates) {
    it(`${JSON.stringify(text)} is ${expected ?? "no date"}`, () => {
      const time = parseDate(text);
      expect(time === undefined ? undefined : new Date(time).toISOString()).to.equal(expected);
    });
  }

  it("writes a time in UTC without fractions of a second, as it reads it", () => {
    const time = new Date("2027-01-31T00:00:00.987Z");
    expect([timeText(time), timeText(time.getTime())]).to.deep.equal(Array(2).fill("2027-01-31T00:00:00Z"));
    expect(parseDate(timeText(time))).to.equal(time.getTime() - 987);
  });
});
