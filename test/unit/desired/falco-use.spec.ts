import { expect } from "chai";
import { clusterName, type FalcoUse, falcoUseOf } from "../../../falco/desired/falco-use.ts";
import { config, seed, shoot, show } from "./samples.ts";

const plain: FalcoUse = {
  kind: "Shoot",
  namespace: "garden-dev",
  name: "one",
  autoUpdate: true,
  maintainNow: false,
};

const metadata = (annotations: object, others: object = {}): object => ({
  metadata: { name: "one", namespace: "garden-dev", annotations, ...others },
});
const operation = (text: string): object => shoot(config(), metadata({ "gardener.cloud/operation": text }));
const withSpec = (spec: object): object =>
  shoot(undefined, { spec: { extensions: [{ type: "shoot-falco-service" }], ...spec } });

describe("falco/desired/falco-use", () => {
  const uses: readonly (readonly [string, unknown, FalcoUse])[] = [
    ["a Shoot without a configuration", shoot(), plain],
    ["a Shoot with one that says nothing", shoot(config()), plain],
    ["a version", shoot(config({ falcoVersion: "0.44.1" })), { ...plain, falcoVersion: "0.44.1" }],
    ["auto-update switched off", shoot(config({ autoUpdate: false })), { ...plain, autoUpdate: false }],
    [
      "a Seed",
      seed(config({ falcoVersion: "0.44.1" })),
      { ...plain, kind: "Seed", namespace: "", name: "local", falcoVersion: "0.44.1" },
    ],
    [
      "a configuration of the older shape",
      shoot({ falcoVersion: "0.43.1", resources: "gardener" }),
      { ...plain, falcoVersion: "0.43.1" },
    ],
    [
      "a configuration with a mistake elsewhere",
      shoot({ ...config({ falcoVersion: "0.43.1" }), nonsense: 1 }),
      { ...plain, falcoVersion: "0.43.1" },
    ],
    [
      "standard rules",
      shoot(config({ rules: { standard: ["own", "falco-rules"] } })),
      { ...plain, standardRules: ["own", "falco-rules"] },
    ],
    [
      "custom rules only",
      shoot(config({ rules: { custom: [{ shootConfigMap: "mine" }] } })),
      { ...plain, standardRules: [] },
    ],
    ["rules beside a mistake", shoot({ ...config({ rules: { standard: ["own"] } }), nonsense: 1 }), plain],
    [
      "a window",
      withSpec({ maintenance: { timeWindow: { begin: "220000+0100", end: "x" } } }),
      { ...plain, timeWindow: { begin: "220000+0100", end: "x" } },
    ],
    ["maintenance without a window", withSpec({ maintenance: {} }), plain],
    ["half a window", withSpec({ maintenance: { timeWindow: { begin: "220000+0100" } } }), plain],
    ["a window that is none", withSpec({ maintenance: { timeWindow: [1] } }), plain],
  ];
  for (const [what, object, use] of uses) {
    it(`reads ${what}`, () => {
      expect(falcoUseOf(object)).to.deep.equal(use);
    });
  }

  const versions: readonly (readonly [unknown, unknown, Partial<FalcoUse>])[] = [
    [null, null, {}],
    ["", true, {}],
    [44, "false", { autoUpdate: false }],
    [{ a: 1 }, 1, { autoUpdate: false }],
  ];
  for (const [falcoVersion, autoUpdate, expected] of versions) {
    it(`takes the version ${show(falcoVersion)} for none, and autoUpdate ${show(autoUpdate)} as it is safe`, () => {
      expect(falcoUseOf(shoot({ falcoVersion, autoUpdate }))).to.deep.equal({ ...plain, ...expected });
    });
  }

  for (const raw of ["text", 7, [], null]) {
    it(`takes the configuration ${show(raw)} for one that says nothing`, () => {
      expect(falcoUseOf(shoot(raw))).to.deep.equal(plain);
    });
  }

  const operations: readonly (readonly [string, boolean])[] = [
    ["maintain", true],
    ["rotate-ssh-keypair;maintain", true],
    ["maintain; reconcile", true],
    ["reconcile", false],
    ["maintained", false],
    ["", false],
  ];
  for (const [text, maintainNow] of operations) {
    it(`the operation "${text}" ${maintainNow ? "asks" : "does not ask"} for maintenance`, () => {
      expect(falcoUseOf(operation(text))?.maintainNow).to.equal(maintainNow);
    });
  }

  const entry = (fields: object): object => withSpec({ extensions: [fields] });
  const none: readonly (readonly [string, unknown])[] = [
    ["nothing", undefined],
    ["another kind", { ...shoot(), kind: "Project" }],
    ["another group", { ...shoot(), apiVersion: "v1" }],
    ["another extension", entry({ type: "shoot-dns-service" })],
    ["Falco switched off", entry({ type: "shoot-falco-service", disabled: true })],
    ["a Shoot in deletion", shoot(config(), metadata({}, { deletionTimestamp: "2026-06-01T12:00:00Z" }))],
    ["what is not shaped like a Shoot", { ...shoot(), spec: { extensions: "all" } }],
  ];
  for (const [what, object] of none) {
    it(`finds no use in ${what}`, () => {
      expect(falcoUseOf(object)).to.equal(undefined);
    });
  }

  it("has a name for people", () => {
    const names = [shoot(), seed()].map(falcoUseOf).map((use) => use && clusterName(use));
    expect(names).to.deep.equal(["garden-dev/one", "seed/local"]);
  });
});
