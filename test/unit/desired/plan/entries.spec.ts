import { expect } from "chai";
import { problem } from "../../../../falco/base/problem.ts";
import type { ClusterPlan, Effect, When } from "../../../../falco/desired/plan/effect.ts";
import { countByKind, entriesOf } from "../../../../falco/desired/plan/entries.ts";
import { cluster } from "./planned.ts";

const windowAt = (day: string): When => ({ kind: "window", begin: `${day}T22:00:00Z`, end: `${day}T22:45:00Z` });
const update = (when: When): Effect => ({ kind: "autoUpdate", from: "0.43.1", to: "0.44.1", when });
const wrong = (kind: "blocked" | "stranded", when: When): Effect => ({
  ...{ kind, when },
  problem: problem("VERSION_UNKNOWN", "", "There is none."),
});

const inOrder: readonly Effect[] = [
  wrong("stranded", { kind: "expiry", at: "2027-01-31T00:00:00Z" }),
  wrong("blocked", { kind: "atOnce" }),
  update({ kind: "atOnce" }),
  update({ kind: "wakeUp" }),
  update(windowAt("2026-11-21")),
  { kind: "falcosidekick", from: "1.0.0", to: "2.0.0", when: { kind: "expiry", at: "2026-11-22T00:00:00Z" } },
  update(windowAt("2026-11-23")),
  { kind: "warned", version: "0.43.1", expires: "2026-12-01T00:00:00Z", when: { kind: "nextChange" } },
];

const planOf = (name: string, effects: readonly Effect[]): ClusterPlan => ({
  cluster: cluster({ name }),
  ...{ effects, anyway: [], noLonger: [] },
});

describe("the order of a plan", () => {
  it("begins with what is wrong, and goes on with time", () => {
    const entries = entriesOf([planOf("one", [...inOrder].reverse())], "effects");
    expect(entries.map(({ effect }) => effect)).to.deep.equal(inOrder);
  });

  it("is by name at the same time", () => {
    const effects = [update(windowAt("2026-11-21"))];
    const entries = entriesOf([planOf("b", effects), planOf("a", effects)], "effects");
    expect(entries.map((each) => each.cluster.name)).to.deep.equal(["a", "b"]);
  });

  it("keeps the parts of a plan apart", () => {
    const plans = [{ ...planOf("one", inOrder), anyway: [update({ kind: "atOnce" })] }];
    expect(entriesOf(plans, "anyway")).to.have.length(1);
    expect(entriesOf(plans, "noLonger")).to.deep.equal([]);
  });
});

describe("the counts of a plan", () => {
  it("are of clusters, not of what happens to them", () => {
    const entries = entriesOf([planOf("one", inOrder), planOf("two", inOrder.slice(0, 1))], "effects");
    expect(Object.fromEntries(countByKind(entries))).to.deep.equal({
      ...{ stranded: 2, blocked: 1, autoUpdate: 1, falcosidekick: 1, warned: 1 },
    });
  });
});
