import { expect } from "chai";
import { loadTemplates } from "../../../charts/load.ts";
import { unbrotli } from "../../../falco/base/compress.ts";
import { dataHash } from "../../../falco/base/json.ts";
import { parseManifests } from "../../../falco/base/yaml.ts";
import type { KubeObject } from "../../../falco/objects/kube-object.ts";
import {
  managedResourceNames,
  referenceKey,
  type Target,
  toManagedResource,
} from "../../../falco/objects/managed-resource.ts";
import { createPackCache } from "../../../falco/objects/pack-cache.ts";
import { render } from "../../../falco/objects/render.ts";
import { sampleState } from "./sample-state.ts";

const mebibyte = 1024 * 1024;
const { target, controlPlane } = render(sampleState, loadTemplates());

const pack = (objects: readonly KubeObject[], kind: Target = "shoot", namespace = "shoot--garden--example") =>
  toManagedResource({ target: kind, namespace, objects }, createPackCache());

function dataOf(secret: KubeObject): Readonly<Record<string, Uint8Array>> {
  const data = secret["data"] as Readonly<Record<string, string>>;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64")]));
}

const sizeOf = (secret: KubeObject): number =>
  Object.values(dataOf(secret)).reduce((sum, { length }) => sum + length, 0);

/** What Gardener reads out of the Secrets. */
const unpacked = (secrets: readonly KubeObject[]): readonly unknown[] =>
  secrets.flatMap((secret) => Object.values(dataOf(secret)).flatMap((each) => parseManifests(unbrotli(each, 1e8))));

/** Text that cannot be packed to less than three quarters, the same each time. */
function noise(length: number, seed: number): string {
  let state = seed;
  const bytes = Uint8Array.from({ length: (length * 3) / 4 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
  return Buffer.from(bytes).toString("base64");
}

const object = (kind: string, name: string, text: string): KubeObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name, namespace: "kube-system" },
  data: { text },
});

describe("Gardener's test vectors", () => {
  const hashes: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
    [{ foo: "bar" }, "bd142ccf"],
    [{ foo: "bar", bar: "foo" }, "ec321de5"],
    [{ "config.yaml": "a: b\n" }, "60eb7e17"],
  ];
  for (const [data, hash] of hashes) {
    it(`hashes ${JSON.stringify(data)}`, () => {
      expect(dataHash(data)).to.equal(hash);
    });
  }

  const references: readonly (readonly [string, string])[] = [
    ["managedresource-extension-shoot-falco-service-shoot-60eb7e17", "9568c5fc"],
    ["garden-access-extension", "795f7ca6"],
    ["generic-garden-kubeconfig-81fb3a88", "d5f5a834"],
  ];
  for (const [name, hash] of references) {
    it(`refers to ${name}`, () => {
      expect(referenceKey(name)).to.equal(`reference.resources.gardener.cloud/secret-${hash}`);
    });
  }
});

describe("toManagedResource", () => {
  const kinds: readonly (readonly [Target, string, string, object, object])[] = [
    [
      "shoot",
      "shoot--garden--example",
      "managedresource-extension-shoot-falco-service-shoot-",
      { origin: "extension-shoot-falco-service" },
      { keepObjects: false, injectLabels: { "shoot.gardener.cloud/no-cleanup": "true" } },
    ],
    [
      "seed",
      "garden",
      "managedresource-extension-shoot-falco-service-shoot-",
      { "gardener.cloud/role": "seed-system-component" },
      { class: "seed", keepObjects: false },
    ],
    [
      "control-plane",
      "shoot--garden--example",
      "extension-shoot-falco-service-seed-",
      {},
      { class: "seed", keepObjects: false, forceOverwriteAnnotations: false },
    ],
  ];
  for (const [kind, namespace, prefix, labels, spec] of kinds) {
    it(`follows Gardener's conventions for ${kind}`, () => {
      const { managedResource, secrets } = pack(target, kind, namespace);
      const [secret] = secrets;
      expect(secrets).to.have.length(1);
      if (secret === undefined) return;
      const name = `${prefix}${dataHash(dataOf(secret))}`;
      expect(secret).to.deep.include({
        metadata: { name, namespace, labels: { "resources.gardener.cloud/garbage-collectable-reference": "true" } },
        type: "Opaque",
        immutable: true,
      });
      expect(managedResource).to.deep.equal({
        apiVersion: "resources.gardener.cloud/v1alpha1",
        kind: "ManagedResource",
        metadata: { name: managedResourceNames[kind], namespace, labels, annotations: { [referenceKey(name)]: name } },
        spec: { ...spec, secretRefs: [{ name }] },
      });
    });
  }

  it("keeps every object as it is", () => {
    expect(unpacked(pack(target).secrets)).to.have.deep.members([...target]);
    expect(unpacked(pack(controlPlane, "control-plane").secrets)).to.have.deep.members([...controlPlane]);
  });

  it("gives a large ConfigMap a key of its own, all others share one", () => {
    const large = object("ConfigMap", "rules", noise(16 * 1024, 1));
    const keys = pack([...target, large]).secrets.map((secret) => Object.keys(dataOf(secret)));
    expect(keys).to.deep.equal([["configmap-rules.yaml.br"], ["data.yaml.br"]]);
    const secret = object("Secret", "s", noise(16 * 1024, 1));
    expect(pack([...target, secret]).secrets.map((each) => Object.keys(dataOf(each)))).to.deep.equal([
      ["data.yaml.br"],
    ]);
  });

  it("gives the same bytes twice, from the cache or not", () => {
    const cache = createPackCache();
    const input = { target: "shoot", namespace: "n", objects: target } as const;
    const first = JSON.stringify(toManagedResource(input, cache));
    expect(JSON.stringify(toManagedResource(input, cache))).to.equal(first);
    expect(JSON.stringify(toManagedResource(input, createPackCache()))).to.equal(first);
  });

  it("has another name when an object changes, and the same when nothing does", () => {
    const names = (objects: readonly KubeObject[]): unknown =>
      pack(objects).secrets.map(({ metadata }) => metadata.name);
    const changed = target.map((each) => (each.kind === "DaemonSet" ? { ...each, spec: {} } : each));
    expect(names(changed)).not.to.deep.equal(names(target));
    expect(names(structuredClone(target))).to.deep.equal(names(target));
  });

  it("takes as many Secrets as it needs for none to pass 1 MiB", () => {
    const rules = [1, 2, 3].map((seed) => object("ConfigMap", `rules-${String(seed)}`, noise(1_000_000, seed)));
    const { managedResource, secrets } = pack([...target, ...rules]);
    expect(secrets.map((secret) => Object.keys(dataOf(secret)))).to.deep.equal([
      ["configmap-rules-1.yaml.br"],
      ["configmap-rules-2.yaml.br"],
      ["configmap-rules-3.yaml.br"],
      ["data.yaml.br"],
    ]);
    for (const secret of secrets) expect(sizeOf(secret)).to.be.at.most(mebibyte);
    const names = secrets.map(({ metadata }) => metadata.name);
    expect(managedResource["spec"]).to.deep.include({ secretRefs: names.map((name) => ({ name })) });
    expect(managedResource.metadata["annotations"]).to.deep.equal(
      Object.fromEntries(names.map((name) => [referenceKey(name), name])),
    );
    expect(unpacked(secrets)).to.have.deep.members([...target, ...rules]);
  });

  it("does not write rules again when something else changes", () => {
    const objects = [...target, object("ConfigMap", "rules", noise(40_000, 1))];
    const changed = objects.map((each) => (each.kind === "DaemonSet" ? { ...each, spec: {} } : each));
    const [rules, rest] = pack(objects).secrets;
    const [sameRules, otherRest] = pack(changed).secrets;
    expect(sameRules).to.deep.equal(rules);
    expect(otherRest?.metadata.name).to.not.equal(rest?.metadata.name);
  });

  it("splits other objects, too, when they do not fit together", () => {
    const large = [1, 2, 3].map((seed) => object("Secret", `s-${String(seed)}`, noise(900_000, seed)));
    const { secrets } = pack(large);
    expect(secrets.flatMap((secret) => Object.keys(dataOf(secret)))).to.deep.equal([
      "data.yaml.br",
      "data-1.yaml.br",
      "data-2.yaml.br",
    ]);
    for (const secret of secrets) expect(sizeOf(secret)).to.be.at.most(mebibyte);
    expect(unpacked(secrets)).to.deep.equal(large);
  });

  it("throws when a single object does not fit", () => {
    expect(() => pack([object("ConfigMap", "huge", noise(1_600_000, 1))])).to.throw("configmap-huge.yaml.br has");
  });
});

describe("createPackCache", () => {
  it("forgets what was not asked for the longest, once the limit is passed", () => {
    const packed: string[] = [];
    const cache = createPackCache(30);
    const ask = (text: string): void => {
      cache.get(text, (each) => {
        packed.push(each);
        return Buffer.from("12345");
      });
    };
    // Each weighs ten.
    for (const text of ["aaaaa", "bbbbb", "ccccc", "aaaaa", "ddddd", "aaaaa", "ccccc", "bbbbb"]) ask(text);
    expect(packed).to.deep.equal(["aaaaa", "bbbbb", "ccccc", "ddddd", "bbbbb"]);
  });

  it("does not keep what is larger than the limit", () => {
    let count = 0;
    const cache = createPackCache(3);
    const packIt = (): Uint8Array => {
      count += 1;
      return Buffer.from("x");
    };
    expect(cache.get("long", packIt)).to.deep.equal(Buffer.from("x"));
    cache.get("long", packIt);
    expect(count).to.equal(2);
  });
});
