import { expect } from "chai";
import type { Election } from "../../../../kube/lead.ts";
import { Garden, namespace } from "./garden.ts";
import { maintainNow } from "./samples.ts";

const hour = 3_600_000;

describe("maintenance: replicas", () => {
  let garden: Garden;
  beforeEach(async () => {
    garden = await Garden.start();
  });
  afterEach(() => garden.stop());

  const timing = { durationMs: 2_000, renewDeadlineMs: 1_000, retryMs: 50 };
  const lease = { namespace, name: "leader" };
  const electionOf = (identity: string): Election => ({ client: garden.client, lease, identity, timing });
  const working = (): number => garden.log.filter(({ message }) => message === "the maintenance works").length;

  it("only the leader writes; who takes over goes on, and writes nothing again", async () => {
    await garden.shoot("one", { ...maintainNow, begin: "093000+0000", end: "153000+0000" });
    await garden.shoot("two", { begin: "220000+0000", end: "230000+0000" });
    const first = await garden.maintain(electionOf("first"));
    await garden.until("one works", () => working() === 1);
    await garden.maintain(electionOf("second"));
    await garden.untilVersion("one", "0.44.1");
    await garden.untilEvents("one", 1);
    await first.stop();
    await garden.until("the other works", () => working() === 2);
    await garden.settled();
    expect(garden.relevantWrites).to.have.length(1);
    await garden.operate("two", "maintain");
    await garden.untilVersion("two", "0.44.1");
    expect(garden.relevantWrites.filter((each) => each.endsWith("/one"))).to.have.length(1);
  });

  it("a restart in the window writes nothing again", async () => {
    await garden.shoot("one", { begin: "093000+0000", end: "153000+0000" });
    const first = await garden.maintain();
    garden.clock.jump(3 * hour);
    await garden.untilVersion("one", "0.44.1");
    await garden.untilEvents("one", 1);
    await first.stop();
    await garden.maintain();
    garden.clock.jump(1.2 * hour);
    await garden.settled();
    expect(garden.relevantWrites).to.have.length(1);
    expect(await garden.events("one")).to.have.length(1);
  });
});
