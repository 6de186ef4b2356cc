import { expect } from "chai";
import { jsonPatch } from "../../../../falco/base/json-patch.ts";
import type { KubeObject } from "../../../../kube/objects.ts";
import { profileOf } from "../../../support/seed-objects.ts";
import { catalogueOf, Garden } from "./garden.ts";
import { answer, expirationDate, isWrite, maintainNow, profileWith } from "./samples.ts";

const newer = "Falco is updated from 0.43.1 to 0.44.1, the highest supported version.";
const [old, present, next] = [{ version: "0.42.0" }, { version: "0.43.1" }, { version: "0.44.1" }];

describe("maintenance: what it writes", () => {
  let garden: Garden;
  beforeEach(async () => {
    garden = await Garden.start();
  });
  afterEach(() => garden.stop());

  it("is one field, and nothing but that", async () => {
    await garden.shoot("one", { annotations: { kept: "yes" } });
    const before = await garden.read("one");
    await garden.maintain();
    await garden.operate("one", "maintain");
    await garden.untilVersion("one", "0.44.1");
    const after = await garden.read("one");
    expect(jsonPatch(before?.["spec"], after?.["spec"])).to.deep.equal([
      { op: "replace", path: "/extensions/1/providerConfig/falcoVersion", value: "0.44.1" },
    ]);
    expect(after?.metadata.annotations).to.deep.equal({ kept: "yes" });
  });

  const decisions: readonly (readonly [string, string, boolean, KubeObject, string])[] = [
    [
      "no lower one by autoUpdate",
      "0.45.0",
      true,
      profileWith(next, { version: "0.45.0", classification: "preview" }),
      "0.45.0",
    ],
    ["no newer one without autoUpdate", "0.43.1", false, profileOf(), "0.43.1"],
    [
      "the lowest higher one for one that expired",
      "0.42.0",
      false,
      profileWith({ ...old, expirationDate }, present, next),
      "0.43.1",
    ],
    [
      "the highest lower one if nothing higher is left",
      "0.45.0",
      false,
      profileWith(next, { version: "0.45.0", expirationDate }),
      "0.44.1",
    ],
    ["the lowest higher one for one that is gone", "0.42.0", true, profileOf(), "0.43.1"],
  ];
  for (const [title, version, autoUpdate, profile, expected] of decisions) {
    it(`is ${title}`, async () => {
      garden.catalogue = catalogueOf(profile);
      await garden.shoot("one", { version, autoUpdate, ...maintainNow });
      await garden.maintain();
      if (expected !== version) await garden.untilVersion("one", expected);
      await garden.settled();
      expect(await garden.version("one")).to.equal(expected);
      expect(garden.relevantWrites).to.have.length(expected === version ? 0 : 1);
    });
  }

  it("goes with what somebody else writes at the same time", async () => {
    await garden.shoot("one", maintainNow);
    garden.fault = async (request) => {
      if (!isWrite(request)) return undefined;
      garden.fault = () => undefined;
      await garden.edit("one", ({ spec, ...rest }) => ({ ...rest, spec: { ...(spec as object), purpose: "testing" } }));
      return undefined;
    };
    await garden.maintain();
    await garden.untilVersion("one", "0.44.1");
    expect((await garden.read("one"))?.["spec"]).to.include({ purpose: "testing" });
    expect(garden.relevantWrites).to.have.length(2);
    await garden.untilEvents("one", 1);
  });

  const meanwhile: readonly (readonly [string, (one: Garden) => Promise<void>])[] = [
    ["switches autoUpdate off", (one) => edited(one, '"autoUpdate":true', '"autoUpdate":false')],
    [
      "disables Falco",
      (one) => edited(one, '"type":"shoot-falco-service"', '"type":"shoot-falco-service","disabled":true'),
    ],
    ["takes Falco out", (one) => edited(one, '"type":"shoot-falco-service"', '"type":"shoot-other"')],
    ["deletes the Shoot", (one) => one.delete("one")],
  ];
  for (const [title, act] of meanwhile) {
    it(`is nothing when somebody ${title} at that very moment`, async () => {
      await garden.shoot("one", { ...maintainNow, finalizers: ["gardener"] });
      garden.fault = async (request) => {
        if (!isWrite(request)) return undefined;
        garden.fault = () => undefined;
        await act(garden);
        return undefined;
      };
      await garden.maintain();
      await garden.until("it was tried", () => garden.relevantWrites.length === 1);
      await garden.settled();
      const spec = JSON.stringify((await garden.read("one"))?.["spec"]);
      expect(spec).to.not.contain("0.44.1");
      expect(garden.relevantWrites).to.have.length(1);
      expect(await garden.events("one")).to.deep.equal([]);
    });
  }

  it("waits and tries again when others write all the time", async () => {
    await garden.shoot("one", maintainNow);
    let others = 0;
    garden.fault = async (request) => {
      if (!isWrite(request) || others === 4) return undefined;
      others++;
      await garden.edit("one", ({ metadata, ...rest }) => ({
        ...rest,
        metadata: { ...metadata, labels: { ...metadata.labels, others: String(others) } },
      }));
      return undefined;
    };
    await garden.maintain();
    await garden.untilSaid("tried again", 1);
    expect(await garden.events("one")).to.deep.equal([]);
    garden.clock.jump(10_000);
    await garden.untilVersion("one", "0.44.1");
    await garden.untilEvents("one", 1);
    expect(await garden.events("one")).to.deep.equal([`Normal FalcoUpdated 1 ${newer}`]);
  });

  it("is told even when the answer to the write got lost, and is written once", async () => {
    await garden.shoot("one", maintainNow);
    garden.fault = (request) => (isWrite(request) ? "lost" : undefined);
    await garden.maintain();
    await garden.untilEvents("one", 1);
    expect(await garden.events("one")).to.deep.equal([`Normal FalcoUpdated 1 ${newer}`]);
    expect(garden.relevantWrites).to.have.length(1);
  });

  it("stays although the Event cannot be written", async () => {
    await garden.shoot("one", maintainNow);
    garden.fault = ({ path }) => (path.includes("/events") ? answer(403, "Forbidden", "no") : undefined);
    await garden.maintain();
    await garden.untilSaid("Event", 1);
    expect(await garden.version("one")).to.equal("0.44.1");
    expect(garden.log.filter(({ level }) => level === "error")).to.deep.equal([]);
  });
});

function edited(garden: Garden, before: string, after: string): Promise<void> {
  return garden.edit("one", (live) => JSON.parse(JSON.stringify(live).replace(before, after)) as KubeObject);
}
