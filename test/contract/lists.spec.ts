import { expect } from "chai";
import { asArray, asObject, at, type JsonObject } from "../support/apiserver/json.ts";
import {
  body,
  configMap,
  describeContract,
  failure,
  type Fixture,
  gadget,
  namesOf,
  revisionOf,
  textAt,
} from "./fixture.ts";

const TABLE = { accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json" };
const PARTIAL = { accept: "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io" };

async function listed(api: Fixture, query: string): Promise<readonly string[]> {
  return namesOf(body(await api.client.get(`${api.configMaps}?${query}`), 200));
}

describeContract("listing", (api) => {
  before(async () => {
    const labels: Readonly<Record<string, JsonObject>> = { a: { x: "1" }, b: { x: "2" }, c: { y: "1" }, d: {} };
    for (const [name, its] of Object.entries(labels)) {
      body(
        await api.client.post(api.configMaps, configMap(name, { k: name }, { labels: { contract: "yes", ...its } })),
        201,
      );
    }
  });

  it("gives kind, revision and items in the order of their names", async () => {
    const list = body(await api.client.get(`${api.configMaps}?labelSelector=contract`), 200);
    expect(list["kind"]).to.equal("ConfigMapList");
    expect(list["apiVersion"]).to.equal("v1");
    expect(namesOf(list)).to.deep.equal(["a", "b", "c", "d"]);
    expect(Number(revisionOf(list))).to.be.greaterThan(0);
  });

  const selectors: readonly [string, readonly string[]][] = [
    ["x=1", ["a"]],
    ["x==1", ["a"]],
    ["x!=1", ["b", "c", "d"]],
    ["x in (1,2)", ["a", "b"]],
    ["x notin (1)", ["b", "c", "d"]],
    ["x", ["a", "b"]],
    ["!x", ["c", "d"]],
    ["x in (1,2),!y", ["a", "b"]],
    ["x=1,y=1", []],
  ];
  for (const [selector, names] of selectors) {
    it(`selects by labels: ${selector}`, async () => {
      const query = encodeURIComponent(`contract,${selector}`);
      expect(await listed(api, `labelSelector=${query}`)).to.deep.equal(names);
    });
  }

  it("selects by name", async () => {
    expect(await listed(api, "fieldSelector=metadata.name%3Db")).to.deep.equal(["b"]);
    const others = `labelSelector=contract&fieldSelector=${encodeURIComponent("metadata.name!=b")}`;
    expect(await listed(api, others)).to.deep.equal(["a", "c", "d"]);
  });

  it("refuses selectors that it does not know", async () => {
    const field = await api.client.get(`${api.gadgets}?fieldSelector=spec.foo%3Dx`);
    expect(failure(field)).to.deep.equal({
      code: 400,
      reason: "BadRequest",
      message: "field label not supported: spec.foo",
    });
    expect((await api.client.get(`${api.gadgets}?labelSelector=a!!`)).code).to.equal(400);
  });

  it("gives pages that show one state", async () => {
    const query = "labelSelector=contract&limit=3";
    const first = body(await api.client.get(`${api.configMaps}?${query}`), 200);
    expect(namesOf(first)).to.deep.equal(["a", "b", "c"]);
    body(await api.client.post(api.configMaps, configMap("e", {}, { labels: { contract: "yes" } })), 201);
    const token = encodeURIComponent(textAt(first, "metadata", "continue"));
    const second = body(await api.client.get(`${api.configMaps}?${query}&continue=${token}`), 200);
    expect(namesOf(second)).to.deep.equal(["d"]);
    expect(revisionOf(second)).to.equal(revisionOf(first));
    expect(textAt(second, "metadata", "continue")).to.equal("");
    body(await api.client.delete(`${api.configMaps}/e`), 200);
  });

  it("refuses a made-up continue token", async () => {
    expect((await api.client.get(`${api.configMaps}?limit=1&continue=zzz`)).code).to.equal(400);
  });

  it("lists across namespaces", async () => {
    const path = "/api/v1/configmaps?labelSelector=contract&fieldSelector=";
    const list = body(await api.client.get(`${path}metadata.namespace%3D${api.namespace}`), 200);
    expect(namesOf(list)).to.deep.equal(["a", "b", "c", "d"]);
  });

  it("gives only metadata to those who ask for it", async () => {
    const list = body(await api.client.get(`${api.configMaps}?labelSelector=x%3D1`, PARTIAL), 200);
    expect(list["kind"]).to.equal("PartialObjectMetadataList");
    const [item] = asArray(list["items"]).map(asObject);
    expect(Object.keys(item ?? {})).to.have.members(["kind", "apiVersion", "metadata"]);
    expect(textAt(item, "metadata", "name")).to.equal("a");
  });
});

describeContract("tables", (api) => {
  it("have the columns of a custom resource", async () => {
    body(await api.client.post(api.gadgets, gadget("shown", { size: 3 })), 201);
    const status = { status: { conditions: [{ type: "Other" }, { type: "Ready", status: "True" }] } };
    body(await api.client.patch(`${api.gadgets}/shown/status`, "merge", status), 200);
    const table = body(await api.client.get(api.gadgets, TABLE), 200);
    expect(table["kind"]).to.equal("Table");
    const columns = asArray(table["columnDefinitions"]).map((column) => asObject(column)["name"]);
    expect(columns).to.deep.equal(["Name", "Size", "Ready"]);
    const [row] = asArray(table["rows"]).map(asObject);
    expect(row?.["cells"]).to.deep.equal(["shown", 3, "True"]);
    expect(textAt(row, "object", "kind")).to.equal("PartialObjectMetadata");
    expect(textAt(row, "object", "metadata", "namespace")).to.equal(api.namespace);
  });

  it("have the columns of a built-in kind", async () => {
    body(await api.client.post(api.configMaps, configMap("shown", { a: "1", b: "2" })), 201);
    const table = body(await api.client.get(`${api.configMaps}/shown?includeObject=Object`, TABLE), 200);
    const columns = asArray(table["columnDefinitions"]).map((column) => asObject(column)["name"]);
    expect(columns).to.deep.equal(["Name", "Data", "Age"]);
    const [row] = asArray(table["rows"]).map(asObject);
    expect(asArray(row?.["cells"]).slice(0, 2)).to.deep.equal(["shown", 2]);
    expect(at(row, "object", "data")).to.deep.equal({ a: "1", b: "2" });
  });
});
