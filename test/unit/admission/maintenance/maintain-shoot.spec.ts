import { expect } from "chai";
import { maintainShoot } from "../../../../admission/maintenance/maintain-shoot.ts";
import type { Catalogue } from "../../../../falco/catalog/catalogue.ts";
import { readProfiles } from "../../../../falco/catalog/read-profiles.ts";
import type { FalcoUse } from "../../../../falco/desired/falco-use.ts";
import { SteppedClock } from "../../../support/clock.ts";
import { profileOf } from "../../../support/seed-objects.ts";

const key = "garden-dev/one";
const use: FalcoUse = {
  kind: "Shoot",
  namespace: "garden-dev",
  name: "one",
  falcoVersion: "0.43.1",
  autoUpdate: true,
  timeWindow: { begin: "120000+0000", end: "131500+0000" },
  maintainNow: false,
};
const notExpected = (): never => {
  throw new Error("not expected");
};
const { catalogue } = readProfiles([profileOf()]);

/** A look at a Shoot that is known like this, by a process that may ask nobody. */
function look(known: FalcoUse | undefined, time: string, isAskedFor = false, of: Catalogue | null = catalogue) {
  return maintainShoot(
    { key, isAskedFor, signal: new AbortController().signal },
    {
      client: { get: notExpected, create: notExpected, patch: notExpected },
      known: { get: () => known, uses: notExpected, onChange: notExpected },
      clock: new SteppedClock(`2026-11-21T${time}Z`),
      random: () => 0.5,
      catalogue: () => of ?? undefined,
      report: notExpected,
    },
  );
}

describe("maintainShoot, by what is known alone", () => {
  const newest = { ...use, falcoVersion: "0.44.1" };
  const cases: readonly (readonly [string, Promise<unknown>, object])[] = [
    ["is done with a Shoot that is gone", look(undefined, "12:30:00"), { kind: "done" }],
    ["is done with a Seed", look({ ...use, kind: "Seed" }, "12:30:00", true), { kind: "done" }],
    ["plans the next look before the window", look(use, "11:30:00"), { kind: "again", afterSeconds: 3600 }],
    ["plans the next look after the window", look(use, "13:00:01"), { kind: "again", afterSeconds: 84_599 }],
    ["is content with what is newest", look(newest, "12:30:00"), { kind: "again", afterSeconds: 86_400 }],
    ["is content with it when asked, too", look(newest, "10:30:00", true), { kind: "again", afterSeconds: 7200 }],
    [
      "waits for a catalogue",
      look(use, "12:30:00", false, null),
      { kind: "waiting", for: "the FalcoProfiles", afterSeconds: 60 },
    ],
  ];
  for (const [title, outcome, expected] of cases) {
    it(title, async () => {
      expect(await outcome).to.deep.equal(expected);
    });
  }
});
