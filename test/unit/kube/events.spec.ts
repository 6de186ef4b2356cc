import { expect } from "chai";
import { ApiError } from "../../../kube/errors.ts";
import { eventWriter, type Note } from "../../../kube/events.ts";
import type { KubeObject } from "../../../kube/objects.ts";
import { SteppedClock } from "../../support/clock.ts";
import { ObjectsInMemory } from "./objects-in-memory.ts";

const shoot: KubeObject = {
  apiVersion: "core.gardener.cloud/v1beta1",
  kind: "Shoot",
  metadata: { namespace: "garden-dev", name: "one", uid: "u", resourceVersion: "7" },
  spec: { secret: "hunter2" },
};
const note: Note = { type: "Normal", reason: "FalcoUpdated", message: "It is newer." };

describe("eventWriter", () => {
  const setUp = () => {
    const server = new ObjectsInMemory();
    const clock = new SteppedClock("2026-01-01T00:00:00.250Z");
    return { server, clock, write: eventWriter({ client: server.client, clock, component: "admission" }) };
  };
  const written = ({ objects }: ObjectsInMemory): readonly KubeObject[] => [...objects.values()];

  it("writes what kubectl shows with the object", async () => {
    const { server, write } = setUp();
    await write(shoot, note);
    const [event] = written(server);
    expect(event?.metadata.name).to.match(/^one\.[0-9a-f]{16}$/);
    expect({ ...event, metadata: event?.metadata.namespace }).to.deep.equal({
      apiVersion: "v1",
      kind: "Event",
      metadata: "garden-dev",
      involvedObject: {
        apiVersion: "core.gardener.cloud/v1beta1",
        kind: "Shoot",
        namespace: "garden-dev",
        name: "one",
        uid: "u",
        resourceVersion: "7",
      },
      ...note,
      source: { component: "admission" },
      reportingComponent: "admission",
      reportingInstance: "admission",
      firstTimestamp: "2026-01-01T00:00:00Z",
      lastTimestamp: "2026-01-01T00:00:00Z",
      count: 1,
    });
  });

  it("counts what is said again, whoever said it first", async () => {
    const { server, clock, write } = setUp();
    await write(shoot, note);
    await clock.advance(60_000);
    await write({ ...shoot, metadata: { ...shoot.metadata, resourceVersion: "8" } }, note);
    await eventWriter({ client: server.client, clock, component: "admission" })(shoot, note);
    expect(written(server)).to.have.length(1);
    const [event] = written(server);
    expect(event).to.include({
      count: 3,
      firstTimestamp: "2026-01-01T00:00:00Z",
      lastTimestamp: "2026-01-01T00:01:00Z",
    });
  });

  const others: readonly (readonly [string, KubeObject, Note])[] = [
    ["another message", shoot, { ...note, message: "It is older." }],
    ["another reason", shoot, { ...note, reason: "FalcoKept" }],
    ["another object of that name", { ...shoot, metadata: { ...shoot.metadata, uid: "v" } }, note],
  ];
  for (const [title, about, other] of others) {
    it(`keeps ${title} apart`, async () => {
      const { server, write } = setUp();
      await write(shoot, note);
      await write(about, other);
      expect(written(server).map(({ count }) => count)).to.deep.equal([1, 1]);
    });
  }

  it("counts on from one where somebody else's Event has no count", async () => {
    const { server, write } = setUp();
    await write(shoot, note);
    const [event] = written(server);
    if (event === undefined) throw new Error("there is no Event");
    const { count, ...rest } = event;
    server.put(rest);
    await write(shoot, note);
    expect([count, written(server)[0]?.["count"]]).to.deep.equal([1, 2]);
  });

  it("puts what is about an object of the whole cluster into the namespace default", async () => {
    const { server, write } = setUp();
    await write({ apiVersion: "v1", kind: "Node", metadata: { name: "n" } }, note);
    expect(written(server)[0]?.metadata.namespace).to.equal("default");
  });

  it("makes a name that is allowed, and cuts a message that is too long", async () => {
    const { server, write } = setUp();
    const name = `${"a".repeat(199)}-${"b".repeat(53)}`;
    await write({ ...shoot, metadata: { ...shoot.metadata, name } }, { ...note, message: "m".repeat(2000) });
    const [event] = written(server);
    expect(event?.metadata.name).to.match(/^a{199}\.[0-9a-f]{16}$/);
    expect(event?.["message"]).to.equal("m".repeat(1024));
  });

  it("throws what keeps it from writing", async () => {
    const { server, write } = setUp();
    server.beforeWrite = () => {
      throw new ApiError({ status: 403, reason: "Forbidden", message: "no" });
    };
    const error: unknown = await write(shoot, note).catch((thrown: unknown) => thrown);
    expect(error).to.include({ status: 403 });
  });
});
