import { expect } from "chai";
import { at, type JsonObject } from "../support/apiserver/json.ts";
import { body, describeContract, failure, type Fixture, gadget, revisionOf, secret, textAt } from "./fixture.ts";

async function made(api: Fixture, name: string, spec: JsonObject = { size: 1 }): Promise<JsonObject> {
  return body(await api.client.post(api.gadgets, gadget(name, spec)), 201);
}

describeContract("updating", (api) => {
  it("refuses a write that is based on an old revision", async () => {
    const first = await made(api, "conflict");
    body(await api.client.put(`${api.gadgets}/conflict`, { ...first, spec: { size: 2 } }), 200);
    expect(failure(await api.client.put(`${api.gadgets}/conflict`, { ...first, spec: { size: 3 } }))).to.deep.equal({
      code: 409,
      reason: "Conflict",
      message:
        'Operation cannot be fulfilled on gadgets.contract.test "conflict": the object has been modified; please apply your changes to the latest version and try again',
    });
  });

  it("wants a resourceVersion for custom resources", async () => {
    await made(api, "unconditional");
    const reply = await api.client.put(`${api.gadgets}/unconditional`, gadget("unconditional", { size: 2 }));
    expect(reply.code).to.equal(422);
    expect(textAt(reply.body, "message")).to.contain("metadata.resourceVersion: Invalid value: 0");
  });

  it("does not write what does not change", async () => {
    const first = await made(api, "same");
    const again = body(await api.client.put(`${api.gadgets}/same`, first), 200);
    expect(revisionOf(again)).to.equal(revisionOf(first));
    const patched = body(await api.client.patch(`${api.gadgets}/same`, "merge", { spec: { size: 1 } }), 200);
    expect(revisionOf(patched)).to.equal(revisionOf(first));
  });

  it("raises generation with spec, not with metadata", async () => {
    const first = await made(api, "generation");
    const metadata = { ...(first["metadata"] as JsonObject), labels: { a: "b" } };
    const labelled = body(await api.client.put(`${api.gadgets}/generation`, { ...first, metadata }), 200);
    expect(at(labelled, "metadata", "generation")).to.equal(1);
    const changed = body(await api.client.put(`${api.gadgets}/generation`, { ...labelled, spec: { size: 2 } }), 200);
    expect(at(changed, "metadata", "generation")).to.equal(2);
    expect(Number(revisionOf(changed))).to.be.greaterThan(Number(revisionOf(labelled)));
  });

  it("keeps status apart from the rest", async () => {
    const first = await made(api, "status");
    const path = `${api.gadgets}/status`;
    const ignored = body(await api.client.put(path, { ...first, status: { phase: "x" } }), 200);
    expect(ignored).not.to.have.property("status");
    const metadata = { ...(first["metadata"] as JsonObject), labels: { a: "b" } };
    const written = { ...first, metadata, spec: { size: 5 }, status: { phase: "y" } };
    const after = body(await api.client.put(`${path}/status`, written), 200);
    expect(after["status"]).to.deep.equal({ phase: "y" });
    expect(at(after, "spec", "size")).to.equal(1);
    expect(at(after, "metadata", "labels")).to.equal(undefined);
    expect(at(after, "metadata", "generation")).to.equal(1);
    const stale = await api.client.put(`${path}/status`, { ...first, status: { phase: "z" } });
    expect(failure(stale)).to.deep.include({ code: 409, reason: "Conflict" });
    const read = body(await api.client.get(`${path}/status`), 200);
    expect(read["status"]).to.deep.equal({ phase: "y" });
  });

  it("leaves identity alone", async () => {
    const first = await made(api, "identity");
    const metadata = { ...(first["metadata"] as JsonObject), creationTimestamp: "2000-01-01T00:00:00Z", generation: 9 };
    const after = body(await api.client.put(`${api.gadgets}/identity`, { ...first, metadata, spec: { size: 2 } }), 200);
    expect(at(after, "metadata", "creationTimestamp")).to.equal(at(first, "metadata", "creationTimestamp"));
    expect(at(after, "metadata", "generation")).to.equal(2);
  });

  it("wants the name in the body to be the name in the path", async () => {
    const first = await made(api, "named");
    const reply = await api.client.put(`${api.gadgets}/other`, first);
    expect(failure(reply)).to.deep.include({
      code: 400,
      message: "the name of the object (named) does not match the name on the URL (other)",
    });
  });

  it("does not create by PUT", async () => {
    const sent = gadget("never", { size: 1 }, { resourceVersion: "1" });
    expect((await api.client.put(`${api.gadgets}/never`, sent)).code).to.equal(404);
  });

  it("does not change immutable secrets", async () => {
    const sent = secret("fixed", { immutable: true, stringData: { a: "b" } });
    const first = body(await api.client.post(api.secrets, sent), 201);
    const reply = await api.client.put(`${api.secrets}/fixed`, { ...first, data: { a: "Yw==" } });
    expect(failure(reply)).to.deep.equal({
      code: 422,
      reason: "Invalid",
      message: 'Secret "fixed" is invalid: data: Forbidden: field is immutable when `immutable` is set',
    });
    const labelled = await api.client.patch(`${api.secrets}/fixed`, "merge", { metadata: { labels: { a: "b" } } });
    body(labelled, 200);
  });

  it("does not change the type of a secret", async () => {
    body(await api.client.post(api.secrets, secret("typed", {})), 201);
    const reply = await api.client.patch(`${api.secrets}/typed`, "merge", { type: "x" });
    expect(failure(reply)).to.deep.include({
      code: 422,
      message: 'Secret "typed" is invalid: type: Invalid value: "x": field is immutable',
    });
  });
});

describeContract("deleting", (api) => {
  it("says that the object is gone", async () => {
    const first = await made(api, "gone");
    const status = body(await api.client.delete(`${api.gadgets}/gone`), 200);
    expect(status["status"]).to.equal("Success");
    const uid = at(first, "metadata", "uid");
    expect(status["details"]).to.deep.equal({ name: "gone", group: "contract.test", kind: "gadgets", uid });
    expect((await api.client.get(`${api.gadgets}/gone`)).code).to.equal(404);
    expect((await api.client.delete(`${api.gadgets}/gone`)).code).to.equal(404);
  });

  it("waits for finalizers", async () => {
    const sent = gadget("held", { size: 1 }, { finalizers: ["contract.test/a", "contract.test/b"] });
    body(await api.client.post(api.gadgets, sent), 201);
    const path = `${api.gadgets}/held`;
    const marked = body(await api.client.delete(path), 200);
    expect(textAt(marked, "metadata", "deletionTimestamp")).not.to.equal("");
    expect(at(marked, "metadata", "deletionGracePeriodSeconds")).to.equal(0);
    expect(at(marked, "metadata", "generation")).to.equal(2);
    const again = body(await api.client.delete(path), 200);
    expect(revisionOf(again)).to.equal(revisionOf(marked));
    const one = body(await api.client.patch(path, "merge", { metadata: { finalizers: ["contract.test/b"] } }), 200);
    expect(at(one, "metadata", "finalizers")).to.deep.equal(["contract.test/b"]);
    const added = await api.client.patch(path, "merge", {
      metadata: { finalizers: ["contract.test/b", "contract.test/c"] },
    });
    expect(failure(added)).to.deep.include({ code: 422, reason: "Invalid" });
    expect(textAt(added.body, "message")).to.contain(
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"contract.test/c"}',
    );
    body(await api.client.patch(path, "merge", { metadata: { finalizers: null } }), 200);
    expect((await api.client.get(path)).code).to.equal(404);
  });

  it("still takes changes while it waits", async () => {
    body(await api.client.post(api.gadgets, gadget("held-2", { size: 1 }, { finalizers: ["contract.test/a"] })), 201);
    const path = `${api.gadgets}/held-2`;
    body(await api.client.delete(path), 200);
    const status = body(await api.client.patch(`${path}/status`, "merge", { status: { phase: "x" } }), 200);
    expect(status["status"]).to.deep.equal({ phase: "x" });
    body(await api.client.patch(path, "json", [{ op: "remove", path: "/metadata/finalizers" }]), 200);
    expect((await api.client.get(path)).code).to.equal(404);
  });

  it("heeds preconditions", async () => {
    const first = await made(api, "guarded");
    const path = `${api.gadgets}/guarded`;
    const wrong = await api.client.delete(path, { preconditions: { uid: "other" } });
    expect(failure(wrong)).to.deep.include({ code: 409, reason: "Conflict" });
    expect(textAt(wrong.body, "message")).to.contain(
      "the UID in the precondition (other) does not match the UID in record",
    );
    const stale = await api.client.delete(path, { preconditions: { resourceVersion: "1" } });
    expect(failure(stale)).to.deep.include({ code: 409, reason: "Conflict" });
    body(await api.client.delete(path, { preconditions: { uid: textAt(first, "metadata", "uid") } }), 200);
  });

  it("deletes nothing in a dry run", async () => {
    await made(api, "dry");
    body(await api.client.delete(`${api.gadgets}/dry?dryRun=All`), 200);
    body(await api.client.get(`${api.gadgets}/dry`), 200);
  });

  it("deletes what a selector selects", async () => {
    for (const name of ["many-1", "many-2", "many-3"]) {
      const labels = { many: name === "many-3" ? "no" : "yes" };
      body(await api.client.post(api.gadgets, gadget(name, { size: 1 }, { labels })), 201);
    }
    body(await api.client.delete(`${api.gadgets}?labelSelector=many=yes`), 200);
    expect((await api.client.get(`${api.gadgets}/many-1`)).code).to.equal(404);
    expect((await api.client.get(`${api.gadgets}/many-3`)).code).to.equal(200);
  });
});
