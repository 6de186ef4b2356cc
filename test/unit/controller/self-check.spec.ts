import { expect } from "chai";
import { createSelfCheck, type NamedStore, namedStores } from "../../../controller/self-check.ts";
import { createStores } from "../../../controller/stores.ts";
import type { KubeObject } from "../../../kube/objects.ts";
import { RunTimes } from "../../../kube/run-times.ts";
import { Store } from "../../../kube/store.ts";
import { SteppedClock } from "../../support/clock.ts";

const newStore = (): Store<string> => new Store({ project: ({ metadata }) => metadata.name });

function setUp() {
  const clock = new SteppedClock();
  const runs = new RunTimes(clock);
  const extensions = newStore();
  const profiles = newStore();
  const stores: readonly NamedStore[] = [
    { name: "extensions", of: "seed", store: extensions },
    { name: "profiles", of: "garden", store: profiles },
  ];
  return { clock, runs, extensions, profiles, check: createSelfCheck({ stores, runs: [runs], clock }) };
}

describe("createSelfCheck", () => {
  it("calls a run stuck that goes on for a minute after its deadline", async () => {
    const { clock, runs, check } = setUp();
    runs.observer.started?.("a", 0);
    await clock.advance(240_000);
    expect(check.stuck()).to.equal(undefined);
    await clock.advance(1_000);
    expect(check.stuck()).to.equal("a run has taken 241 s and does not end");
    runs.observer.finished?.("a", "error", 241);
    expect(check.stuck()).to.equal(undefined);
  });

  it("names the stores whose first list is not there", () => {
    const { extensions, profiles, check } = setUp();
    expect(check.unsynced()).to.equal("not listed yet: extensions, profiles");
    extensions.apply({ kind: "replaced", items: [] });
    expect(check.unsynced()).to.equal("not listed yet: profiles");
    profiles.apply({ kind: "replaced", items: [] });
    expect(check.unsynced()).to.equal(undefined);
  });

  it("names the seed's stores that are out of contact for two minutes; the garden's may be", async () => {
    const { clock, extensions, profiles, check } = setUp();
    extensions.lost(0);
    profiles.lost(0);
    await clock.advance(120_000);
    expect(check.outdated()).to.equal(undefined);
    await clock.advance(1);
    expect(check.outdated()).to.equal("no contact with the API server for more than two minutes: extensions");
    extensions.heard();
    expect(check.outdated()).to.equal(undefined);
  });
});

describe("namedStores", () => {
  it("knows every store of a controller", () => {
    const stores = createStores(["shoot"]);
    const profiles = new Store<KubeObject>({ project: (object) => object });
    const named = namedStores(stores, profiles);
    const all: readonly unknown[] = Object.values(stores).filter((each) => each instanceof Store);
    expect(named.filter(({ of }) => of === "seed").map(({ store }) => store)).to.have.members(all);
    expect(named.filter(({ of }) => of === "garden").map(({ store }) => store)).to.deep.equal([profiles]);
  });
});
