import { expect } from "chai";
import fc from "fast-check";
import type { Client } from "../../../kube/client.ts";
import type { Clock } from "../../../kube/clock.ts";
import { runLeader } from "../../../kube/leader.ts";
import { defaultTiming, leaseType, microTime, stepLease } from "../../../kube/lease.ts";
import type { KubeObject } from "../../../kube/objects.ts";
import { SteppedClock } from "../../support/clock.ts";
import { ObjectsInMemory } from "./objects-in-memory.ts";

const lease = { namespace: "garden", name: "leader" };
const now = new Date("2026-01-01T00:00:00Z");
const moment = (monotonic: number) => ({ identity: "me", timing: defaultTiming, now, monotonic });
const held = (holderIdentity: string, leaseDurationSeconds = 15): KubeObject => ({
  apiVersion: "coordination.k8s.io/v1",
  kind: "Lease",
  metadata: { ...lease, resourceVersion: "7" },
  spec: { holderIdentity, leaseDurationSeconds, acquireTime: "then", renewTime: "then", leaseTransitions: 3 },
});
const mine = { holderIdentity: "me", leaseDurationSeconds: 15, renewTime: "2026-01-01T00:00:00.000000Z" };

describe("stepLease", () => {
  it("creates a Lease that is not there", () => {
    expect(stepLease(undefined, undefined, moment(0)).write).to.deep.include({ ...mine, leaseTransitions: 0 });
  });

  it("renews its own and keeps when it was acquired", () => {
    expect(stepLease(held("me"), undefined, moment(0)).write).to.deep.equal({
      ...mine,
      acquireTime: "then",
      leaseTransitions: 3,
    });
  });

  it("takes one that was given back", () => {
    expect(stepLease(held(""), undefined, moment(0)).write).to.deep.include({ ...mine, leaseTransitions: 4 });
  });

  const waits: readonly (readonly [string, KubeObject, number, number, boolean])[] = [
    ["waits as long as the holder has just been seen", held("other"), 0, 0, false],
    ["waits for the whole duration", held("other"), 0, 14_999, false],
    ["takes what has not changed for the whole duration", held("other"), 0, 15_000, true],
    ["waits longer if the holder said so", held("other", 60), 0, 59_999, false],
    ["waits its own duration if the holder said less", held("other", 1), 0, 14_999, false],
  ];
  for (const [title, object, since, at, takes] of waits) {
    it(title, () => {
      const before = { resourceVersion: "7", unchangedSince: since };
      expect(stepLease(object, before, moment(at)).write !== undefined).to.equal(takes);
    });
  }

  it("starts to count anew when the Lease changes", () => {
    const { observation, write } = stepLease(
      held("other"),
      { resourceVersion: "6", unchangedSince: 0 },
      moment(20_000),
    );
    expect(observation).to.deep.equal({ resourceVersion: "7", unchangedSince: 20_000 });
    expect(write).to.equal(undefined);
  });
});

describe("microTime", () => {
  it("has six digits", () => {
    expect(microTime(new Date("2026-01-01T00:00:00.120Z"))).to.equal("2026-01-01T00:00:00.120000Z");
  });
});

type LeaseClient = Pick<Client, "get" | "create" | "update">;

/** A client whose requests hang while `cut` says so, as over a broken network. */
function unreliable({ client }: ObjectsInMemory, cut: () => "through" | "hang" | "fail" | "lose-answer"): LeaseClient {
  const pass = async <T>(send: () => Promise<T>, signal?: AbortSignal): Promise<T> => {
    const how = cut();
    if (how === "fail") throw new Error("unreachable");
    if (how === "through") return send();
    if (how === "lose-answer") await send();
    return new Promise((_resolve, reject) => {
      signal?.addEventListener("abort", () => {
        reject(new Error("aborted"));
      });
    });
  };
  return {
    get: (type, name, options) => pass(() => client.get(type, name, options), options?.signal),
    create: (type, object, options) => pass(() => client.create(type, object, options), options?.signal),
    update: (type, object, options) => pass(() => client.update(type, object, options), options?.signal),
  };
}

interface Replica {
  readonly stop: AbortController;
  readonly ended: Promise<"stopped" | "lost">;
  leads: () => boolean;
  lost: () => boolean;
  working: boolean;
}

/** A clock's functions, to be replaced one by one. */
function portsOf({ now, monotonic, sleep }: Clock): Clock {
  return { now, monotonic, sleep };
}

function start(identity: string, client: LeaseClient, clock: Clock): Replica {
  const stop = new AbortController();
  const replica: Replica = {
    stop,
    leads: () => false,
    lost: () => false,
    working: false,
    ended: runLeader({
      client,
      lease,
      identity,
      clock,
      signal: stop.signal,
      work: async ({ signal, leads, lost }) => {
        replica.leads = leads;
        replica.lost = () => lost.aborted;
        replica.working = true;
        await clock.sleep(Infinity, signal);
        replica.working = false;
      },
    }),
  };
  return replica;
}

describe("runLeader", () => {
  it("leads, renews, and gives the lease back when it is stopped", async () => {
    const clock = new SteppedClock();
    const memory = new ObjectsInMemory();
    const first = start("first", memory.client, clock);
    await clock.advance(1);
    const second = start("second", memory.client, clock);
    await clock.advance(60_000);
    expect([first.leads(), second.leads()]).to.deep.equal([true, false]);
    expect(memory.writes.filter((kind) => kind === "update")).to.have.length(30);
    first.stop.abort();
    await clock.advance(2_000);
    expect(await first.ended).to.equal("stopped");
    expect([first.leads(), second.leads()]).to.deep.equal([false, true]);
    second.stop.abort();
    expect(await second.ended).to.equal("stopped");
    expect(clock.sleepers).to.equal(0);
    expect((await memory.client.get(leaseType, lease))?.["spec"]).to.include({
      holderIdentity: "",
      leaseTransitions: 1,
    });
  });

  it("stops leading in time when the API server does not answer, and says so", async () => {
    const clock = new SteppedClock();
    let how: "through" | "hang" = "through";
    const replica = start(
      "first",
      unreliable(new ObjectsInMemory(), () => how),
      clock,
    );
    await clock.advance(1_000);
    how = "hang";
    await clock.advance(8_999);
    expect(replica.leads()).to.equal(true);
    await clock.advance(1);
    expect([replica.leads(), replica.working]).to.deep.equal([false, false]);
    expect(await replica.ended).to.equal("lost");
  });

  it("is lost when somebody deletes or takes the lease", async () => {
    for (const disturb of [
      (memory: ObjectsInMemory): unknown => memory.objects.delete("garden/leader"),
      (memory: ObjectsInMemory): unknown => memory.put(held("thief")),
    ]) {
      const clock = new SteppedClock();
      const memory = new ObjectsInMemory();
      const replica = start("first", memory.client, clock);
      await clock.advance(1_000);
      disturb(memory);
      await clock.advance(2_000);
      expect(replica.leads()).to.equal(false);
      expect(await replica.ended).to.equal("lost");
    }
  });

  it("gives the lease back when the work fails, and says why", async () => {
    const memory = new ObjectsInMemory();
    const failure: unknown = await runLeader({
      client: memory.client,
      lease,
      identity: "first",
      clock: new SteppedClock(),
      signal: new AbortController().signal,
      work: () => Promise.reject(new Error("broken")),
    }).catch((error: unknown) => error);
    expect(String(failure)).to.equal("Error: broken");
    expect((await memory.client.get(leaseType, lease))?.["spec"]).to.include({ holderIdentity: "" });
  });

  it("refuses writes while the date says that the machine was suspended, until the lease has been looked at", async () => {
    const clock = new SteppedClock();
    const memory = new ObjectsInMemory();
    let ahead = 0;
    const suspended = { ...portsOf(clock), now: () => new Date(clock.now().getTime() + ahead) };
    const replica = start("first", memory.client, suspended);
    await clock.advance(1_000);
    ahead = 60_000;
    expect(replica.leads()).to.equal(false);
    await clock.advance(2_000);
    expect([replica.leads(), replica.working]).to.deep.equal([true, true]);
    ahead = 120_000;
    memory.put(held("thief"));
    await clock.advance(2_000);
    expect(await replica.ended).to.equal("lost");
  });

  it("tells work that is under way when the leadership is lost, not when it is only to end", async () => {
    for (const [ending, isLost] of [
      ["stopped", false],
      ["lost", true],
    ] as const) {
      const clock = new SteppedClock();
      const memory = new ObjectsInMemory();
      const replica = start("first", memory.client, clock);
      await clock.advance(1_000);
      if (isLost) memory.put(held("thief"));
      else replica.stop.abort();
      await clock.advance(2_000);
      expect(await replica.ended).to.equal(ending);
      expect(replica.lost()).to.equal(isLost);
    }
  });

  it("never has two leaders, whatever the network does, and has one again soon after", async function () {
    this.timeout(60_000);
    const fault = fc.constantFrom("through", "through", "hang", "fail", "lose-answer");
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fault, fault), { minLength: 1, maxLength: 12 }), async (schedule) => {
        const clock = new SteppedClock();
        const memory = new ObjectsInMemory();
        const how: ("through" | "hang" | "fail" | "lose-answer")[] = ["through", "through"];
        const begin = (index: number): Replica =>
          start(
            `r${String(index)}-${String(clock.monotonic())}`,
            unreliable(memory, () => how[index] ?? "through"),
            clock,
          );
        const replicas = [begin(0), begin(1)];
        const watchOver = async (seconds: number): Promise<void> => {
          for (let second = 0; second < seconds; second++) {
            await clock.advance(1_000);
            expect(replicas.filter((each) => each.leads() || each.working)).to.have.length.at.most(1);
            for (const [index, each] of replicas.entries()) {
              // As the kubelet does with a process that has ended.
              if (await hasEnded(each)) replicas[index] = begin(index);
            }
          }
        };
        for (const [first, second] of schedule) {
          how[0] = first;
          how[1] = second;
          await watchOver(5);
        }
        how.fill("through");
        await watchOver(25);
        expect(replicas.filter((each) => each.leads())).to.have.length(1);
        for (const { stop } of replicas) stop.abort();
      }),
      { numRuns: 30 },
    );
  });
});

async function hasEnded({ ended }: Replica): Promise<boolean> {
  return Promise.race([ended.then(() => true), Promise.resolve().then(() => Promise.resolve(false))]);
}
