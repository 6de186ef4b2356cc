import { expect } from "chai";
import fc from "fast-check";
import { falcoServiceConfigKind } from "../../../falco/api/falco-service-config.ts";
import { buildCatalogue } from "../../../falco/catalog/catalogue.ts";
import type { AdmissionContext } from "../../../falco/desired/admission-subject.ts";
import { defaultLandscape } from "../../../falco/desired/landscape.ts";
import { mutate } from "../../../falco/desired/mutate.ts";
import { resolve } from "../../../falco/desired/resolve.ts";
import { validate } from "../../../falco/desired/validate.ts";
import { readServiceConfig } from "../../../falco/api/read-service-config.ts";
import { anyConfig } from "./any-config.ts";
import {
  brief,
  config,
  configOf,
  context,
  facts,
  landscape,
  omit,
  problemsOf,
  seed,
  shoot,
  valueOf,
} from "./samples.ts";

const plain = { landscape: defaultLandscape };
const create = (object: unknown, others: Partial<AdmissionContext> = plain) =>
  mutate({ operation: "CREATE", object }, context(others));
const update = (object: unknown, old: unknown, others: Partial<AdmissionContext> = plain) =>
  mutate({ operation: "UPDATE", object, old }, context(others));

const complete = {
  ...falcoServiceConfigKind,
  falcoVersion: "0.44.1",
  autoUpdate: true,
  rules: { standard: ["falco-rules"] },
  destinations: [{ name: "logging" }],
};
const three = [{ name: "archive" }, { name: "team" }, { name: "metrics" }];

describe("falco/desired/mutate", () => {
  const defaults: readonly (readonly [string, object | undefined, object])[] = [
    ["nothing at all", undefined, complete],
    ["an empty configuration", config(), complete],
    ["a version", config({ falcoVersion: "0.43.1" }), { ...complete, falcoVersion: "0.43.1" }],
    ["a version that nobody knows", config({ falcoVersion: "9" }), { ...complete, falcoVersion: "9" }],
    ["no updates", config({ autoUpdate: false }), { ...complete, autoUpdate: false }],
    ["rules, even none", config({ rules: {} }), { ...complete, rules: {} }],
    [
      "falcoctl, which brings rules of its own",
      config({ falcoctl: {} }),
      {
        ...falcoServiceConfigKind,
        falcoctl: {},
        falcoVersion: "0.44.1",
        autoUpdate: true,
        destinations: [{ name: "logging" }],
      },
    ],
    ["destinations, even none", config({ destinations: [] }), { ...complete, destinations: [] }],
    ["other fields", config({ heartbeatEvent: true }), { ...complete, heartbeatEvent: true }],
  ];
  for (const [what, given, expected] of defaults) {
    it(`keeps ${what} and fills in the rest`, () => {
      const object = shoot(given);
      const before = JSON.stringify(object);
      const mutation = create(object);
      expect(configOf(mutation.object)).to.deep.equal(expected);
      expect(mutation.warnings).to.deep.equal([]);
      expect(JSON.stringify(object)).to.equal(before);
    });
  }

  it("leaves everything else of the object alone", () => {
    const other = { type: "shoot-dns-service", providerConfig: { any: 1 } };
    const extensions = [
      other,
      { type: "shoot-falco-service", disabled: true },
      { type: "shoot-falco-service", more: 1 },
    ];
    const object = { ...shoot(), spec: { extensions, purpose: "testing" } };
    expect(create(object).object).to.deep.equal({
      ...object,
      spec: { purpose: "testing", extensions: [other, extensions[1], { ...extensions[2], providerConfig: complete }] },
    });
  });

  const untouched: readonly (readonly [string, unknown])[] = [
    ["a complete configuration", shoot(complete)],
    ["a configuration that cannot be read", shoot({ ...complete, falcoVerison: "1" })],
    ["another kind of object", { ...shoot(), kind: "Project" }],
    ["another group", { ...shoot(), apiVersion: "v1" }],
    ["Falco disabled", { ...shoot(), spec: { extensions: [{ type: "shoot-falco-service", disabled: true }] } }],
    ["Falco not listed", { ...shoot(), spec: { extensions: [{ type: "other" }] } }],
    ["no spec", { ...shoot(), spec: null }],
    ["an object in deletion", { ...shoot(), metadata: { name: "a", deletionTimestamp: "2026-06-01T00:00:00Z" } }],
    ["an object of no shape", { ...shoot(), spec: { extensions: "all" } }],
    ["null", null],
    ["a text", "shoot"],
  ];
  for (const [what, object] of untouched) {
    it(`gives back ${what} as the very same object`, () => {
      expect(create(object)).to.deep.equal({ object, warnings: [] });
      expect(create(object).object).to.equal(object);
    });
  }

  it("converts the older shape, with a warning", () => {
    const older = { ...falcoServiceConfigKind, resources: "gardener", output: { eventCollector: "none" } };
    const mutation = create(shoot(older));
    expect(configOf(mutation.object)).to.deep.equal({ ...complete, destinations: [{ name: "stdout" }] });
    expect(mutation.warnings.map(({ message }) => message)).to.deep.equal([
      "The older fields resources, output are deprecated. They are converted; write rules and destinations instead.",
    ]);
  });

  it("writes no version where none is supported", () => {
    const mutation = create(shoot(), { ...plain, catalogue: buildCatalogue([]).catalogue });
    expect(configOf(mutation.object)).not.to.have.property("falcoVersion");
  });

  const versions: readonly (readonly [string | undefined, string])[] = [
    ["0.43.1", "0.43.1"],
    ["0.42.1", "0.44.1"],
    ["9.9.9", "0.44.1"],
    [undefined, "0.44.1"],
  ];
  for (const [previous, expected] of versions) {
    it(`a version that is taken out, ${previous ?? "none"} before, becomes ${expected}`, () => {
      const rest = omit(complete, "falcoVersion");
      const old = shoot(previous === undefined ? rest : { ...rest, falcoVersion: previous });
      expect(configOf(update(shoot(rest), old).object)).to.deep.equal({ ...rest, falcoVersion: expected });
    });
  }

  describe("the landscape's destinations", () => {
    const destinationsOf = (object: unknown): unknown => (configOf(object) as { destinations?: unknown }).destinations;
    const offered = { landscape };

    const created: readonly (readonly [string, object | undefined, object, readonly object[]])[] = [
      ["come in beside the default", undefined, {}, [{ name: "logging" }, ...three]],
      [
        "come in beside those of the user",
        config({ destinations: [{ name: "stdout" }] }),
        {},
        [{ name: "stdout" }, ...three],
      ],
      ["come in where the user wants none", config({ destinations: [] }), {}, three],
      [
        "stay as the user has them",
        config({ destinations: [{ name: "team", enabled: false }] }),
        {},
        [{ name: "team", enabled: false }, { name: "archive" }, { name: "metrics" }],
      ],
      [
        "are kept out by the Project",
        undefined,
        { projectAnnotations: { "falco.gardener.cloud/skip-default-destinations": "true" } },
        [{ name: "logging" }],
      ],
      [
        "are not kept out by another value",
        undefined,
        { projectAnnotations: { "falco.gardener.cloud/skip-default-destinations": "false" } },
        [{ name: "logging" }, ...three],
      ],
      [
        "come in once where one is the default",
        undefined,
        { landscape: { ...landscape, defaultEventDestination: "team" } },
        [{ name: "team" }, { name: "archive" }, { name: "metrics" }],
      ],
    ];
    for (const [what, given, others, expected] of created) {
      it(what, () => {
        expect(destinationsOf(create(shoot(given), { ...offered, ...others }).object)).to.deep.equal(expected);
      });
    }

    it("come in disabled where the user's own enabled destination has their output", () => {
      const hook = { ...landscape, globalDestinations: [{ name: "hook", section: "webhook", settings: {} }] };
      const custom = { name: "custom", resourceSecretName: "hook" };
      const after = (enabled: boolean): unknown =>
        destinationsOf(create(shoot(config({ destinations: [{ ...custom, enabled }] })), { landscape: hook }).object);
      expect(after(true)).to.deep.equal([
        { ...custom, enabled: true },
        { name: "hook", enabled: false },
      ]);
      expect(after(false)).to.deep.equal([{ ...custom, enabled: false }, { name: "hook" }]);
    });

    it("come in when Falco is switched on", () => {
      const off = { ...shoot(), spec: { extensions: [{ type: "shoot-falco-service", disabled: true }] } };
      expect(destinationsOf(update(shoot(), off, offered).object)).to.deep.equal([{ name: "logging" }, ...three]);
    });

    it("leave out those that a seed cannot have", () => {
      expect(destinationsOf(create(seed(), offered).object)).to.deep.equal([
        { name: "stdout" },
        { name: "archive" },
        { name: "team" },
      ]);
    });

    it("never come in again on a change", () => {
      const mine = shoot(complete);
      expect(update(mine, mine, offered).object).to.equal(mine);
      expect(destinationsOf(update(shoot(config()), mine, offered).object)).to.deep.equal([{ name: "logging" }]);
    });

    it("come in, and stale ones go, when an entry that was disabled is switched on", () => {
      const given = { ...complete, destinations: [{ name: "logging" }, { name: "gone" }] };
      const off = { type: "shoot-falco-service", disabled: true, providerConfig: given };
      const [on, before] = [{ ...off, disabled: false }, off].map((each) => ({
        ...shoot(),
        spec: { extensions: [each] },
      }));
      const mutation = update(on, before, offered);
      expect(destinationsOf(mutation.object)).to.deep.equal([{ name: "logging" }, ...three]);
      expect(brief(mutation.warnings)).to.deep.equal(["DESTINATION_UNKNOWN destinations"]);
    });

    it("go when they are stale, whatever else is changed", () => {
      const old = shoot({ ...complete, destinations: [{ name: "logging" }, { name: "gone" }] });
      const labelled = { ...old, metadata: { name: "one", namespace: "garden-dev", labels: { a: "b" } } };
      expect(destinationsOf(update(labelled, old, offered).object)).to.deep.equal([{ name: "logging" }]);
    });

    const gone = { name: "gone" };
    const stale: readonly (readonly [string, readonly object[], readonly object[], readonly object[]])[] = [
      ["goes when the landscape no longer has it", [{ name: "logging" }, gone], [gone], [{ name: "logging" }]],
      ["goes when it is disabled, too", [{ ...gone, enabled: false }], [gone], []],
      ["stays, to be refused, when it is new", [gone], [], [gone]],
      [
        "stays when it names a Secret",
        [{ ...gone, resourceSecretName: "hook" }],
        [gone],
        [{ ...gone, resourceSecretName: "hook" }],
      ],
      ["stays when it is a standard one", [{ name: "otlp" }], [{ name: "otlp" }], [{ name: "otlp" }]],
      ["stays when the landscape has it", [{ name: "team" }], [{ name: "team" }], [{ name: "team" }]],
    ];
    for (const [what, now, before, expected] of stale) {
      it(`a destination ${what}`, () => {
        const object = shoot({ ...complete, destinations: now });
        const mutation = update(object, shoot({ ...complete, destinations: before }), { landscape });
        expect(destinationsOf(mutation.object)).to.deep.equal(expected);
        const removed = now.length !== expected.length;
        expect(brief(mutation.warnings)).to.deep.equal(removed ? ["DESTINATION_UNKNOWN destinations"] : []);
        if (!removed) expect(mutation.object).to.equal(object);
      });
    }
  });

  it("is the same when done twice, and never throws", () => {
    const objects = fc
      .tuple(anyConfig, fc.boolean())
      .map(([fields, isShoot]) => (isShoot ? shoot : seed)(config(fields)));
    fc.assert(
      fc.property(objects, objects, fc.boolean(), (object, old, isNew) => {
        const again = (given: unknown): unknown =>
          (isNew ? create(given, { landscape }) : update(given, old, { landscape })).object;
        const once = again(object);
        expect(again(once)).to.equal(once);
      }),
    );
  });

  it("makes what is valid and can be deployed from what says nothing wrong", () => {
    for (const place of ["shoot", "seed"] as const) {
      for (const given of [landscape, defaultLandscape, { ...landscape, defaultEventDestination: "otlp" }]) {
        const { object } = create(place === "shoot" ? shoot() : seed(), { landscape: given });
        expect(validate({ operation: "CREATE", object }, context({ landscape: given })).problems).to.deep.equal([]);
        const made = valueOf(readServiceConfig(configOf(object)));
        expect(problemsOf(resolve(facts(made, { place, landscape: given })))).to.deep.equal([]);
      }
    }
  });

  it("never makes a valid object invalid", () => {
    fc.assert(
      fc.property(anyConfig, (fields) => {
        const object = shoot(config(fields));
        const problems = (given: unknown): readonly string[] =>
          brief(validate({ operation: "CREATE", object: given }, context()).problems);
        if (problems(object).length === 0) expect(problems(create(object, { landscape }).object)).to.deep.equal([]);
      }),
      { numRuns: 300 },
    );
  });

  it("never throws at any JSON", () => {
    const extensions = fc.array(
      fc.record({ type: fc.constant("shoot-falco-service"), providerConfig: fc.jsonValue() }),
      { maxLength: 2 },
    );
    const object = fc.oneof(
      fc.jsonValue(),
      extensions.map((each) => ({ ...shoot(), spec: { extensions: each } })),
    );
    fc.assert(
      fc.property(object, object, (left, right) => {
        create(left, { landscape });
        update(left, right, { landscape });
        validate({ operation: "UPDATE", object: left, old: right }, context());
      }),
    );
  });
});
