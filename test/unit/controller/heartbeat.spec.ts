import { expect } from "chai";
import { runHeartbeat } from "../../../controller/heartbeat.ts";
import { ApiError } from "../../../kube/errors.ts";
import { microTime } from "../../../kube/lease.ts";
import { settle, SteppedClock } from "../../support/clock.ts";
import { ObjectsInMemory } from "../kube/objects-in-memory.ts";

const written = "the heartbeat is written";
const key = "falco/gardener-extension-heartbeat";

function setUp(fault: () => ApiError | undefined = () => undefined) {
  const clock = new SteppedClock();
  const memory = new ObjectsInMemory();
  const stop = new AbortController();
  const log: string[] = [];
  const beats: Date[] = [];
  const troubles: string[] = [];
  const note = (message: string, fields = {}): void => void log.push(`${message} ${JSON.stringify(fields)}`);
  const { client } = memory;
  const failing = async <T>(write: () => Promise<T>): Promise<T> => {
    const error = fault();
    if (error !== undefined) throw error;
    return write();
  };
  const ended = runHeartbeat(
    {
      namespace: "falco",
      everySeconds: 30,
      client: {
        patch: (...args) => failing(() => client.patch(...args)),
        create: (...args) => client.create(...args),
      },
      clock,
      logger: { debug: note, info: note, warn: note, error: note },
      trouble: () => troubles[0],
      onBeat: (at) => beats.push(at),
    },
    stop.signal,
  );
  const renewed = (): unknown => memory.objects.get(key)?.["spec"];
  return { clock, memory, stop, log, beats, troubles, ended, renewed };
}

describe("runHeartbeat", () => {
  it("makes the Lease as Gardener expects it, and renews it every 30 s", async () => {
    const { clock, memory, stop, beats, ended, renewed } = setUp();
    await settle();
    const spec = { holderIdentity: "gardener-extension-shoot-falco-service", leaseDurationSeconds: 30 };
    expect(renewed()).to.deep.equal({ ...spec, renewTime: "2026-01-01T00:00:00.000000Z" });
    expect(memory.objects.get(key)?.metadata).to.not.have.any.keys("labels", "ownerReferences");
    await clock.advance(60_000);
    expect(renewed()).to.deep.equal({ ...spec, renewTime: "2026-01-01T00:01:00.000000Z" });
    expect(beats.map(microTime)).to.have.length(3);
    stop.abort();
    await ended;
    expect(clock.sleepers).to.equal(0);
  });

  it("is silent while the work is held up, and says so once", async () => {
    const { clock, stop, log, beats, troubles, ended } = setUp();
    await settle();
    troubles.push("a run does not end");
    await clock.advance(90_000);
    expect(beats).to.have.length(1);
    expect(log.splice(0).filter((line) => !line.startsWith(written))).to.deep.equal([
      'no heartbeat: work is held up {"why":"a run does not end"}',
    ]);
    troubles.pop();
    await clock.advance(30_000);
    expect(beats).to.have.length(2);
    expect(log).to.deep.equal(["the heartbeat goes on {}", `${written} {}`]);
    stop.abort();
    await ended;
  });

  it("goes on after a failure", async () => {
    const failures = [new ApiError({ status: 503, reason: "ServiceUnavailable", message: "down" })];
    const { clock, stop, log, beats, ended } = setUp(() => failures.pop());
    await clock.advance(30_000);
    expect(log).to.deep.equal(['the heartbeat could not be written {"error":"down"}', `${written} {}`]);
    expect(beats).to.have.length(1);
    stop.abort();
    await ended;
  });

  it("does not mind if another one has just made the Lease", async () => {
    const missing = new ApiError({ status: 404, reason: "NotFound", message: "none" });
    const failures: ApiError[] = [];
    const { clock, stop, log, beats, ended } = setUp(() => failures.pop());
    await settle();
    failures.push(missing);
    await clock.advance(30_000);
    expect([log, beats.length]).to.deep.equal([[`${written} {}`, `${written} {}`], 2]);
    stop.abort();
    await ended;
  });
});
