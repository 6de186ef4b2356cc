import { expect } from "chai";
import { type FalcoServiceConfig, falcoServiceConfigKind } from "../../../falco/api/falco-service-config.ts";
import type { AdmissionContext } from "../../../falco/desired/admission-subject.ts";
import { validate } from "../../../falco/desired/validate.ts";
import { brief, config, context, secret, seed, shoot, show } from "./samples.ts";

const create = (fields: Partial<FalcoServiceConfig>, others: Partial<AdmissionContext> = {}) =>
  validate({ operation: "CREATE", object: shoot(config(fields)) }, context(others));
const update = (
  now: Partial<FalcoServiceConfig>,
  before: Partial<FalcoServiceConfig>,
  others: Partial<AdmissionContext> = {},
) => validate({ operation: "UPDATE", object: shoot(config(now)), old: shoot(config(before)) }, context(others));

describe("falco/desired/validate", () => {
  const creations: readonly (readonly [Partial<FalcoServiceConfig>, readonly string[], readonly string[]])[] = [
    [{}, [], []],
    [{ falcoVersion: "0.43.1" }, [], ["VERSION_EXPIRED falcoVersion"]],
    [{ falcoVersion: "0.42.1" }, ["VERSION_EXPIRED falcoVersion"], []],
    [{ falcoVersion: "9.9.9", ui: {} }, ["NOT_AVAILABLE ui", "VERSION_UNKNOWN falcoVersion"], []],
    [
      { destinations: [{ name: "custom", resourceSecretName: "broken" }] },
      ["SECRET_INVALID destinations[0].resourceSecretName", "SECRET_INVALID destinations[0].resourceSecretName"],
      [],
    ],
    [{ destinations: [{ name: "custom", resourceSecretName: "broken", enabled: false }] }, [], []],
    [{ rules: { custom: [{ resourceName: "bad-rules" }] } }, ["RULES_INVALID rules.custom[0].resourceName"], []],
  ];
  for (const [fields, problems, warnings] of creations) {
    it(`on CREATE: ${JSON.stringify(fields)}`, () => {
      const verdict = create(fields);
      expect([brief(verdict.problems), brief(verdict.warnings)]).to.deep.equal([problems, warnings]);
    });
  }

  it("says when a version expires, 30 days before", () => {
    expect(create({ falcoVersion: "0.43.1" }).warnings[0]?.message).to.equal(
      "Falco 0.43.1 expires on 2026-06-11. Choose a later version before that.",
    );
    const edges: readonly (readonly [string, number, number])[] = [
      ["2026-05-11T23:59:59.999Z", 0, 0],
      ["2026-05-12T00:00:00.000Z", 1, 0],
      ["2026-06-11T00:00:00.000Z", 1, 0],
      ["2026-06-11T00:00:00.001Z", 0, 1],
    ];
    for (const [time, warnings, problems] of edges) {
      const verdict = create({ falcoVersion: "0.43.1" }, { now: new Date(time) });
      expect([verdict.warnings.length, verdict.problems.length], time).to.deep.equal([warnings, problems]);
    }
  });

  it("warns of the older shape", () => {
    const object = shoot({ ...falcoServiceConfigKind, resources: "gardener" });
    const { problems, warnings } = validate({ operation: "CREATE", object }, context());
    expect([brief(problems), brief(warnings)]).to.deep.equal([[], ["DEPRECATED resources"]]);
  });

  it("refuses what cannot be decoded, at its place", () => {
    const object = shoot({ ...config(), falcoVerison: "1", destinations: [{}] });
    expect(brief(validate({ operation: "CREATE", object }, context()).problems)).to.have.members([
      "FIELD_UNKNOWN falcoVerison",
      "FIELD_REQUIRED destinations[0].name",
    ]);
    const shapeless = { ...shoot(), spec: { extensions: [{ providerConfig: {} }], resources: {} } };
    expect(
      validate({ operation: "CREATE", object: shapeless }, context()).problems.map((each) => each.path),
    ).to.deep.equal(["spec.extensions[0].type", "spec.resources"]);
  });

  const bad: Partial<FalcoServiceConfig> = { falcoVersion: "0.42.1", destinations: [{ name: "gone" }], ui: {} };
  const updates: readonly (readonly [
    string,
    Partial<FalcoServiceConfig>,
    Partial<FalcoServiceConfig>,
    readonly string[],
  ])[] = [
    ["nothing", bad, bad, []],
    ["another field", { ...bad, heartbeatEvent: true }, bad, []],
    ["the place in a list", { ...bad, destinations: [{ name: "stdout" }, { name: "gone" }] }, bad, []],
    [
      "to another expired version",
      { falcoVersion: "0.42.1" },
      { falcoVersion: "0.43.1" },
      ["VERSION_EXPIRED falcoVersion"],
    ],
    ["to an unknown version", { falcoVersion: "9.9.9" }, { falcoVersion: "9.9.8" }, ["VERSION_UNKNOWN falcoVersion"]],
    ["to something else that is wrong", { ...bad, response: {} }, bad, ["NOT_AVAILABLE response"]],
    [
      "a second unknown destination",
      { ...bad, destinations: [{ name: "gone" }, { name: "lost" }] },
      bad,
      ["DESTINATION_UNKNOWN destinations[1].name"],
    ],
  ];
  for (const [what, now, before, expected] of updates) {
    it(`on UPDATE minds only what is new: ${what}`, () => {
      expect(brief(update(now, before).problems)).to.deep.equal(expected);
    });
  }

  it("minds what a change of spec.resources takes away", () => {
    const object = { ...shoot(config({ destinations: [{ name: "splunk", resourceSecretName: "hec" }] })) };
    const without = { ...object, spec: { ...(object["spec"] as object), resources: [] } };
    const verdict = validate({ operation: "UPDATE", object: without, old: object }, context());
    expect(brief(verdict.problems)).to.deep.equal(["RESOURCE_UNDECLARED destinations[0].resourceSecretName"]);
  });

  it("lets pass what is not its business", () => {
    const disabled = { ...shoot(), spec: { extensions: [{ type: "shoot-falco-service", disabled: true }] } };
    const deleted = { ...shoot(config(bad)), metadata: { deletionTimestamp: "2026-06-01T00:00:00Z" } };
    for (const object of [disabled, deleted, { ...shoot(), kind: "Project" }, null, {}]) {
      for (const operation of ["CREATE", "UPDATE"] as const) {
        const verdict = validate({ operation, object, old: shoot(config(bad)) }, context({ restrictedUsage: true }));
        expect(verdict).to.deep.equal({ problems: [], warnings: [] });
      }
    }
  });

  it("never says what a Secret holds", () => {
    const secrets = new Map([
      ["hook-object", secret("hook-object", { address: "hunter2", method: "hunter2", x: "hunter2" })],
    ]);
    const verdict = create(
      { destinations: [{ name: "custom", resourceSecretName: "hook" }] },
      { referenced: { secrets, configMaps: new Map() } },
    );
    expect(verdict.problems).to.have.length(3);
    expect(JSON.stringify(verdict)).not.to.include("hunter2");
  });

  it("does not look at a Secret under a name that every object has", () => {
    expect(
      brief(create({ destinations: [{ name: "constructor", resourceSecretName: "hook" }] }).problems),
    ).to.deep.equal(["DESTINATION_UNKNOWN destinations[0].name"]);
  });

  describe("restricted usage", () => {
    const restricted = { restrictedUsage: true };
    const refused = ["USAGE_RESTRICTED spec.extensions"];
    const annotations: readonly (readonly [string | undefined, boolean])[] = [
      [undefined, false],
      ["", false],
      ["false", false],
      ["yes", false],
      ["true", true],
      ["True", true],
      ["1", true],
    ];
    for (const [value, allowed] of annotations) {
      it(`the annotation ${show(value)} ${allowed ? "opens" : "does not open"} it`, () => {
        const namespaceAnnotations = value === undefined ? {} : { "falco.gardener.cloud/enabled": value };
        expect(brief(create({}, { ...restricted, namespaceAnnotations }).problems)).to.deep.equal(
          allowed ? [] : refused,
        );
      });
    }

    it("concerns those who switch Falco on", () => {
      expect(brief(create({}, restricted).problems)).to.deep.equal(refused);
      const off = { ...shoot(), spec: { extensions: [] } };
      const on = { operation: "UPDATE", object: shoot(config()), old: off } as const;
      expect(brief(validate(on, context(restricted)).problems)).to.deep.equal(refused);
      expect(brief(update({ heartbeatEvent: true }, {}, restricted).problems)).to.deep.equal([]);
    });

    it("does not concern seeds, nor the namespace garden", () => {
      const garden = { ...shoot(config()), metadata: { name: "one", namespace: "garden" } };
      for (const object of [garden, seed(config())]) {
        expect(validate({ operation: "CREATE", object }, context(restricted)).problems).to.deep.equal([]);
      }
    });
  });

  describe("restricted centralized logging", () => {
    const restricted = { restrictedCentralizedLogging: true };
    const central = { destinations: [{ name: "stdout" }, { name: "central" }] };
    const refused = ["USAGE_RESTRICTED destinations[1].name"];

    it("concerns central, where it is enabled", () => {
      expect(brief(create(central, restricted).problems)).to.deep.equal(refused);
      expect(brief(create({ destinations: [{ name: "central", enabled: false }] }, restricted).problems)).to.deep.equal(
        [],
      );
      expect(brief(create({ destinations: [{ name: "stdout" }] }, restricted).problems)).to.deep.equal([]);
      expect(brief(create(central).problems)).to.deep.equal([]);
    });

    for (const spelling of ["centralized-logging", "central-logging"]) {
      it(`is opened by ${spelling}`, () => {
        const namespaceAnnotations = { [`falco.gardener.cloud/${spelling}`]: "true" };
        expect(brief(create(central, { ...restricted, namespaceAnnotations }).problems)).to.deep.equal([]);
      });
    }

    it("concerns a change to central, not one that had it", () => {
      expect(brief(update(central, {}, restricted).problems)).to.deep.equal(refused);
      expect(brief(update({ ...central, heartbeatEvent: true }, central, restricted).problems)).to.deep.equal([]);
    });
  });
});
