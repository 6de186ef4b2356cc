import { expect } from "chai";
import type { Election } from "../../../kube/lead.ts";
import type { Controller } from "../../../controller/start.ts";
import { resource } from "../../../kube/objects.ts";
import { JumpingClock } from "../../support/jumping-clock.ts";
import { SeedCluster } from "../../support/seed-cluster.ts";
import { configOf } from "../../support/seed-objects.ts";

const namespace = "shoot--local--led";
const witness = "shoot--local--witness";
const leases = resource("coordination.k8s.io/v1", "Lease");
const lease = { namespace: "garden", name: "leader" };
const timing = { durationMs: 2_000, renewDeadlineMs: 1_000, retryMs: 50 };
const newer = configOf({ falcoVersion: "0.43.1" });

describe("two replicas", () => {
  let seed: SeedCluster;
  beforeEach(async () => {
    seed = await SeedCluster.start();
  });
  afterEach(() => seed.stop());

  const electionOf = (identity: string): Election => ({ client: seed.client, lease, identity, timing });

  /** A replica with a clock of its own: when that jumps, only this one was asleep. */
  async function replica(identity: string, election = electionOf(identity)) {
    const clock = new JumpingClock();
    const heartbeat = { namespace: "garden", everySeconds: 30 };
    return { clock, controller: await seed.startController({ election, clock, heartbeat }) };
  }

  const holder = async (): Promise<unknown> => (await seed.client.get(leases, lease))?.["spec"];
  const leaders = (): number => seed.log.filter(({ message }) => message === "the controller works").length;
  const heartbeats = async (): Promise<unknown> => {
    const found = await seed.client.get(leases, { namespace: "garden", name: "gardener-extension-heartbeat" });
    return found?.["spec"];
  };

  async function leading(count: number): Promise<void> {
    await seed.until(`${String(count)} have led`, () => leaders() === count);
  }

  it("one works and beats, the other stands by and takes over as soon as the first has stopped", async () => {
    const first = await replica("first");
    await leading(1);
    await replica("second");
    await seed.bringUp(namespace);
    expect(leaders()).to.equal(1);
    expect(await holder()).to.include({ holderIdentity: "first", leaseTransitions: 0 });
    const beat = await heartbeats();
    expect(beat).to.include({
      holderIdentity: "gardener-extension-shoot-falco-service",
      leaseDurationSeconds: 30,
    });
    await first.controller.stop();
    expect(await first.controller.ended).to.deep.equal({ kind: "stopped" });
    await leading(2);
    await seed.deploy(namespace, { providerConfig: newer });
    await seed.untilState(namespace, "Reconcile/Succeeded");
    expect(await holder()).to.include({ holderIdentity: "second" });
    expect(await heartbeats()).to.not.deep.equal(beat);
  });

  it("who takes over looks at everything as after a restart, whatever it has seen while standing by", async () => {
    const first = await replica("first");
    await leading(1);
    await replica("second");
    await seed.bringUp(namespace);
    // Without a request, this is not to be taken up; and what was asked for has been answered by the first.
    await seed.deploy(namespace, { operation: null, providerConfig: newer });
    await seed.bringUp(witness);
    const before = [await seed.rawExtension(namespace), await seed.managedResource(namespace)];
    await first.controller.stop();
    await leading(2);
    await seed.deploy(witness, { providerConfig: newer });
    await seed.untilState(witness, "Reconcile/Succeeded");
    expect([await seed.rawExtension(namespace), await seed.managedResource(namespace)]).to.deep.equal(before);
  });

  it("who slept through its lease does not finish a write that it was about to make, and ends", async () => {
    const first = await replica("first");
    await leading(1);
    const { election, reads } = counted(electionOf("second"));
    const second = await replica("second", election);
    const held = holdStatus(seed);
    await seed.addShoot(namespace);
    await seed.deploy(namespace);
    await held.reached;
    first.clock.jump(60_000);
    expect(first.controller.ending.aborted).to.equal(false);
    // The second must have seen the lease as the first has left it; then, for the second, its time goes by.
    await reads(2);
    second.clock.jump(10_000);
    await leading(2);
    await seed.untilState(namespace, "Create/Succeeded");
    await seed.untilHealthy(namespace);
    const before = await seed.rawExtension(namespace);
    held.release();
    expect(await first.controller.ended).to.deep.equal({ kind: "lost" });
    expect(first.controller.unfinished()).to.deep.equal([]);
    expect(await seed.rawExtension(namespace)).to.deep.equal(before);
  });

  it("who cannot renew its lease in time ends by itself, at once", async () => {
    let isCut = false;
    const { client, ...election } = electionOf("first");
    const hang = (signal: AbortSignal | undefined): Promise<never> =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener("abort", () => {
          reject(new Error("no answer"));
        });
      });
    const get: typeof client.get = (type, name, options) =>
      isCut ? hang(options?.signal) : client.get(type, name, options);
    const { clock, controller } = await replica("first", { ...election, client: { ...client, get } });
    await leading(1);
    isCut = true;
    clock.jump(900);
    const end: Controller["ended"] = controller.ended;
    clock.jump(200);
    expect(await end).to.deep.equal({ kind: "lost" });
    expect(controller.ending.aborted).to.equal(true);
    // Not given back: whether it may be is what it cannot know.
    expect(await holder()).to.include({ holderIdentity: "first" });
  });
});

/** The same, which tells when the Lease has been read `count` times more. */
function counted(election: Election): {
  readonly election: Election;
  readonly reads: (count: number) => Promise<void>;
} {
  let read = (): void => undefined;
  const get: Election["client"]["get"] = async (type, name, options) => {
    const found = await election.client.get(type, name, options);
    read();
    return found;
  };
  const reads = (count: number): Promise<void> =>
    new Promise((resolve) => {
      let left = count;
      read = () => {
        if (--left === 0) setImmediate(resolve);
      };
    });
  return { election: { ...election, client: { ...election.client, get } }, reads };
}

/** Holds the first status of an Extension back on its way, as a slow network does, until it is released. */
function holdStatus(seed: SeedCluster): { readonly reached: Promise<void>; readonly release: () => void } {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    let isFirst = true;
    seed.fault = async ({ method, path }) => {
      if (!isFirst || method !== "PATCH" || !path.endsWith("/status")) return undefined;
      isFirst = false;
      resolve();
      await released;
      return undefined;
    };
  });
  return {
    reached,
    release: () => {
      release();
    },
  };
}
