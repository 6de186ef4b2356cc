import { expect } from "chai";
import { isUntouched, readFormer, readSubject } from "../../../falco/desired/admission-subject.ts";
import { config, problemsOf, seed, shoot, valueOf } from "./samples.ts";

describe("falco/desired/admission-subject", () => {
  it("sees a shoot with its place, names and configuration", () => {
    const extensions = [{ type: "other" }, { type: "shoot-falco-service", providerConfig: { kind: "x" } }];
    const subject = valueOf(readSubject({ ...shoot(), spec: { extensions } }));
    expect(subject).to.deep.include({
      place: "shoot",
      name: "one",
      namespace: "garden-dev",
      resources: [],
      entry: 1,
      configPath: "spec.extensions[1].providerConfig",
      raw: { kind: "x" },
    });
    expect(problemsOf(subject?.config ?? { ok: false, problems: [] }).map((each) => each.path)).to.deep.equal([
      "spec.extensions[1].providerConfig.apiVersion",
      "spec.extensions[1].providerConfig.kind",
    ]);
  });

  it("looks at nothing else of the object", () => {
    const strange = { ...shoot(config()), status: 7, metadata: { name: "one", namespace: "garden-dev", labels: [] } };
    expect(valueOf(readSubject(strange))).to.include({ name: "one" });
  });

  it("sees what was before a change, even disabled", () => {
    const entry = { type: "shoot-falco-service", providerConfig: config() };
    const withEntries = (...extensions: readonly object[]) => ({ ...shoot(), spec: { extensions } });
    expect(readFormer(withEntries({ ...entry, disabled: true }))).to.include({ isOn: false, entry: 0 });
    expect(readFormer(withEntries({ ...entry, disabled: true }, entry))).to.include({ isOn: true, entry: 1 });
    for (const none of [withEntries(), withEntries({ type: 7 }), { ...shoot(), kind: "Project" }, null]) {
      expect(readFormer(none)).to.equal(undefined);
    }
  });

  const entry = { type: "shoot-falco-service", providerConfig: { a: 1, b: [{ c: 2 }] } };
  const before = { ...shoot(), spec: { extensions: [entry], resources: [1] } };
  const changes: readonly (readonly [string, unknown, boolean])[] = [
    ["nothing", before, true],
    [
      "the order of keys",
      { ...before, spec: { resources: [1], extensions: [{ ...entry, providerConfig: { b: [{ c: 2 }], a: 1 } }] } },
      true,
    ],
    [
      "other fields",
      { ...before, spec: { ...before.spec, region: "b", extensions: [{ type: "x" }, null, entry] } },
      true,
    ],
    [
      "the configuration",
      { ...before, spec: { ...before.spec, extensions: [{ ...entry, providerConfig: { a: 1 } }] } },
      false,
    ],
    ["spec.resources", { ...before, spec: { ...before.spec, resources: [1, 2] } }, false],
    ["whether Falco is on", { ...before, spec: { ...before.spec, extensions: [{ ...entry, disabled: true }] } }, false],
    ["all of it", null, false],
  ];
  for (const [what, object, expected] of changes) {
    it(`a change of ${what} ${expected ? "touches nothing" : "touches something"}`, () => {
      expect(isUntouched({ operation: "UPDATE", object, old: before })).to.equal(expected);
      expect(isUntouched({ operation: "UPDATE", object: before, old: object })).to.equal(expected);
      expect(isUntouched({ operation: "CREATE", object })).to.equal(false);
    });
  }

  it("sees a seed, without a namespace", () => {
    expect(valueOf(readSubject(seed())))
      .to.deep.include({ place: "seed", name: "local" })
      .and.not.have.property("namespace");
  });
});
