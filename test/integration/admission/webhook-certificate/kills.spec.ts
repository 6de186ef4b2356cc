import { expect } from "chai";
import type { FaultHook } from "../../../support/faulty-client.ts";
import type { Replica } from "./replica.ts";
import { day, WebhookGarden } from "./webhook-garden.ts";

const yes = (): boolean => true;
/** How a process ends at a write: before it was sent, or after it was carried out and before the answer came. */
const deaths = ["destroy", "lost"] as const;

/** A process that dies at its n-th write, counted from 1 on since it was armed, and says nothing from then on. */
class Mortal {
  dead = false;
  #left = Infinity;
  readonly #death: (typeof deaths)[number];

  constructor(death: (typeof deaths)[number]) {
    this.#death = death;
  }

  arm(nth: number): void {
    this.#left = nth;
  }

  readonly fault: FaultHook = ({ method }) => {
    if (this.dead) return "destroy";
    if (method === "GET") return undefined;
    this.#left -= 1;
    if (this.#left > 0) return undefined;
    this.dead = true;
    return this.#death;
  };
}

describe("the webhooks' certificates, when the leader is killed", () => {
  let garden: WebhookGarden;

  beforeEach(async () => {
    garden = await WebhookGarden.start();
  });
  afterEach(() => garden.stop());

  async function startMortal(mortal: Mortal): Promise<Replica> {
    const leads = (): boolean => !mortal.dead;
    return garden.startReplica({ leads, fault: mortal.fault });
  }

  for (const death of deaths) {
    for (const nth of [1, 2, 3, 4, 5]) {
      it(`are finished by the next one: fresh install, write ${String(nth)}, ${death}`, async () => {
        const mortal = new Mortal(death);
        mortal.arm(nth);
        const first = await startMortal(mortal);
        await garden.until("it is dead", () => mortal.dead);
        await first.stop();
        const next = await garden.startReplica({ leads: yes });
        await garden.until("the next one serves", () => garden.isPublished(1) && next.unready() === undefined);
        await garden.change();
        expect(next.pairs.map(({ certificate }) => certificate)).to.deep.equal([garden.texts.certificate]);
      });
    }

    for (const nth of [1, 2, 3, 4]) {
      it(`are finished by the next one: rotation, write ${String(nth)}, ${death}`, async () => {
        const mortal = new Mortal(death);
        const [first, other] = [await startMortal(mortal), await garden.startReplica()];
        await garden.until("both serve", () => garden.isPublished(1) && other.pairs.length === 1);
        await garden.until("the leader serves", () => first.pairs.length === 1);
        const { failures } = await garden.underLoad(async () => {
          mortal.arm(nth);
          garden.clock.jump(24 * day);
          await garden.passUntil("it is dead", () => mortal.dead);
          await first.stop();
          const next = await garden.startReplica({ leads: yes });
          await garden.until("two CAs are published", () => garden.isPublished(2));
          await garden.until("the next one serves", () => next.pairs.length > 0);
          await garden.passUntil("the other serves anew", () => other.pairs.length === 2);
          await garden.change();
        });
        // The connections of the replica that ended went with it.
        const refused = failures.filter((each) => !/ECONNRESET|ECONNREFUSED|socket hang up/.test(each));
        expect(refused).to.deep.equal([]);
      });
    }
  }
});
