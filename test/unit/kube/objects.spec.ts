import { expect } from "chai";
import { collectionPath, keyOf, nameOf, objectPath, resource, toKubeObject } from "../../../kube/objects.ts";

const extension = resource("extensions.gardener.cloud/v1alpha1", "Extension");
const cluster = resource("extensions.gardener.cloud/v1alpha1", "Cluster", { namespaced: false });
const secret = resource("v1", "Secret");

describe("resource", () => {
  for (const [kind, plural] of [
    ["Secret", "secrets"],
    ["NetworkPolicy", "networkpolicies"],
    ["Ingress", "ingresses"],
    ["Gateway", "gateways"],
    ["ManagedResource", "managedresources"],
  ] as const) {
    it(`knows the plural of ${kind}`, () => {
      expect(resource("v1", kind).plural).to.equal(plural);
    });
  }
});

describe("URL paths", () => {
  const cases: readonly (readonly [string, string])[] = [
    [collectionPath(secret), "/api/v1/secrets"],
    [collectionPath(secret, "a"), "/api/v1/namespaces/a/secrets"],
    [collectionPath(cluster), "/apis/extensions.gardener.cloud/v1alpha1/clusters"],
    [
      objectPath(extension, { namespace: "shoot--x", name: "falco" }, "status"),
      "/apis/extensions.gardener.cloud/v1alpha1/namespaces/shoot--x/extensions/falco/status",
    ],
    [objectPath(cluster, { name: "shoot--x" }), "/apis/extensions.gardener.cloud/v1alpha1/clusters/shoot--x"],
    [objectPath(secret, { namespace: "a", name: "../b" }), "/api/v1/namespaces/a/secrets/..%2Fb"],
  ];
  for (const [path, expected] of cases) {
    it(expected, () => {
      expect(path).to.equal(expected);
    });
  }

  it("does not address something else when the namespace or the name is missing", () => {
    expect(() => objectPath(secret, { name: "a" })).to.throw("namespace and name");
    expect(() => objectPath(secret, { namespace: "a", name: "" })).to.throw("namespace and name");
  });
});

describe("keyOf and nameOf", () => {
  it("are each other's reverse", () => {
    for (const name of [{ namespace: "a", name: "b" }, { name: "b" }]) expect(nameOf(keyOf(name))).to.deep.equal(name);
  });
});

describe("toKubeObject", () => {
  it("fills in kind and version of the items of a list", () => {
    expect(toKubeObject({ metadata: { name: "a" } }, secret)).to.include({ apiVersion: "v1", kind: "Secret" });
  });

  it("refuses what is no object", () => {
    for (const value of [null, "x", [], {}, { metadata: "x" }]) expect(() => toKubeObject(value, secret)).to.throw();
  });
});
