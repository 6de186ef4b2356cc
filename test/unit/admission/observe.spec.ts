import { expect } from "chai";
import type { Webhook } from "../../../admission/decide.ts";
import { needsOf, type Observation, observe, type Reads, type Settings } from "../../../admission/observe.ts";
import type { AdmissionRequest } from "../../../falco/desired/admission-subject.ts";
import { defaultLandscape } from "../../../falco/desired/landscape.ts";
import type { Clock } from "../../../kube/clock.ts";
import {
  archiveLandscape,
  catalogue,
  centralLandscape,
  completeConfig,
  noReads,
  now,
  projectReads,
  seed,
  shoot,
} from "./samples.ts";

const plain: Settings = {
  now,
  catalogue,
  landscape: defaultLandscape,
  restrictedUsage: false,
  restrictedCentralizedLogging: false,
};
const restricted: Settings = { ...plain, restrictedUsage: true };
const archive: Settings = { ...plain, landscape: archiveLandscape };
const central: Settings = { ...plain, landscape: centralLandscape, restrictedCentralizedLogging: true };
const toCentral = completeConfig({ destinations: [{ name: "central" }] });

const create = (object: unknown): AdmissionRequest => ({ operation: "CREATE", object });
const change = (object: unknown, old: unknown): AdmissionRequest => ({ operation: "UPDATE", object, old });
const off = shoot(undefined, { extension: { disabled: true } });
const garden = shoot(toCentral, { metadata: { namespace: "garden" } });

describe("needsOf", () => {
  const both = { namespace: "garden-dev", project: true };
  const namespace = { namespace: "garden-dev", project: false };
  const none = { project: false };
  const cases: readonly [string, Webhook, AdmissionRequest, Settings, object][] = [
    ["nothing without options, mutate", "mutate", create(shoot()), plain, none],
    ["nothing without options, validate", "validate", create(shoot()), plain, none],
    ["the Project where destinations could be added", "mutate", create(shoot()), archive, both],
    ["the Project where Falco is switched on", "mutate", change(shoot(), off), archive, both],
    ["nothing where Falco was on already", "mutate", change(shoot(), shoot()), archive, none],
    ["the Project where Falco was not there before", "mutate", change(shoot(), { kind: "Shoot" }), archive, both],
    [
      "nothing where Falco was on with another configuration",
      "mutate",
      change(shoot(), shoot(toCentral)),
      archive,
      none,
    ],
    ["nothing where nothing is touched", "validate", change(shoot(toCentral), shoot(toCentral)), central, none],
    ["nothing for a seed", "mutate", create(seed()), archive, none],
    ["nothing for an object that is not ours", "mutate", create(off), archive, none],
    ["the Namespace where usage is restricted", "validate", create(shoot()), restricted, namespace],
    ["nothing for validation where only destinations are added", "validate", create(shoot()), archive, none],
    ["nothing for mutation where only usage is restricted", "mutate", create(shoot()), restricted, none],
    ["nothing where usage is restricted and Falco was on", "validate", change(shoot(), shoot()), restricted, none],
    ["nothing in the namespace garden", "validate", create(garden), { ...restricted, ...central }, none],
    ["the Namespace where central is restricted", "validate", change(shoot(toCentral), shoot()), central, namespace],
    ["nothing where central is not used", "validate", create(shoot(completeConfig())), central, none],
    ["nothing for what cannot be read", "validate", create({ kind: "Shoot" }), restricted, none],
  ];
  for (const [name, webhook, about, settings, needs] of cases) {
    it(name, () => {
      expect(needsOf(webhook, about, settings)).to.deep.equal(needs);
    });
  }
});

describe("observe", () => {
  const needs = { namespace: "garden-dev", project: true };
  /** A clock whose sleeps end when the test says so. */
  let wake = (): void => undefined;
  let slept: number[];
  const clock: Clock = {
    now: () => now,
    monotonic: () => 0,
    sleep: (ms) => {
      slept.push(ms);
      return new Promise((resolve) => (wake = resolve));
    },
  };
  const deadline = { clock, ms: 8000 };
  beforeEach(() => {
    slept = [];
  });
  const run = (reads: Reads): Promise<Observation> => observe(reads, needs, plain, deadline);

  it("reads nothing, and sets no timer, when nothing is needed", async () => {
    const observed = await observe(noReads, { project: false }, plain, deadline);
    expect(slept).to.deep.equal([]);
    expect(observed).to.have.nested.property("context.referenced.secrets.size", 0);
  });

  it("reads the annotations of the Namespace and of its Project", async () => {
    const observed = await run(projectReads({ a: "1" }, { b: "2" }));
    expect(observed).to.have.property("kind", "context");
    expect(observed).to.have.deep.nested.property("context.namespaceAnnotations", { a: "1" });
    expect(observed).to.have.deep.nested.property("context.projectAnnotations", { b: "2" });
  });

  it("takes a Namespace without the project's label as one of no project", async () => {
    const reads: Reads = { ...noReads, namespace: () => Promise.resolve({ labels: {}, annotations: { a: "1" } }) };
    const observed = await run(reads);
    expect(observed).to.have.property("kind", "context");
    expect(observed).to.not.have.nested.property("context.projectAnnotations");
  });

  const failing: readonly [string, Reads, string][] = [
    ["a Namespace that cannot be read", noReads, "unexpected read"],
    ["no Namespace", { ...noReads, namespace: () => Promise.resolve(undefined) }, "no such Namespace"],
    ["no Project", { ...projectReads({}), project: () => Promise.resolve(undefined) }, "no Project dev"],
    ["a Project that cannot be read", { ...projectReads({}), project: noReads.project }, "unexpected read"],
  ];
  for (const [name, reads, error] of failing) {
    it(`says what is missing: ${name}`, async () => {
      const observed = await run(reads);
      if (observed.kind === "context") throw new Error("expected no context");
      expect(observed.message).to.contain("The Namespace garden-dev or its Project").and.contain("Try again");
      expect(String(observed.error)).to.contain(error);
    });
  }

  it("gives up when its time is over, even if a read never returns", async () => {
    const hanging: Reads = { ...noReads, namespace: () => new Promise(() => undefined) };
    const running = run(hanging);
    wake();
    const observed = await running;
    expect(observed).to.have.property("kind", "unavailable");
    expect(observed).to.have.nested.property("error.message").that.contains("took longer than 8 s");
    expect(slept).to.deep.equal([8000]);
  });
});
