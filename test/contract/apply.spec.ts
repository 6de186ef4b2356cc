import { expect } from "chai";
import type { Reply } from "./client.ts";
import { asArray, asObject, at, type JsonObject } from "../support/apiserver/json.ts";
import { body, configMap, describeContract, failure, type Fixture, gadget, revisionOf, textAt } from "./fixture.ts";

function apply(api: Fixture, manager: string, object: JsonObject, force = false): Promise<Reply> {
  const path = object["kind"] === "ConfigMap" ? api.configMaps : api.gadgets;
  const name = textAt(object, "metadata", "name");
  return api.client.patch(`${path}/${name}?fieldManager=${manager}&force=${String(force)}`, "apply", object);
}

/** What a manager owns, as FieldsV1. */
function owned(object: JsonObject, manager: string): JsonObject {
  const entries = asArray(at(object, "metadata", "managedFields")).map(asObject);
  return asObject(entries.find((entry) => entry["manager"] === manager)?.["fieldsV1"]);
}

describeContract("server-side apply", (api) => {
  it("creates what is not there and says who owns it", async () => {
    const reply = await apply(api, "one", gadget("new", { size: 1, parts: [{ key: "a", value: "x" }] }));
    const made = body(reply, 201);
    expect(at(made, "spec", "color")).to.equal("red");
    expect(owned(made, "one")).to.deep.equal({
      "f:spec": {
        "f:size": {},
        "f:parts": { 'k:{"key":"a"}': { ".": {}, "f:key": {}, "f:value": {} } },
      },
    });
  });

  it("writes nothing when nothing changes", async () => {
    const first = body(await apply(api, "one", gadget("again", { size: 2 })), 201);
    const second = body(await apply(api, "one", gadget("again", { size: 2 })), 200);
    expect(revisionOf(second)).to.equal(revisionOf(first));
  });

  it("removes what is no longer applied", async () => {
    body(
      await apply(api, "one", gadget("shrink", { size: 2, note: "n", free: { a: 1 } }, { labels: { a: "b" } })),
      201,
    );
    const after = body(await apply(api, "one", gadget("shrink", { size: 2 })), 200);
    expect(after["spec"]).to.deep.equal({ size: 2, color: "red" });
    expect(at(after, "metadata", "labels")).to.equal(undefined);
    expect(at(after, "metadata", "generation")).to.equal(2);
  });

  it("keeps what others own", async () => {
    body(await apply(api, "one", configMap("shared", { a: "1", b: "2" })), 201);
    body(await apply(api, "two", configMap("shared", { b: "2", c: "3" })), 200);
    const after = body(await apply(api, "one", configMap("shared", {})), 200);
    expect(after["data"]).to.deep.equal({ b: "2", c: "3" });
    const none = body(await apply(api, "two", configMap("shared", {})), 200);
    expect(none["data"] ?? {}).to.deep.equal({});
  });

  it("refuses to take a field from another manager, unless forced", async () => {
    body(await apply(api, "one", gadget("fight", { size: 1 })), 201);
    const refused = await apply(api, "two", gadget("fight", { size: 2 }));
    expect(failure(refused)).to.deep.equal({
      code: 409,
      reason: "Conflict",
      message: 'Apply failed with 1 conflict: conflict with "one": .spec.size',
    });
    expect(at(refused.body, "details", "causes")).to.deep.equal([
      { reason: "FieldManagerConflict", message: 'conflict with "one"', field: ".spec.size" },
    ]);
    const forced = body(await apply(api, "two", gadget("fight", { size: 2 }), true), 200);
    expect(owned(forced, "two")).to.deep.equal({ "f:spec": { "f:size": {} } });
    expect(owned(forced, "one")).to.deep.equal({});
  });

  it("names the version in a conflict with an update", async () => {
    body(await api.client.post(`${api.gadgets}?fieldManager=poster`, gadget("posted", { size: 1 })), 201);
    const refused = await apply(api, "two", gadget("posted", { size: 2 }));
    expect(failure(refused)).to.deep.include({
      message: 'Apply failed with 1 conflict: conflict with "poster" using contract.test/v1: .spec.size',
    });
  });

  it("shares a field that both apply alike", async () => {
    body(await apply(api, "one", gadget("alike", { size: 1, note: "n" })), 201);
    body(await apply(api, "two", gadget("alike", { size: 1 })), 200);
    const after = body(await apply(api, "one", gadget("alike", { size: 1 })), 200);
    expect(owned(after, "one")).to.deep.equal(owned(after, "two"));
  });

  it("takes ownership away when an update changes a field", async () => {
    body(await apply(api, "one", configMap("updated", { a: "1", b: "2" })), 201);
    const path = `${api.configMaps}/updated?fieldManager=patcher`;
    const after = body(await api.client.patch(path, "merge", { data: { a: "x" } }), 200);
    expect(owned(after, "one")).to.deep.equal({ "f:data": { "f:b": {} } });
    expect(owned(after, "patcher")).to.deep.equal({ "f:data": { "f:a": {} } });
  });

  it("merges keyed lists by key and removes only its own items", async () => {
    body(await apply(api, "one", gadget("keyed", { size: 1, parts: [{ key: "a", value: "1" }] })), 201);
    const two = { ...gadget("keyed"), spec: { size: 1, parts: [{ key: "b", value: "2" }] } };
    const both = body(await apply(api, "two", two), 200);
    expect(at(both, "spec", "parts")).to.deep.equal([
      { key: "a", value: "1" },
      { key: "b", value: "2" },
    ]);
    const after = body(await apply(api, "one", gadget("keyed", { size: 1 })), 200);
    expect(at(after, "spec", "parts")).to.deep.equal([{ key: "b", value: "2" }]);
  });

  it("replaces other lists as a whole", async () => {
    body(await apply(api, "one", gadget("atomic", { size: 1, list: ["a", "b"] })), 201);
    const after = body(await apply(api, "one", gadget("atomic", { size: 1, list: ["c"] })), 200);
    expect(at(after, "spec", "list")).to.deep.equal(["c"]);
  });

  it("adds finalizers as a set", async () => {
    body(await api.client.post(api.configMaps, configMap("finalized", {}, { finalizers: ["contract.test/a"] })), 201);
    const after = body(await apply(api, "one", configMap("finalized", {}, { finalizers: ["contract.test/b"] })), 200);
    expect(at(after, "metadata", "finalizers")).to.deep.equal(["contract.test/a", "contract.test/b"]);
    const left = body(await apply(api, "one", configMap("finalized")), 200);
    expect(at(left, "metadata", "finalizers")).to.deep.equal(["contract.test/a"]);
    body(await api.client.patch(`${api.configMaps}/finalized`, "merge", { metadata: { finalizers: null } }), 200);
  });

  it("applies status by its subresource", async () => {
    body(await apply(api, "one", gadget("status", { size: 1 })), 201);
    const status = { ...gadget("status"), spec: { size: 3 }, status: { phase: "x" } };
    const path = `${api.gadgets}/status/status?fieldManager=two`;
    const after = body(await api.client.patch(path, "apply", status), 200);
    expect(after["status"]).to.deep.equal({ phase: "x" });
    expect(at(after, "spec", "size")).to.equal(1);
    expect(owned(after, "two")).to.deep.equal({ "f:status": { "f:phase": {} } });
  });

  it("heeds a resourceVersion", async () => {
    const first = body(await apply(api, "one", gadget("guarded", { size: 1 })), 201);
    body(await apply(api, "one", gadget("guarded", { size: 2 })), 200);
    const guarded = gadget("guarded", { size: 3 }, { resourceVersion: revisionOf(first) });
    expect(failure(await apply(api, "one", guarded))).to.deep.include({ code: 409, reason: "Conflict" });
  });

  it("wants a manager and a name", async () => {
    const anonymous = await api.client.patch(`${api.gadgets}/x`, "apply", gadget("x"));
    expect(failure(anonymous)).to.deep.include({
      code: 422,
      message: 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    });
    const nameless = { ...gadget("x"), metadata: {} };
    expect((await api.client.patch(`${api.gadgets}/x?fieldManager=one`, "apply", nameless)).code).to.equal(400);
  });

  it("refuses managedFields and unknown fields", async () => {
    const owner = await apply(api, "one", gadget("bad", { size: 1 }, { managedFields: [] }));
    expect(failure(owner)).to.deep.include({ code: 400, message: "metadata.managedFields must be nil" });
    const unknown = await apply(api, "one", gadget("bad", { size: 1, foo: 1 }));
    expect(unknown.code).to.be.greaterThan(399);
    expect(textAt(unknown.body, "message")).to.contain(".spec.foo: field not declared in schema");
  });
});
