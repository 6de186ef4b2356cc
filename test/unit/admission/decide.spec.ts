import { expect } from "chai";
import { decide, failed, questionOf } from "../../../admission/decide.ts";
import { type Decision, readReview } from "../../../admission/review.ts";
import {
  archiveLandscape,
  ask,
  completeConfig,
  context,
  review,
  seed,
  serviceConfig,
  shoot,
  update,
} from "./samples.ts";

const untouched: Decision = { allowed: true, warnings: [] };

describe("questionOf", () => {
  const gone = { metadata: { deletionTimestamp: "2026-06-01T00:00:00Z" } };
  const answered: readonly [string, object][] = [
    ["a deletion", review(null, { operation: "DELETE" })],
    ["a subresource", review(shoot("broken"), { subResource: "status" })],
    ["an object in deletion", update(shoot("broken", gone), shoot("broken", gone))],
    ["a misshapen object in deletion", update(shoot("broken", { ...gone, extensions: 7 }), shoot())],
  ];
  for (const [name, body] of answered) {
    it(`lets ${name} pass`, () => {
      expect(ask("mutate", body)).to.deep.equal(untouched);
      expect(ask("validate", body)).to.deep.equal(untouched);
    });
  }

  const unreadable: readonly [string, object, string][] = [
    ["another kind", review({ ...shoot(), kind: "Project" }), "request.kind"],
    ["another group", review(shoot(), { kind: { group: "apps", kind: "Shoot" } }), "request.kind"],
    ["no object", review(null), "request.object"],
    [
      "an object of another kind",
      review(seed(), { kind: { group: "core.gardener.cloud", kind: "Shoot" } }),
      "request.object",
    ],
    ["an object of another group", review({ ...shoot(), apiVersion: "v1" }), "request.object"],
    ["another namespace", review(shoot(), { namespace: "garden-prod" }), "request.object.metadata.namespace"],
    [
      "a shoot without its namespace",
      review(shoot(undefined, { metadata: { namespace: undefined } }), { namespace: "garden-dev" }),
      "request.object.metadata.namespace",
    ],
  ];
  for (const [name, body, path] of unreadable) {
    it(`cannot read ${name}`, () => {
      const decision = ask("validate", body);
      expect(decision).to.include({ allowed: false, refusal: "unreadable" });
      expect(decision).to.have.nested.property("problems[0].path", path);
    });
  }
});

describe("decide: mutate", () => {
  it("fills in a minimal shoot, at the place of its entry", () => {
    const decision = ask("mutate", review(shoot()));
    expect(decision).to.deep.equal({
      allowed: true,
      patch: [{ op: "add", path: "/spec/extensions/1/providerConfig", value: completeConfig() }],
      warnings: [],
    });
  });

  it("adds the landscape's destinations when Falco is switched on, not later", () => {
    const created = ask("mutate", review(shoot()), { landscape: archiveLandscape });
    expect(created)
      .to.have.nested.property("patch[0].value.destinations")
      .that.deep.equals([{ name: "logging" }, { name: "archive" }]);
    const old = shoot(completeConfig());
    expect(
      ask("mutate", update(shoot(completeConfig({ heartbeatEvent: true })), old), { landscape: archiveLandscape }),
    ).to.deep.equal(untouched);
  });

  const same: readonly [string, object][] = [
    ["a complete shoot", review(shoot(completeConfig()))],
    ["a disabled entry", review(shoot(undefined, { extension: { disabled: true } }))],
    ["a shoot without our extension", review(shoot(undefined, { extensions: [{ type: "shoot-dns-service" }] }))],
    ["a shoot without extensions", review(shoot(undefined, { spec: { extensions: null } }))],
    ["what cannot be read", review(shoot(serviceConfig({ falcoVersio: "0.44.1" })))],
  ];
  for (const [name, body] of same) {
    it(`leaves ${name} alone`, () => {
      expect(ask("mutate", body)).to.deep.equal(untouched);
    });
  }

  it("fills in a seed", () => {
    const decision = ask("mutate", review(seed()));
    expect(decision)
      .to.have.nested.property("patch[0].value.destinations")
      .that.deep.equals([{ name: "stdout" }]);
  });
});

describe("decide: validate", () => {
  it("lists every problem", () => {
    const config = serviceConfig({ falcoVersion: "0.1.0", rules: {}, destinations: [{ name: "loging" }] });
    const decision = ask("validate", review(shoot(config)));
    expect(decision).to.include({ allowed: false, refusal: "denied" });
    const { problems } = decision as { problems: readonly { code: string; path: string }[] };
    expect(problems.map(({ code, path }) => `${code} ${path}`)).to.have.members([
      "RULES_NONE spec.extensions[1].providerConfig.rules",
      "DESTINATION_UNKNOWN spec.extensions[1].providerConfig.destinations[0].name",
      "VERSION_UNKNOWN spec.extensions[1].providerConfig.falcoVersion",
    ]);
  });

  const expired = completeConfig({ falcoVersion: "0.42.1" });
  const cases: readonly [string, object, boolean][] = [
    ["a minimal shoot", review(shoot()), true],
    ["a complete shoot", review(shoot(completeConfig())), true],
    ["a seed", review(seed(completeConfig({ destinations: [{ name: "stdout" }] }))), true],
    ["a seed that logs", review(seed(completeConfig())), false],
    ["an expired version", review(shoot(expired)), false],
    [
      "an expired version that stays",
      update(shoot(expired, { metadata: { labels: { a: "b" } } }), shoot(expired)),
      true,
    ],
    ["an edit beside an expired version", update(shoot({ ...expired, heartbeatEvent: true }), shoot(expired)), true],
    ["a change to an unknown version", update(shoot(completeConfig({ falcoVersion: "9.9.9" })), shoot(expired)), false],
    ["a disabled entry, whatever it holds", update(shoot(7, { extension: { disabled: true } }), shoot(expired)), true],
    ["a removed entry", update(shoot(undefined, { extensions: [] }), shoot(expired)), true],
    ["a configuration that is none", review(shoot("broken")), false],
    ["a shoot of the wrong shape", review(shoot(undefined, { extensions: "all" })), false],
  ];
  for (const [name, body, allowed] of cases) {
    it(`${allowed ? "allows" : "denies"} ${name}`, () => {
      expect(ask("validate", body)).to.have.property("allowed", allowed);
    });
  }

  it("warns of a version that expires soon", () => {
    const decision = ask("validate", review(shoot(completeConfig({ falcoVersion: "0.43.1" }))));
    expect(decision).to.have.nested.property("warnings[0].message").that.contains("2026-06-11");
  });
});

describe("decide: failures", () => {
  it("answers when something is broken, without a stack", () => {
    const broken = {
      ...context,
      get catalogue(): never {
        throw new TypeError("cannot read secret stuff of undefined");
      },
    };
    const read = readReview(review(shoot()));
    const question = read.ok ? questionOf(read.value.request) : undefined;
    if (question?.kind !== "ask") throw new Error("expected a question");
    for (const webhook of ["mutate", "validate"] as const) {
      const decision = decide(webhook, question.about, broken);
      expect(decision).to.deep.include({ allowed: false, refusal: "failed", problems: [] });
      expect(JSON.stringify(decision)).to.contain("TypeError").and.not.contain("secret stuff").and.not.contain(".ts");
    }
    expect(failed("text")).to.have.property("message").that.contains("unknown error");
  });

  it("refuses what is nested too deeply", () => {
    const depth = 100_000;
    const deeply = (autoUpdate: boolean): object => {
      const initConfig: unknown = JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`);
      return shoot(serviceConfig({ plugins: [{ name: "container", initConfig }], autoUpdate }));
    };
    const body = update(deeply(true), deeply(false));
    const decision = ask("validate", body);
    expect(decision).to.include({ allowed: false, refusal: "unreadable" });
    expect(decision).to.have.nested.property("problems[0].code", "INPUT_TOO_LARGE");
    expect(ask("mutate", body), "which fills in what is missing beside it").to.include({ allowed: true });
  });
});
