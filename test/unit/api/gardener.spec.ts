import { expect } from "chai";
import {
  readCluster,
  readConfigMap,
  readExtension,
  readManagedResource,
  readPlainObject,
  readSecret,
  readSeed,
  readShoot,
} from "../../../falco/api/gardener.ts";
import type { Result } from "../../../falco/base/problem.ts";

describe("falco/api/gardener", () => {
  const metadata = { name: "a" };
  const readers: readonly (readonly [string, (input: unknown) => Result<unknown>, object, object])[] = [
    [
      "Shoot",
      readShoot,
      {
        metadata: { ...metadata, managedFields: [] },
        spec: {
          purpose: "testing",
          extensions: [{ type: "x", providerConfig: { any: null } }],
          resources: null,
          seedName: null,
        },
        status: { technicalID: "shoot--a--b", uid: "u" },
      },
      {
        metadata,
        spec: { extensions: [{ type: "x", providerConfig: { any: null } }] },
        status: { technicalID: "shoot--a--b" },
      },
    ],
    [
      "Seed",
      readSeed,
      { metadata, spec: { ingress: { domain: "d", controller: {} } }, status: { kubernetesVersion: "1.33.1" } },
      { metadata, spec: { ingress: { domain: "d" } }, status: { kubernetesVersion: "1.33.1" } },
    ],
    [
      "Cluster",
      readCluster,
      { metadata, spec: { cloudProfile: {}, seed: null, shoot: { metadata } } },
      { metadata, spec: { shoot: { metadata } } },
    ],
    [
      "Extension",
      readExtension,
      { metadata, spec: { type: "x", class: "shoot" }, status: null },
      { metadata, spec: { type: "x", class: "shoot" } },
    ],
    ["ManagedResource", readManagedResource, { metadata, spec: { any: 1 } }, { metadata, spec: { any: 1 } }],
    ["Project", readPlainObject, { metadata, spec: { namespace: "garden-a" } }, { metadata }],
    ["Secret", readSecret, { metadata, type: "Opaque", data: { a: "YQ==" } }, { metadata, data: { a: "YQ==" } }],
    ["ConfigMap", readConfigMap, { metadata, data: { a: "b" }, immutable: true }, { metadata, data: { a: "b" } }],
  ];
  for (const [kind, read, object, slice] of readers) {
    it(`reads the slice of a ${kind}`, () => {
      expect(read(object)).to.deep.equal({ ok: true, value: slice, warnings: [] });
    });

    it(`refuses a ${kind} without metadata`, () => {
      const result = read({ ...object, metadata: undefined });
      expect(result.ok ? [] : result.problems.map(({ code, path }) => [code, path])).to.deep.equal([
        ["FIELD_REQUIRED", "metadata"],
      ]);
    });
  }

  it("never shows what a Secret holds", () => {
    const result = readSecret({ metadata, data: { password: ["hunter2"] } });
    expect(result.ok).to.equal(false);
    expect(JSON.stringify(result)).not.to.include("hunter2");
  });
});
