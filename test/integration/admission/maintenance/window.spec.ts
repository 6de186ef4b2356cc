import { expect } from "chai";
import { profileOf } from "../../../support/seed-objects.ts";
import { catalogueOf, Garden } from "./garden.ts";

const hour = 3_600_000;

describe("maintenance: when", () => {
  let garden: Garden;
  beforeEach(async () => {
    garden = await Garden.start();
  });
  afterEach(() => garden.stop());

  it("gives a Shoot the newest version in its window, not before, and says so", async () => {
    await garden.shoot("one");
    await garden.maintain();
    await garden.settled();
    expect(await garden.version("one")).to.equal("0.43.1");
    garden.clock.jump(12 * hour);
    // The window has begun, and the moment in it has not come: half of 45 minutes from its begin.
    await garden.settled();
    expect(await garden.version("one")).to.equal("0.43.1");
    garden.clock.jump(0.5 * hour);
    await garden.untilVersion("one", "0.44.1");
    await garden.untilEvents("one", 1);
    expect(await garden.events("one")).to.deep.equal([
      "Normal FalcoUpdated 1 Falco is updated from 0.43.1 to 0.44.1, the highest supported version.",
    ]);
  });

  // The last number: how many hours after ten in the morning the middle of the window is, without its last 15 minutes.
  const windows: readonly (readonly [string, string, string, number])[] = [
    ["across midnight", "233000+0000", "013000+0000", 14.375],
    ["in another time zone", "010000+0300", "020000+0300", 12.375],
    ["in another time zone, across its midnight", "230000-0100", "010000-0100", 14.875],
    ["across midnight in UTC only", "010000+0200", "030000+0200", 13.875],
  ];
  for (const [title, begin, end, hours] of windows) {
    it(`knows windows ${title}`, async () => {
      await garden.shoot("one", { begin, end });
      await garden.maintain();
      garden.clock.jump((hours - 0.05) * hour);
      await garden.settled();
      expect(await garden.version("one")).to.equal("0.43.1");
      garden.clock.jump(0.1 * hour);
      await garden.untilVersion("one", "0.44.1");
    });
  }

  it("spreads over the rest of their windows what is due when it starts", async () => {
    await garden.shoot("one", { begin: "093000+0000", end: "113000+0000" });
    await garden.maintain();
    await garden.settled();
    expect(await garden.version("one")).to.equal("0.43.1");
    garden.clock.jump(1.25 * hour);
    await garden.untilVersion("one", "0.44.1");
  });

  it("looks once in each window: what a profile brings after that waits for the next one", async () => {
    garden.catalogue = catalogueOf(profileOf({ falco: ["0.43.1"] }));
    await garden.shoot("one");
    await garden.maintain();
    garden.clock.jump(12.5 * hour);
    garden.catalogue = undefined;
    await garden.untilLooked(1);
    garden.catalogue = catalogueOf(profileOf({ falco: ["0.43.1"] }));
    garden.clock.jump(61_000);
    await garden.untilLooked(2);
    garden.catalogue = catalogueOf(profileOf());
    garden.clock.jump(0.1 * hour);
    await garden.settled();
    expect(await garden.version("one")).to.equal("0.43.1");
    garden.clock.jump(24 * hour);
    await garden.untilVersion("one", "0.44.1");
  });

  for (const operation of ["maintain", "maintain;rotate-ssh-keypair"]) {
    it(`does it at once when asked for it by ${operation}, though Gardener takes that away again at once`, async () => {
      await garden.shoot("one");
      await garden.maintain();
      await garden.settled();
      await garden.operate("one", operation);
      await garden.untilVersion("one", "0.44.1");
      expect((await garden.read("one"))?.metadata.annotations ?? {}).to.deep.equal({});
    });
  }

  it("takes another operation, and one that stays, for no request", async () => {
    await garden.shoot("one");
    await garden.shoot("two", { annotations: { "gardener.cloud/operation": "maintain" } });
    await garden.maintain();
    await garden.untilVersion("two", "0.44.1");
    await garden.operate("one", "reconcile");
    await garden.edit("two", ({ metadata, ...rest }) => ({
      ...rest,
      metadata: { ...metadata, labels: { ...metadata.labels, a: "b" } },
    }));
    await garden.settled();
    expect(await garden.version("one")).to.equal("0.43.1");
    expect(garden.relevantWrites).to.have.length(1);
  });

  it("goes by a window that has been moved to now, and by autoUpdate that has been switched on", async () => {
    await garden.shoot("moved");
    await garden.shoot("on", { autoUpdate: false, begin: "093000+0000", end: "153000+0000" });
    await garden.maintain();
    garden.clock.jump(3 * hour);
    await garden.settled();
    await garden.edit("moved", ({ spec, ...rest }) => ({
      ...rest,
      spec: { ...(spec as object), maintenance: { timeWindow: { begin: "120000+0000", end: "160000+0000" } } },
    }));
    await garden.edit("on", (live) => {
      const text = JSON.stringify(live).replace('"autoUpdate":false', '"autoUpdate":true');
      return JSON.parse(text) as typeof live;
    });
    await garden.settled();
    expect([await garden.version("moved"), await garden.version("on")]).to.deep.equal(["0.43.1", "0.43.1"]);
    garden.clock.jump(2 * hour);
    await garden.untilVersion("moved", "0.44.1");
    await garden.untilVersion("on", "0.44.1");
  });

  it("looks at a Shoot that is created later", async () => {
    await garden.maintain();
    await garden.settled();
    await garden.shoot("one");
    garden.clock.jump(12.5 * hour);
    await garden.untilVersion("one", "0.44.1");
  });

  it("forgets a Shoot that is deleted before its moment", async () => {
    await garden.shoot("gone");
    await garden.shoot("dying", { finalizers: ["gardener"] });
    await garden.maintain();
    await garden.settled();
    await garden.delete("gone");
    await garden.delete("dying");
    garden.clock.jump(12.5 * hour);
    await garden.settled();
    expect(await garden.version("dying")).to.equal(undefined);
    expect(garden.relevantWrites).to.deep.equal([]);
  });
});
