import { expect } from "chai";
import type { Replica } from "./replica.ts";
import { day, WebhookGarden } from "./webhook-garden.ts";

const minute = 60_000;
const yes = (): boolean => true;

describe("the webhooks' certificates under load", () => {
  let garden: WebhookGarden;
  let leader: Replica;
  let other: Replica;

  beforeEach(async () => {
    garden = await WebhookGarden.start();
    [leader, other] = [await garden.startReplica({ leads: yes }), await garden.startReplica()];
    await garden.until("both replicas serve", () => garden.isPublished(1) && served().every((count) => count === 1));
  });
  afterEach(() => garden.stop());

  const served = (): readonly number[] => [leader, other].map(({ pairs }) => pairs.length);

  it("are rotated without a refused request", async () => {
    const first = garden.texts;
    const { changes, failures } = await garden.underLoad(async () => {
      await garden.change();
      garden.clock.jump(24 * day);
      await garden.passUntil("two CAs are published", () => garden.isPublished(2));
      expect(garden.texts).to.include({ certificate: first.certificate, key: first.key });
      await garden.change();
      garden.clock.jump(5 * minute);
      await garden.change();
      expect(served()).to.deep.equal([1, 1]);
      await garden.passUntil("both replicas serve anew", () => served().every((count) => count === 2));
      expect(garden.isPublished(2)).to.equal(true);
      await garden.change();
      garden.clock.jump(day - 10 * minute);
      await garden.change();
      expect(garden.isPublished(2)).to.equal(true);
      await garden.passUntil("the first CA is gone", () => garden.isPublished(1));
      await garden.change();
    });
    expect(failures).to.deep.equal([]);
    expect(changes).to.be.greaterThan(4);
    expect(garden.texts.bundle).to.not.equal(first.bundle);
    expect([leader.unready(), other.unready()]).to.deep.equal([undefined, undefined]);
  });

  it("are made anew when the Secret was deleted, without a refused request", async () => {
    const first = garden.texts;
    const { failures } = await garden.underLoad(async () => {
      garden.deleteSecret();
      await garden.passUntil("another CA is published, too", () => garden.isPublished(2));
      expect(garden.texts.bundle.endsWith(first.bundle)).to.equal(true);
      expect(garden.texts).to.include({ certificate: "", key: "" });
      await garden.change();
      await garden.passUntil("both replicas serve anew", () => served().every((count) => count === 2));
      await garden.change();
      garden.clock.jump(day);
      await garden.passUntil("the lost CA is gone", () => garden.isPublished(1));
      await garden.change();
    });
    expect(failures).to.deep.equal([]);
    expect(garden.texts.bundle).to.not.include(first.bundle);
    expect(garden.texts.authorityKey).to.not.equal(first.authorityKey);
  });

  it("stay with the replicas while the leader changes in the middle of a rotation", async () => {
    const { failures } = await garden.underLoad(async () => {
      garden.clock.jump(24 * day);
      await garden.passUntil("two CAs are published", () => garden.isPublished(2));
      await leader.stop();
      leader = await garden.startReplica({ leads: yes });
      await garden.until("the new leader serves", () => leader.unready() === undefined);
      await garden.passUntil("both replicas serve anew", () => served().every((count) => count === 2));
      await garden.change();
    });
    // The connections of the replica that ended went with it.
    expect(failures.filter((each) => !/ECONNRESET|ECONNREFUSED|socket hang up/.test(each))).to.deep.equal([]);
  });
});
