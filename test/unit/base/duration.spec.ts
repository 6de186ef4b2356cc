import { expect } from "chai";
import { parseDuration } from "../../../falco/base/duration.ts";

describe("falco/base/duration", () => {
  const durations: readonly (readonly [string, number | undefined])[] = [
    ["0", 0],
    ["0s", 0],
    ["720h", 2_592_000],
    ["1h30m", 5400],
    ["1.5s", 1.5],
    ["1.h", 3600],
    ["500ms", 0.5],
    ["1m1ms", 60.001],
    ["2us", 2e-6],
    ["2µs", 2e-6],
    ["3ns", 3e-9],
    ["1h1h", 7200],
    ["", undefined],
    ["5", undefined],
    ["h", undefined],
    ["1d", undefined],
    ["1h ", undefined],
    ["1 h", undefined],
    ["-1h", undefined],
    ["1h30", undefined],
    ["1H", undefined],
    ["1,5h", undefined],
    ["PT1H", undefined],
  ];
  for (const [text, seconds] of durations) {
    it(`${JSON.stringify(text)} is ${String(seconds)} seconds`, () => {
      const parsed = parseDuration(text);
      if (seconds === undefined) expect(parsed).to.equal(undefined);
      else expect(parsed).to.be.closeTo(seconds, 1e-12);
    });
  }
});
