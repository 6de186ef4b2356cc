import { expect } from "chai";
import { defaultLandscape } from "../../../../falco/desired/landscape.ts";
import { type PlannedCluster, plannedClusterOf } from "../../../../falco/desired/plan/planned-cluster.ts";
import { config, landscape, path, seed, shoot } from "../samples.ts";

const plannedOf = (object: unknown): PlannedCluster | undefined => plannedClusterOf(object, defaultLandscape);

describe("a cluster as a plan sees it", () => {
  it("is what a Shoot says", () => {
    const rules = { standard: ["falco-rules"] };
    expect(plannedOf(shoot(config({ falcoVersion: "0.44.1", autoUpdate: false, rules })))).to.deep.equal({
      kind: "Shoot",
      namespace: "garden-dev",
      name: "one",
      falcoVersion: "0.44.1",
      autoUpdate: false,
      maintainNow: false,
      configPath: path,
      readable: true,
      standardRules: ["falco-rules"],
      falcosidekick: true,
      hibernated: false,
    });
  });

  it("is none without Falco", () => {
    expect(plannedOf({ ...shoot(), spec: { extensions: [] } })).to.equal(undefined);
    expect(plannedOf({ kind: "Project" })).to.equal(undefined);
    expect(plannedOf(null)).to.equal(undefined);
  });

  it("says when its configuration cannot be read", () => {
    expect(plannedOf(shoot({ ...config(), falcoVersion: "0.44.1", colour: "red" }))).to.include({
      falcoVersion: "0.44.1",
      readable: false,
    });
  });

  const destinations: readonly (readonly [string, object, boolean])[] = [
    ["the default of shoots", {}, true],
    ["stdout", { destinations: [{ name: "stdout" }] }, false],
    ["a disabled one", { destinations: [{ name: "stdout" }, { name: "logging", enabled: false }] }, false],
    ["one of a landscape whose configuration was not given", { destinations: [{ name: "archive" }] }, true],
  ];
  for (const [name, fields, needed] of destinations) {
    it(`${needed ? "needs" : "does not need"} falcosidekick for ${name}`, () => {
      expect(plannedOf(shoot(config(fields)))?.falcosidekick).to.equal(needed);
    });
  }

  it("takes the landscape's default destination", () => {
    expect(plannedOf(seed(config()))?.falcosidekick).to.equal(false);
    const central = { ...landscape, defaultEventDestination: "central" };
    expect(plannedClusterOf(seed(config()), central)?.falcosidekick).to.equal(true);
  });

  const hibernations: readonly (readonly [string, unknown, unknown, boolean])[] = [
    ["is", true, true, true],
    ["is on its way to being", true, false, false],
    ["is no longer", false, true, false],
  ];
  for (const [name, enabled, hibernated, expected] of hibernations) {
    it(`${name} hibernated`, () => {
      const one = shoot(config());
      const spec = { ...(one["spec"] as object), hibernation: { enabled } };
      expect(plannedOf({ ...one, spec, status: { hibernated } })?.hibernated).to.equal(expected);
    });
  }
});
