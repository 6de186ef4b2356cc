import { expect } from "chai";
import { leavesStranded } from "../../../../falco/desired/plan/effect.ts";
import { catalogueOf, cluster, planFor, two } from "./planned.ts";

describe("the effects of a plan", () => {
  it("say whether the change strands a cluster", () => {
    const none = catalogueOf({ falco: [] });
    expect(leavesStranded([planFor(cluster(), { before: two(), after: none })])).to.equal(true);
    expect(leavesStranded([planFor(cluster(), { before: none, after: none })])).to.equal(false);
    expect(leavesStranded([planFor(cluster(), { before: two(), after: two() })])).to.equal(false);
  });
});
