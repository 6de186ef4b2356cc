import { expect } from "chai";
import { identityOf, parted, partByAge } from "../../../falco/base/old-problems.ts";
import { problem } from "../../../falco/base/problem.ts";

const at = (index: number, message = "m") => problem("FIELD_VALUE", `list[${String(index)}].name`, message);

describe("falco/base/old-problems", () => {
  it("takes the same problem at another index for the same", () => {
    expect(identityOf(at(0))).to.equal(identityOf(at(7)));
    expect(identityOf(at(0))).not.to.equal(identityOf(at(0, "other")));
  });

  it("counts each problem of before once: a second one like it is new", () => {
    const before = [at(3), at(4, "other")].map(identityOf);
    const [first, second, third] = [at(0), at(1), at(2, "third")];
    expect(partByAge([first, second, third], before)).to.deep.equal({ fresh: [second, third], kept: [first] });
    expect(partByAge([first], [])).to.deep.equal({ fresh: [first], kept: [] });
  });

  it("can go by another identity", () => {
    const all = partByAge([at(0), at(1, "other")], ["FIELD_VALUE"], ({ code }) => code);
    expect(all).to.deep.equal({ fresh: [at(1, "other")], kept: [at(0)] });
  });

  it("parts by a function", () => {
    const all = [at(0), at(1)];
    expect(parted(all, ({ path }) => path.includes("1"))).to.deep.equal({ fresh: [at(0)], kept: [at(1)] });
  });
});
