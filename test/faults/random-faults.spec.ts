import type { Json } from "../../falco/base/json.ts";
import { endState } from "./end-state.ts";
import { type Disturbed, expectEnd } from "./expect-end.ts";
import { faultTable, reportFaults } from "./fault-table.ts";
import { playLandscape, shoots } from "./landscape-script.ts";
import { acceptAll } from "./prepared.ts";
import { Random } from "./random.ts";
import { busyMachineMs, Stage } from "./stage.ts";
import { type Disturb, undisturbed } from "./wire.ts";
import { wireFaults } from "./wire-fault.ts";

/** What is done to the landscape in one run. */
const acts = 24;
/** Numbers for the run and its faults, and how many of all requests meet one. */
const runs = [
  { number: 1, share: 0.1 },
  { number: 2, share: 0.2 },
  { number: 3, share: 0.3 },
];

/** A share of all requests, watches included, meets some fault. */
function someFaults(random: Random, share: number): { readonly disturb: Disturb; readonly count: () => number } {
  const faults = Object.values(wireFaults);
  let count = 0;
  const disturb: Disturb = () => {
    if (random.next() >= share) return undefined;
    count++;
    return random.pick(faults);
  };
  return { disturb, count: () => count };
}

/** What the landscape comes to when nothing goes wrong. */
async function undisturbedEnds(number: number): Promise<readonly Json[]> {
  const stage = await Stage.open();
  try {
    await stage.startController();
    await playLandscape(stage, new Random(number), acts);
    await calm(stage);
    return await Promise.all(shoots.map((namespace) => endState(stage.seed, namespace)));
  } finally {
    await stage.close();
  }
}

/** The date is right again, all is accepted, and what is still due happens. */
async function calm(stage: Stage): Promise<void> {
  stage.clock.shiftMs = 0;
  stage.wire.disturb = undisturbed;
  for (const ms of [30_000, 3_700_000, 60_000]) {
    await acceptAll(stage, shoots);
    stage.jump(ms);
    await stage.pass(20_000);
  }
}

describe("a landscape in which requests fail at random", function () {
  this.timeout(busyMachineMs);
  after(reportFaults);

  for (const { number, share } of runs) {
    it(`comes to its undisturbed end: ${String(share * 100)} % of all requests, seed ${String(number)}`, async () => {
      faultTable.begin("requests fail at random, dates jump, controllers are replaced");
      const ends = await undisturbedEnds(number);
      const stage = await Stage.open();
      try {
        await stage.startController();
        const { disturb, count } = someFaults(new Random(1_000 + number), share);
        stage.wire.disturb = disturb;
        await playLandscape(stage, new Random(number), acts);
        await calm(stage);
        const shown = shoots.map((namespace, index): Disturbed => ({
          ...{ namespace, end: ends[index] ?? null },
          what: `${namespace}, seed ${String(number)}`,
        }));
        await expectEnd(stage, shown);
        faultTable.ran(1, count());
      } finally {
        await stage.close();
      }
    });
  }
});
