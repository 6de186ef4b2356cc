import { expect } from "chai";
import { profileOf } from "../../../support/seed-objects.ts";
import { catalogueOf, Garden } from "./garden.ts";
import { answer, expirationDate, isWrite, maintainNow, profileWith } from "./samples.ts";

const hour = 3_600_000;

describe("maintenance: what stands in its way", () => {
  let garden: Garden;
  beforeEach(async () => {
    garden = await Garden.start();
  });
  afterEach(() => garden.stop());

  const refusals: readonly (readonly [number, string, number])[] = [
    [403, "Forbidden", 1],
    [422, "Invalid", 4],
  ];
  for (const [code, reason, attempts] of refusals) {
    it(`tells of a write that is refused with ${String(code)}, and tries it again in the next window only`, async () => {
      await garden.shoot("one", maintainNow);
      const message = 'admission webhook "validate.falco" denied the request: no';
      garden.fault = (request) => (isWrite(request) ? answer(code, reason, message) : undefined);
      await garden.maintain();
      await garden.untilEvents("one", 1);
      const [event = ""] = await garden.events("one");
      expect(event).to.match(/^Warning MaintenanceFailed 1 Falco cannot be updated from 0.43.1 to 0.44.1: .* denied/);
      await garden.untilLooked(1);
      garden.clock.jump(hour);
      await garden.settled();
      expect(garden.relevantWrites).to.have.length(attempts);
      garden.clock.jump(11.5 * hour);
      await garden.until("it is told again", async () => (await garden.events("one")).join("").includes("Failed 2"));
      // The witness was the second.
      await garden.untilLooked(3);
      garden.fault = () => undefined;
      garden.clock.jump(24 * hour);
      await garden.untilVersion("one", "0.44.1");
    });
  }

  it("is tried again soon when it is passing, with one Event that counts", async () => {
    await garden.shoot("one", maintainNow);
    garden.fault = (request) => (isWrite(request) ? answer(500, "InternalError", "failed calling webhook") : undefined);
    await garden.maintain();
    await garden.untilSaid("tried again", 1);
    garden.clock.jump(10_000);
    await garden.untilSaid("tried again", 2);
    expect((await garden.events("one")).join()).to.contain("MaintenanceFailed 2");
    garden.fault = () => undefined;
    // Gardener has long taken the annotation away; the request counts until it is answered.
    await garden.operate("one", "reconcile");
    garden.clock.jump(20_000);
    await garden.untilVersion("one", "0.44.1");
    await garden.untilLooked(1);
    const text = await garden.metrics.text();
    expect(text).to.contain('falco_admission_maintenance_total{reason="newer",result="updated"} 1');
    expect(text).to.contain('falco_admission_maintenance_total{reason="newer",result="failed"} 2');
    expect(text).to.contain('falco_admission_maintenance_total{reason="expired",result="refused"} 0');
    expect(text).to.contain('controller_runtime_reconcile_total{controller="maintenance",result="error"} 2');
  });

  it("ends with the Shoot that it was asked for, even in the middle of a look", async () => {
    await garden.shoot("one", maintainNow);
    let isFirst = true;
    garden.fault = async ({ method, path }) => {
      if (!isFirst || method !== "GET" || !path.endsWith("/shoots/one")) return undefined;
      isFirst = false;
      await garden.delete("one");
      return answer(500, "InternalError", "no");
    };
    await garden.maintain();
    await garden.untilSaid("tried again", 1);
    // Another one of the same name, whose window is not open and which nobody has asked for.
    await garden.shoot("one");
    garden.clock.jump(20_000);
    await garden.settled();
    expect(await garden.version("one")).to.equal("0.43.1");
    expect(garden.relevantWrites).to.deep.equal([]);
  });

  it("tells of a Shoot that cannot stay and has nowhere to go", async () => {
    garden.catalogue = catalogueOf(profileWith({ version: "0.43.1", expirationDate }));
    await garden.shoot("one", maintainNow);
    await garden.maintain();
    await garden.untilEvents("one", 1);
    const [event] = await garden.events("one");
    expect(event).to.match(/^Warning MaintenanceFailed 1 Falco 0.43.1 has expired, and there is no other version/);
    expect(garden.relevantWrites).to.deep.equal([]);
  });

  const unusable = [
    ["is not known", undefined],
    ["has no version at all", catalogueOf()],
    ["is of profiles without versions", catalogueOf(profileOf({ falco: [] }))],
  ] as const;
  for (const [title, catalogue] of unusable) {
    it(`moves nobody while the catalogue ${title}, and says that once`, async () => {
      garden.catalogue = catalogue;
      await garden.shoot("one", maintainNow);
      await garden.shoot("two", maintainNow);
      await garden.maintain();
      await garden.untilLooked(2);
      expect(garden.log.filter(({ level }) => level === "warn")).to.have.length(1);
      expect(garden.writes).to.deep.equal([]);
      await garden.operate("one", "reconcile");
      garden.catalogue = catalogueOf(profileOf());
      garden.clock.jump(60_000);
      await garden.untilVersion("one", "0.44.1");
      await garden.untilVersion("two", "0.44.1");
    });
  }
});
