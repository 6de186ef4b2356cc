import { expect } from "chai";
import fc from "fast-check";
import { isObject } from "../../../falco/base/json.ts";
import { jsonPatch } from "../../../falco/base/json-patch.ts";
import { type Maintenance, maintain, type MaintenanceContext, updateOf } from "../../../falco/desired/maintain.ts";
import { validate } from "../../../falco/desired/validate.ts";
import { catalogue, config, configOf, context, seed, shoot } from "./samples.ts";

const now = new Date("2026-06-01T12:00:00Z");
const given: MaintenanceContext = { now, catalogue, random: 0.5 };
const timeWindow = (begin: string, end: string): object => ({ maintenance: { timeWindow: { begin, end } } });
const open = timeWindow("115000+0000", "125000+0000");
const closed = timeWindow("200000+0000", "210000+0000");

interface Parts {
  readonly spec?: object;
  readonly annotations?: object;
}

/** A Shoot whose second extension is Falco, with this configuration. */
function withFalco(providerConfig: unknown, { spec = open, annotations = {} }: Parts = {}): object {
  const extensions = [
    { type: "shoot-dns-service", providerConfig: { falcoVersion: "0.42.1" } },
    { type: "shoot-falco-service", providerConfig },
  ];
  const metadata = { name: "one", namespace: "garden-dev", annotations };
  return shoot(undefined, { metadata, spec: { ...spec, extensions, kubernetes: { version: "1.33.4" } } });
}

function maintained(object: unknown, others: Partial<MaintenanceContext> = {}): Maintenance {
  const result = maintain(object, { ...given, ...others });
  if (result === undefined) throw new Error("There is nothing to maintain.");
  return result;
}

const path = "/spec/extensions/1/providerConfig/falcoVersion";

describe("falco/desired/maintain", () => {
  it("writes the version and nothing else, in the window", () => {
    const before = withFalco(config({ falcoVersion: "0.42.1", autoUpdate: false, heartbeatEvent: true }));
    const { object, patch, next, due, update } = maintained(before);
    expect(due).to.equal(true);
    expect(update).to.deep.equal({ kind: "update", from: "0.42.1", to: "0.43.1", reason: "expired" });
    expect(jsonPatch(before, object)).to.deep.equal([{ op: "replace", path, value: "0.43.1" }]);
    expect(patch).to.deep.equal([
      { op: "test", path: "/spec/extensions/1/type", value: "shoot-falco-service" },
      { op: "test", path, value: "0.42.1" },
      { op: "replace", path, value: "0.43.1" },
    ]);
    expect(next.toISOString()).to.equal("2026-06-02T12:12:30.000Z");
  });

  it("shares all that does not change, and changes no object that it was given", () => {
    const before = withFalco(config({ falcoVersion: "0.43.1", rules: { standard: ["falco-rules"] } }));
    const copy = structuredClone(before);
    const { object } = maintained(before);
    expect(before).to.deep.equal(copy);
    const specs = [before, object].map((each) => (isObject(each) && isObject(each["spec"]) ? each["spec"] : {}));
    expect(specs[1]?.["kubernetes"]).to.equal(specs[0]?.["kubernetes"]).and.not.to.equal(undefined);
    const metadata = [before, object].map((each) => isObject(each) && each["metadata"]);
    expect(metadata[1]).to.equal(metadata[0]);
    const lists = specs
      .map((each) => each["extensions"])
      .flatMap((each) => (Array.isArray(each) ? [each as unknown[]] : []));
    expect(lists[1]?.[0]).to.equal(lists[0]?.[0]).and.not.to.equal(undefined);
  });

  it("goes only to versions with the rules that the cluster selects", () => {
    const to = (falcoVersion: string, standardRules?: readonly string[]): string | undefined => {
      const update = updateOf(
        { falcoVersion, autoUpdate: true, ...(standardRules && { standardRules }) },
        catalogue,
        now,
      );
      return update?.kind === "update" ? update.to : update?.kind;
    };
    expect(to("0.43.1")).to.equal("0.44.1");
    expect(to("0.43.1", ["falco-rules", "extra"])).to.equal("0.44.1");
    expect(to("0.43.1", ["from-registry"])).to.equal(undefined);
    expect(to("0.42.1", ["nowhere"])).to.equal("stranded");
    expect(to("0.39.0"), "0.40.0 is too old for this extension").to.equal("0.43.1");
  });

  it("waits for the window, and tells what it will do", () => {
    const before = withFalco(config({ falcoVersion: "0.42.1" }), { spec: closed });
    const { next, ...rest } = maintained(before);
    expect(rest).to.deep.equal({
      due: false,
      update: { kind: "update", from: "0.42.1", to: "0.43.1", reason: "expired" },
      object: before,
      patch: [],
    });
    expect(rest.object).to.equal(before);
    expect(next.toISOString()).to.equal("2026-06-01T20:22:30.000Z");
  });

  it("does at once what the annotation asks for, and leaves the annotation to Gardener", () => {
    const annotations = { "gardener.cloud/operation": "rotate-ssh-keypair;maintain" };
    const before = withFalco(config({ falcoVersion: "0.43.1" }), { spec: closed, annotations });
    const { due, object, next } = maintained(before);
    expect(due).to.equal(true);
    expect(jsonPatch(before, object)).to.deep.equal([{ op: "replace", path, value: "0.44.1" }]);
    expect(next.toISOString()).to.equal("2026-06-01T20:22:30.000Z");
  });

  it("does at once what somebody has asked for, though the annotation is gone", () => {
    const before = withFalco(config({ falcoVersion: "0.43.1" }), { spec: closed });
    expect(maintained(before, { isAskedFor: true }).patch).to.have.lengthOf(3);
    expect(maintained(before, { isAskedFor: false }).patch).to.deep.equal([]);
  });

  it("maintains at any time where there is no window", () => {
    expect(maintained(withFalco(config({ falcoVersion: "0.43.1" }), { spec: {} })).due).to.equal(true);
  });

  const untouched: readonly (readonly [string, unknown])[] = [
    ["the highest supported version", config({ falcoVersion: "0.44.1" })],
    ["a preview that somebody chose", config({ falcoVersion: "0.45.0-rc1" })],
    ["a pinned version", config({ falcoVersion: "0.43.1", autoUpdate: false })],
    ["no version: it follows the default already", config()],
    ["no configuration", undefined],
    ["a configuration that is null", null],
    ["a configuration that is no object", "falcoVersion: 0.42.1"],
    ["a version that is no text", { ...config(), falcoVersion: 0.42 }],
  ];
  for (const [what, providerConfig] of untouched) {
    it(`leaves alone ${what}`, () => {
      const before = withFalco(providerConfig);
      const { object, patch, update } = maintained(before);
      expect(object).to.equal(before);
      expect({ patch, update }).to.deep.equal({ patch: [], update: undefined });
    });
  }

  const odd: readonly (readonly [string, object])[] = [
    [
      "the older shape, which stays as it is",
      { falcoVersion: "0.42.1", resources: "gardener", output: { logFalcoEvents: true } },
    ],
    ["a field that does not exist", { ...config({ falcoVersion: "0.42.1" }), nonsense: true }],
    ["no apiVersion", { falcoVersion: "0.42.1" }],
    ["an autoUpdate that is none", { ...config({ falcoVersion: "0.42.1" }), autoUpdate: "no" }],
  ];
  for (const [what, providerConfig] of odd) {
    it(`writes the version only into a configuration with ${what}; admission lets that in`, () => {
      const before = withFalco(providerConfig);
      const { object } = maintained(before);
      expect(jsonPatch(before, object)).to.deep.equal([{ op: "replace", path, value: "0.43.1" }]);
      expect(validate({ operation: "UPDATE", object, old: before }, context()).problems).to.deep.equal([]);
    });
  }

  it("says so when no version is left, and leaves the Shoot as it is", () => {
    const before = withFalco(config({ falcoVersion: "0.42.1" }));
    const { object, patch, update } = maintained(before, { catalogue: { ...catalogue, falco: [] } });
    expect(update).to.deep.include({ kind: "stranded", from: "0.42.1", reason: "unknown" });
    expect(object).to.equal(before);
    expect(patch).to.deep.equal([]);
  });

  const disabled = { spec: { extensions: [{ type: "shoot-falco-service", disabled: true }] } };
  const nothing: readonly (readonly [string, unknown])[] = [
    ["a Seed", seed(config({ falcoVersion: "0.42.1" }))],
    ["a Shoot without Falco", shoot(undefined, { spec: {} })],
    ["a Shoot with Falco switched off", shoot(undefined, disabled)],
    [
      "a Shoot in deletion",
      shoot(config({ falcoVersion: "0.42.1" }), { metadata: { deletionTimestamp: "2026-06-01T12:00:00Z" } }),
    ],
    ["what is no Shoot", { kind: "ConfigMap" }],
    ["a Shoot of the wrong shape", shoot(undefined, { spec: [] })],
    ["nothing", undefined],
  ];
  for (const [what, object] of nothing) {
    it(`does not maintain ${what}`, () => {
      expect(maintain(object, given)).to.equal(undefined);
    });
  }

  it("changes at most falcoVersion, whatever else is there, and has no more to do afterwards", () => {
    const version = fc.constantFrom("0.40.0", "0.42.1", "0.43.1", "0.44.1", "0.45.0-rc1", "9.9.9", "x", "");
    const known = fc.record({ falcoVersion: version, autoUpdate: fc.boolean() }, { requiredKeys: [] });
    const raw = fc.oneof(
      fc.tuple(known, fc.dictionary(fc.string(), fc.jsonValue())),
      fc.tuple(fc.jsonValue(), fc.constant({})),
    );
    fc.assert(
      fc.property(raw, ([first, more]) => {
        const providerConfig = isObject(first) ? { ...more, ...first } : first;
        const before = shoot(providerConfig);
        const { object } = maintained(before);
        const [change, ...others] = jsonPatch(before, object);
        expect(others).to.deep.equal([]);
        if (change === undefined) return;
        expect(change.path).to.equal("/spec/extensions/0/providerConfig/falcoVersion");
        expect(configOf(object)).to.deep.include({ falcoVersion: "value" in change ? change.value : "" });
        expect(maintained(object).update?.reason).to.be.oneOf([undefined, "newer"]);
      }),
      { numRuns: 500 },
    );
  });
});
