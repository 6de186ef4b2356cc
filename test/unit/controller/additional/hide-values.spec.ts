import { expect } from "chai";
import { hideValues } from "../../../../controller/additional/hide-values.ts";

describe("controller/additional/hide-values", () => {
  const cases: readonly (readonly [string, unknown, string])[] = [
    ["template: x.yaml: nil pointer", { a: "hunter2" }, "template: x.yaml: nil pointer"],
    ["wrong: hunter2", { a: { b: ["hunter2"] } }, "wrong: …"],
    ["wrong: hunter2", { a: "hunt", b: "hunter2" }, "wrong: …"],
    ["eu is on", { a: "eu", b: true, c: "on" }, "eu is on"],
    ["port 123456", { a: 123_456 }, "port …"],
    ["line two is here", { a: "line one\n  line two\n" }, "… is here"],
    ['quoted \\"hunter2', { a: '"hunter2' }, "quoted …"],
    ["data: aHVudGVyMg==", { a: "hunter2" }, "data: …"],
    ["nothing", undefined, "nothing"],
  ];
  for (const [text, values, expected] of cases) {
    it(`makes "${expected}" of "${text}"`, () => {
      expect(hideValues(text, values)).to.equal(expected);
    });
  }
});
