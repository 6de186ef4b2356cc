import { expect } from "chai";
import { asArray, asObject, at, type JsonObject } from "../support/apiserver/json.ts";
import { body, describeContract, textAt } from "./fixture.ts";

const named = (items: unknown, name: string): JsonObject =>
  asObject(asArray(items).find((item) => asObject(item)["name"] === name));

describeContract("discovery", (api) => {
  it("lists groups, versions and resources", async () => {
    const groups = body(await api.client.get("/apis"), 200);
    const found = named(groups["groups"], "contract.test");
    expect(found["preferredVersion"]).to.deep.equal({ groupVersion: "contract.test/v1", version: "v1" });
    const list = body(await api.client.get("/apis/contract.test/v1"), 200);
    const resource = named(list["resources"], "gadgets");
    expect(resource).to.deep.include({ kind: "Gadget", namespaced: true, singularName: "gadget" });
    expect(resource["shortNames"]).to.deep.equal(["gd"]);
    expect(resource["verbs"]).to.include.members(["create", "delete", "get", "list", "patch", "update", "watch"]);
    expect(named(list["resources"], "gadgets/status")).to.deep.include({ kind: "Gadget" });
    const core = body(await api.client.get("/api/v1"), 200);
    expect(named(core["resources"], "secrets")).to.deep.include({ kind: "Secret", namespaced: true });
  });

  it("lists them all at once", async () => {
    const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    const all = body(await api.client.get("/apis", { accept }), 200);
    expect(all["kind"]).to.equal("APIGroupDiscoveryList");
    const group = asArray(all["items"])
      .map(asObject)
      .find((item) => textAt(item, "metadata", "name") === "contract.test");
    const [version] = asArray(group?.["versions"]).map(asObject);
    const [resource] = asArray(version?.["resources"]).map(asObject);
    expect(resource).to.deep.include({ resource: "gadgets", scope: "Namespaced", singularResource: "gadget" });
    expect(textAt(resource, "responseKind", "kind")).to.equal("Gadget");
  });

  it("describes kinds in OpenAPI documents", async () => {
    let url = "";
    // A real server publishes the document of a new kind a moment later.
    while (url === "") {
      const index = body(await api.client.get("/openapi/v3"), 200);
      url = textAt(index, "paths", "apis/contract.test/v1", "serverRelativeURL");
    }
    const document = body(await api.client.get(url), 200);
    const schema = at(document, "components", "schemas", "test.contract.v1.Gadget");
    expect(at(schema, "properties", "spec", "properties", "size", "type")).to.equal("integer");
    expect(at(schema, "x-kubernetes-group-version-kind")).to.deep.equal([
      { group: "contract.test", kind: "Gadget", version: "v1" },
    ]);
  });

  it("has a version", async () => {
    expect(body(await api.client.get("/version"), 200)["major"]).to.equal("1");
  });

  it("does not know other resources", async () => {
    expect((await api.client.get("/apis/contract.test/v1/namespaces/default/nothing")).code).to.equal(404);
    expect((await api.client.get("/apis/contract.test/v9")).code).to.equal(404);
  });
});
