import { expect } from "chai";
import { parseQuantity } from "../../../falco/desired/quantity.ts";

describe("falco/desired/quantity", () => {
  const quantities: readonly (readonly [unknown, number | undefined])[] = [
    ["0", 0],
    ["1", 1],
    [1, 1],
    [0.5, 0.5],
    ["100m", 0.1],
    ["1.5", 1.5],
    ["5.", 5],
    [".5", 0.5],
    ["+1", 1],
    ["-1", -1],
    ["1k", 1000],
    ["1Ki", 1024],
    ["1M", 1e6],
    ["1.5Gi", 1.5 * 2 ** 30],
    ["1e3", 1000],
    ["1E3", 1000],
    ["1E", 1e18],
    ["1Ei", 2 ** 60],
    ["12e-1", 1.2],
    ["5n", 5e-9],
    ["5u", 5e-6],
    ["", undefined],
    ["m", undefined],
    [".", undefined],
    ["1 Gi", undefined],
    ["1gi", undefined],
    ["1K", undefined],
    ["1mi", undefined],
    ["1e", undefined],
    ["1e3Ki", undefined],
    ["NaN", undefined],
    ["Infinity", undefined],
    [Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, undefined],
    [null, undefined],
    [true, undefined],
    [["1"], undefined],
  ];
  for (const [quantity, value] of quantities) {
    it(`${JSON.stringify(quantity)} is ${String(value)}`, () => {
      const parsed = parseQuantity(quantity);
      if (value === undefined) expect(parsed).to.equal(undefined);
      else expect(parsed).to.be.closeTo(value, Math.abs(value) * 1e-12);
    });
  }
});
