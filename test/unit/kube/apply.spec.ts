import { expect } from "chai";
import fc from "fast-check";
import { createOrUpdate, ensureFinalizer, patchDifference, removeFinalizer } from "../../../kube/apply.ts";
import { ApiError } from "../../../kube/errors.ts";
import { FencedError, fencedClient } from "../../../kube/fence.ts";
import { mergePatch } from "../../../kube/merge-patch.ts";
import { type KubeObject, type ObjectToWrite, resource } from "../../../kube/objects.ts";
import { ObjectsInMemory } from "./objects-in-memory.ts";

const type = resource("v1", "Secret");
const name = { namespace: "ns", name: "a" };
const secret = (data: object, metadata: object = {}): ObjectToWrite & { readonly data: object } => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { ...name, ...metadata },
  data,
});

describe("mergePatch", () => {
  const cases: readonly (readonly [string, object, object, unknown])[] = [
    ["nothing", { a: { b: 1 } }, { a: { b: 1 } }, undefined],
    ["the order of keys", { a: { b: 1, c: 2 } }, { a: { c: 2, b: 1 } }, undefined],
    ["a changed field", { a: { b: 1, c: 2 } }, { a: { b: 3, c: 2 } }, { a: { b: 3 } }],
    ["a new field", {}, { a: { b: 1 } }, { a: { b: 1 } }],
    ["a removed field", { a: { b: 1, c: 2 } }, { a: { c: 2 } }, { a: { b: null } }],
    ["a list as a whole", { a: [1, 2] }, { a: [1] }, { a: [1] }],
    ["an absent field that is undefined", { a: 1 }, { a: 1, b: undefined }, undefined],
    ["undefined within something new", {}, { a: { b: undefined, c: null, d: 1 } }, { a: { d: 1 } }],
    ["another type", { a: { b: 1 } }, { a: "x" }, { a: "x" }],
    ["an object instead of a list", { a: [1] }, { a: { b: 1 } }, { a: { b: 1 } }],
    ["an emptied object", { a: { b: 1 } }, { a: {} }, { a: { b: null } }],
  ];
  for (const [title, before, after, expected] of cases) {
    it(title, () => {
      expect(mergePatch({ ...before }, { ...after })).to.deep.equal(expected);
    });
  }

  it("leads from anything to anything", async () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof({ maxDepth: 3 }, fc.nat(3), fc.constant("x"), fc.array(fc.nat(2), { maxLength: 2 }), tie("map")),
      map: fc.dictionary(fc.constantFrom("a", "b", "c"), tie("any"), { noNullPrototype: true }),
    })).map;
    await fc.assert(
      fc.asyncProperty(value, value, async (before, after) => {
        const memory = new ObjectsInMemory();
        const present = memory.put(secret(before));
        const { object } = await patchDifference({ client: memory.client, type, name }, present, secret(after));
        expect(object["data"]).to.deep.equal(after);
      }),
    );
  });
});

describe("createOrUpdate", () => {
  const wanted = (present: KubeObject | undefined): ObjectToWrite => ({ ...present, ...secret({ x: "1" }) });

  it("creates, then writes no more", async () => {
    const memory = new ObjectsInMemory();
    const target = { client: memory.client, type, name };
    expect((await createOrUpdate(target, wanted)).result).to.equal("created");
    expect((await createOrUpdate(target, wanted)).result).to.equal("unchanged");
    expect(memory.writes).to.deep.equal(["create"]);
  });

  it("patches the difference only, and leaves alone what it was not asked about", async () => {
    const memory = new ObjectsInMemory();
    const theirs = { labels: { b: "2" }, annotations: { a: "1" }, finalizers: ["f"] };
    memory.put({ ...secret({ x: "0", y: "1" }, theirs), type: "Opaque", status: { ready: true } } as ObjectToWrite);
    const { object } = await createOrUpdate({ client: memory.client, type, name }, () =>
      secret({ x: "1" }, { labels: { c: "3" } }),
    );
    expect(memory.writes).to.deep.equal([
      'patch {"data":{"x":"1","y":null},"metadata":{"labels":{"c":"3","b":null},"resourceVersion":"1"}}',
    ]);
    expect(object).to.deep.include({ data: { x: "1" }, type: "Opaque", status: { ready: true } });
    expect(object.metadata).to.deep.include({ ...theirs, labels: { c: "3" } });
  });

  it("reads again after a conflict, and does not try for ever", async () => {
    const memory = new ObjectsInMemory();
    memory.put(secret({}));
    let disturbances = 2;
    memory.beforeWrite = () => {
      if (disturbances-- > 0) memory.put(secret({ other: String(disturbances) }));
    };
    const merged = (present: KubeObject | undefined): ObjectToWrite =>
      secret({ ...(present?.["data"] as object | undefined), x: "1" });
    const { object } = await createOrUpdate({ client: memory.client, type, name }, merged);
    expect(object["data"]).to.deep.equal({ other: "0", x: "1" });
    disturbances = Infinity;
    const error: unknown = await createOrUpdate({ client: memory.client, type, name }, () => secret({ x: "2" })).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(ApiError).and.include({ status: 409 });
  });

  it("takes over an object that appears while it is created", async () => {
    const memory = new ObjectsInMemory();
    memory.beforeWrite = (kind) => {
      if (kind === "create") memory.put(secret({ x: "0" }));
    };
    expect((await createOrUpdate({ client: memory.client, type, name }, wanted)).result).to.equal("updated");
  });
});

describe("patchDifference", () => {
  it("writes the status and nothing else", async () => {
    const memory = new ObjectsInMemory();
    const present = memory.put({ ...secret({ x: "0" }), status: { a: 1 } } as ObjectToWrite);
    const status = { ...secret({ x: "9" }), status: { a: 1, b: 2 } };
    await patchDifference({ client: memory.client, type, name }, present, status, { subresource: "status" });
    expect(memory.writes).to.deep.equal(['patch {"status":{"b":2},"metadata":{"resourceVersion":"1"}}']);
  });
});

describe("finalizers", () => {
  it("are added and removed once, under a lock, next to those of others", async () => {
    const memory = new ObjectsInMemory();
    const target = { client: memory.client, type, name };
    const first = memory.put(secret({}, { finalizers: ["theirs"] }));
    memory.put(secret({}, { uid: first.metadata.uid, finalizers: ["theirs", "new"] }));
    const added = await ensureFinalizer(target, first, "ours");
    expect(added?.metadata.finalizers).to.deep.equal(["theirs", "new", "ours"]);
    if (added === undefined) return;
    await ensureFinalizer(target, added, "ours");
    expect(memory.writes).to.have.length(2);
    const removed = await removeFinalizer(target, added, "ours");
    expect(removed?.metadata.finalizers).to.deep.equal(["theirs", "new"]);
  });

  it("of an object that is gone or was replaced are nobody's business", async () => {
    const memory = new ObjectsInMemory();
    const target = { client: memory.client, type, name };
    const first = memory.put(secret({}, { finalizers: ["ours"] }));
    memory.objects.clear();
    expect(await removeFinalizer(target, first, "ours")).to.equal(undefined);
    memory.put(secret({}, { finalizers: ["ours"] }));
    expect(await removeFinalizer(target, first, "ours")).to.equal(undefined);
    expect([...memory.objects.values()][0]?.metadata.finalizers).to.deep.equal(["ours"]);
  });
});

describe("fencedClient", () => {
  it("reads always, and writes only while it may", async () => {
    const memory = new ObjectsInMemory();
    let may = true;
    const client = fencedClient(memory.client, () => may);
    await client.create(type, secret({}));
    may = false;
    expect(await client.get(type, name)).not.to.equal(undefined);
    const object = secret({});
    const writes = [
      client.create(type, object),
      client.update(type, object),
      client.patch(type, name, { body: {} }),
      client.apply(type, object, { fieldManager: "f" }),
      client.delete(type, name),
    ];
    for (const result of await Promise.allSettled(writes)) {
      expect(result.status === "rejected" && result.reason).to.be.instanceOf(FencedError);
    }
    expect(memory.writes).to.deep.equal(["create"]);
  });
});
