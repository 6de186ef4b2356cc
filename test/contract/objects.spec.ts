import { expect } from "chai";
import { at } from "../support/apiserver/json.ts";
import { body, configMap, describeContract, failure, gadget, secret, textAt } from "./fixture.ts";

describeContract("creating and reading", (api) => {
  it("gives a new object its identity", async () => {
    const sent = gadget("identity", { size: 1 }, { uid: "mine", creationTimestamp: null });
    const made = body(await api.client.post(api.gadgets, sent), 201);
    expect(textAt(made, "metadata", "uid")).to.match(/^[0-9a-f-]{36}$/);
    expect(textAt(made, "metadata", "creationTimestamp")).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(at(made, "metadata", "generation")).to.equal(1);
    expect(textAt(made, "metadata", "namespace")).to.equal(api.namespace);
    expect(body(await api.client.get(`${api.gadgets}/identity`), 200)).to.deep.equal(made);
  });

  it("takes status away from a new object", async () => {
    const made = body(await api.client.post(api.gadgets, { ...gadget("no-status"), status: { phase: "x" } }), 201);
    expect(made).not.to.have.property("status");
  });

  it("fills in defaults and prunes what the schema does not know", async () => {
    const sent = gadget("pruned", { size: 1, unknown: 1, free: { any: 1 } });
    const made = body(await api.client.post(`${api.gadgets}?fieldValidation=Ignore`, sent), 201);
    expect(made["spec"]).to.deep.equal({ size: 1, color: "red", free: { any: 1 } });
  });

  it("makes a name from generateName", async () => {
    const sent = { ...gadget("x"), metadata: { generateName: "made-" } };
    const made = body(await api.client.post(api.gadgets, sent), 201);
    expect(textAt(made, "metadata", "name")).to.match(/^made-[a-z0-9]{5}$/);
  });

  it("turns stringData into data", async () => {
    const made = body(await api.client.post(api.secrets, secret("strings", { stringData: { a: "b" } })), 201);
    expect(made["data"]).to.deep.equal({ a: "Yg==" });
    expect(made["type"]).to.equal("Opaque");
    expect(made).not.to.have.property("stringData");
  });

  it("stores nothing in a dry run", async () => {
    body(await api.client.post(`${api.gadgets}?dryRun=All`, gadget("dry")), 201);
    expect((await api.client.get(`${api.gadgets}/dry`)).code).to.equal(404);
  });

  it("refuses a second object of the same name", async () => {
    body(await api.client.post(api.gadgets, gadget("twice")), 201);
    expect(failure(await api.client.post(api.gadgets, gadget("twice")))).to.deep.equal({
      code: 409,
      reason: "AlreadyExists",
      message: 'gadgets.contract.test "twice" already exists',
    });
  });

  it("says what is not there", async () => {
    const reply = await api.client.get(`${api.configMaps}/absent`);
    expect(failure(reply)).to.deep.equal({ code: 404, reason: "NotFound", message: 'configmaps "absent" not found' });
    expect(reply.body["details"]).to.deep.equal({ name: "absent", kind: "configmaps" });
  });

  it("wants the namespace to exist", async () => {
    const reply = await api.client.post("/api/v1/namespaces/contract-none/configmaps", configMap("a"));
    expect(failure(reply)).to.deep.equal({
      code: 404,
      reason: "NotFound",
      message: 'namespaces "contract-none" not found',
    });
  });

  const invalid: readonly [string, () => ReturnType<typeof gadget>, number, string][] = [
    [
      "a missing required field",
      () => gadget("x", {}),
      422,
      'Gadget.contract.test "x" is invalid: spec.size: Required value',
    ],
    [
      "a number out of range",
      () => gadget("x", { size: 9 }),
      422,
      'Gadget.contract.test "x" is invalid: spec.size: Invalid value: 9: spec.size in body should be less than or equal to 5',
    ],
    [
      "a wrong type",
      () => gadget("x", { size: "1" }),
      422,
      'Gadget.contract.test "x" is invalid: spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"',
    ],
    [
      "a value that is not in an enum",
      () => gadget("x", { size: 1, color: "green" }),
      422,
      'Gadget.contract.test "x" is invalid: spec.color: Unsupported value: "green": supported values: "red", "blue"',
    ],
    [
      "no name",
      () => gadget(""),
      422,
      'Gadget.contract.test "" is invalid: metadata.name: Required value: name or generateName is required',
    ],
    [
      "another namespace",
      () => gadget("x", { size: 1 }, { namespace: "other" }),
      400,
      "the namespace of the provided object does not match the namespace sent on the request",
    ],
    [
      "a field twice in a keyed list",
      () => gadget("x", { size: 1, parts: [{ key: "a" }, { key: "a" }] }),
      422,
      'Gadget.contract.test "x" is invalid: spec.parts[1]: Duplicate value: {"key":"a"}',
    ],
  ];
  for (const [what, sent, code, message] of invalid) {
    it(`refuses ${what}`, async () => {
      const reply = await api.client.post(api.gadgets, sent());
      expect(failure(reply)).to.deep.include({ code, message });
    });
  }

  it("refuses a bad name", async () => {
    const reply = await api.client.post(api.configMaps, configMap("Not_Good"));
    expect(reply.code).to.equal(422);
    expect(textAt(reply.body, "message")).to.contain("a lowercase RFC 1123 subdomain must consist of");
  });

  it("refuses another kind and a missing kind", async () => {
    const other = await api.client.post(api.configMaps, secret("x", {}));
    expect(other.code).to.equal(400);
    const none = await api.client.post(api.gadgets, { metadata: { name: "x" } });
    expect(failure(none)).to.deep.include({ code: 400, reason: "BadRequest" });
  });

  it("refuses unknown fields when that is asked for", async () => {
    const sent = gadget("strict", { size: 1, foo: 1 }, { bar: 1 });
    expect(failure(await api.client.post(`${api.gadgets}?fieldValidation=Strict`, sent))).to.deep.equal({
      code: 400,
      reason: "BadRequest",
      message:
        'Gadget in version "v1" cannot be handled as a Gadget: strict decoding error: unknown field "metadata.bar", unknown field "spec.foo"',
    });
  });

  it("refuses unknown fields of built-in kinds, too", async () => {
    const reply = await api.client.post(`${api.configMaps}?fieldValidation=Strict`, { ...configMap("strict"), foo: 1 });
    expect(failure(reply)).to.deep.equal({
      code: 400,
      reason: "BadRequest",
      message: 'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "foo"',
    });
  });

  it("warns of unknown fields otherwise", async () => {
    const reply = await api.client.post(api.gadgets, gadget("warned", { size: 1, foo: 1 }));
    body(reply, 201);
    expect(reply.headers["warning"]).to.equal('299 - "unknown field \\"spec.foo\\""');
  });

  it("wants to know who asks", async () => {
    const reply = await api.client.send("GET", `${api.configMaps}/a`, { token: "wrong" });
    expect(failure(reply)).to.deep.equal({ code: 401, reason: "Unauthorized", message: "Unauthorized" });
  });

  it("refuses a body that it cannot read", async () => {
    const headers = { "content-type": "text/plain" };
    const reply = await api.client.send("POST", api.gadgets, { body: "x", headers });
    expect(failure(reply)).to.deep.include({ code: 415, reason: "UnsupportedMediaType" });
  });

  it("takes YAML", async () => {
    const yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-yaml}\ndata: {a: 'b'}\n";
    const headers = { "content-type": "application/yaml" };
    const made = body(await api.client.send("POST", api.configMaps, { body: yaml, headers }), 201);
    expect(made["data"]).to.deep.equal({ a: "b" });
  });
});
