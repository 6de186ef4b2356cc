import { expect } from "chai";
import { at, type Json, type JsonObject } from "../support/apiserver/json.ts";
import { body, configMap, describeContract, failure, gadget, revisionOf, textAt } from "./fixture.ts";

const deployment = (containers: readonly JsonObject[]): JsonObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web" },
  spec: {
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { labels: { app: "web" } }, spec: { containers } },
  },
});

describeContract("patching", (api) => {
  it("merges objects, replaces lists and removes with null", async () => {
    const sent = gadget("merge", { size: 1, note: "n", list: ["a"], free: { a: 1, b: { c: 1 } } });
    body(await api.client.post(api.gadgets, sent), 201);
    const patch = { spec: { note: null, list: ["b"], free: { a: null, b: { d: 2 } } } };
    const after = body(await api.client.patch(`${api.gadgets}/merge`, "merge", patch), 200);
    expect(after["spec"]).to.deep.equal({ size: 1, color: "red", list: ["b"], free: { b: { c: 1, d: 2 } } });
  });

  it("heeds a resourceVersion in the patch", async () => {
    const first = body(await api.client.post(api.gadgets, gadget("guarded")), 201);
    const guarded = (size: number): JsonObject => ({
      metadata: { resourceVersion: revisionOf(first) },
      spec: { size },
    });
    body(await api.client.patch(`${api.gadgets}/guarded`, "merge", guarded(2)), 200);
    const stale = await api.client.patch(`${api.gadgets}/guarded`, "merge", guarded(3));
    expect(failure(stale)).to.deep.include({ code: 409, reason: "Conflict" });
  });

  it("heeds a resourceVersion that the steps of a patch put there", async () => {
    const first = body(await api.client.post(api.gadgets, gadget("guarded-steps")), 201);
    const guarded = (size: number): Json => [
      { op: "replace", path: "/metadata/resourceVersion", value: revisionOf(first) },
      { op: "add", path: "/spec/size", value: size },
    ];
    body(await api.client.patch(`${api.gadgets}/guarded-steps`, "json", guarded(2)), 200);
    const stale = await api.client.patch(`${api.gadgets}/guarded-steps`, "json", guarded(3));
    expect(failure(stale)).to.deep.include({ code: 409, reason: "Conflict" });
  });

  it("patches status by its subresource only", async () => {
    body(await api.client.post(api.gadgets, gadget("status")), 201);
    const patch = { spec: { size: 2 }, status: { phase: "x" } };
    const main = body(await api.client.patch(`${api.gadgets}/status`, "merge", patch), 200);
    expect(main).not.to.have.property("status");
    const status = body(
      await api.client.patch(`${api.gadgets}/status/status`, "merge", { ...patch, spec: { size: 4 } }),
      200,
    );
    expect(status["status"]).to.deep.equal({ phase: "x" });
    expect(at(status, "spec", "size")).to.equal(2);
  });

  it("applies JSON patches in order, or not at all", async () => {
    body(await api.client.post(api.gadgets, gadget("json", { size: 1, list: ["a", "c"] })), 201);
    const operations = [
      { op: "test", path: "/spec/size", value: 1 },
      { op: "add", path: "/spec/list/1", value: "b" },
      { op: "add", path: "/spec/list/-", value: "d" },
      { op: "replace", path: "/spec/size", value: 2 },
      { op: "add", path: "/metadata/annotations", value: { "a/b": "c" } },
      { op: "copy", from: "/metadata/annotations/a~1b", path: "/spec/note" },
    ];
    const after = body(await api.client.patch(`${api.gadgets}/json`, "json", operations), 200);
    expect(after["spec"]).to.deep.equal({ size: 2, color: "red", list: ["a", "b", "c", "d"], note: "c" });
    const failing = [
      { op: "replace", path: "/spec/size", value: 3 },
      { op: "test", path: "/spec/note", value: "x" },
    ];
    expect(failure(await api.client.patch(`${api.gadgets}/json`, "json", failing))).to.deep.equal({
      code: 422,
      reason: "Invalid",
      message: "the server rejected our request due to an error in our request",
    });
    expect(at(body(await api.client.get(`${api.gadgets}/json`), 200), "spec", "size")).to.equal(2);
  });

  it("refuses unknown fields when that is asked for", async () => {
    body(await api.client.post(api.gadgets, gadget("strict")), 201);
    const reply = await api.client.patch(`${api.gadgets}/strict?fieldValidation=Strict`, "merge", { spec: { foo: 1 } });
    expect(reply.code).to.equal(422);
    expect(textAt(reply.body, "message")).to.contain('strict decoding error: unknown field "spec.foo"');
  });

  it("refuses a strategic merge patch of a custom resource", async () => {
    body(await api.client.post(api.gadgets, gadget("strategic")), 201);
    expect(
      failure(await api.client.patch(`${api.gadgets}/strategic`, "strategic", { spec: { size: 2 } })),
    ).to.deep.equal({
      code: 415,
      reason: "UnsupportedMediaType",
      message:
        "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
    });
  });

  it("merges lists of built-in kinds by their keys", async () => {
    const path = `/apis/apps/v1/namespaces/${api.namespace}/deployments`;
    const containers = [
      { name: "a", image: "a:1", env: [{ name: "X", value: "1" }] },
      { name: "b", image: "b:1" },
    ];
    body(await api.client.post(path, deployment(containers)), 201);
    const changes = [
      { name: "a", image: "a:2" },
      { name: "b", $patch: "delete" },
    ];
    const patch = { spec: { template: { spec: { containers: changes } } } };
    const after = body(await api.client.patch(`${path}/web`, "strategic", patch), 200);
    const left = at(after, "spec", "template", "spec", "containers") as readonly JsonObject[];
    expect(left.map(({ name, image, env }) => ({ name, image, env }))).to.deep.equal([
      { name: "a", image: "a:2", env: [{ name: "X", value: "1" }] },
    ]);
  });

  it("merges finalizers, which are a set, in a strategic merge patch", async () => {
    body(await api.client.post(api.configMaps, configMap("set", {}, { finalizers: ["contract.test/a"] })), 201);
    const add = { metadata: { finalizers: ["contract.test/b"] } };
    const both = body(await api.client.patch(`${api.configMaps}/set`, "strategic", add), 200);
    expect(at(both, "metadata", "finalizers")).to.have.members(["contract.test/a", "contract.test/b"]);
    const remove = { metadata: { "$deleteFromPrimitiveList/finalizers": ["contract.test/a", "contract.test/b"] } };
    const none = body(await api.client.patch(`${api.configMaps}/set`, "strategic", remove), 200);
    expect(at(none, "metadata", "finalizers")).to.equal(undefined);
  });

  it("does not patch what is not there", async () => {
    expect((await api.client.patch(`${api.gadgets}/absent`, "merge", {})).code).to.equal(404);
  });
});
