import { expect } from "chai";
import { readReview, type Review, writeReview } from "../../../admission/review.ts";
import { problem } from "../../../falco/base/problem.ts";
import { review, shoot } from "./samples.ts";

function read(body: unknown): Review {
  const result = readReview(body);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}

describe("readReview", () => {
  it("reads what an API server sends, both versions", () => {
    for (const version of ["admission.k8s.io/v1", "admission.k8s.io/v1beta1"]) {
      const object = shoot();
      const { apiVersion, request } = read(review(object, {}, version));
      expect(apiVersion).to.equal(version);
      expect(request).to.deep.equal({
        uid: "705ab4f5-6393-11e8-b7cc-42010a800002",
        operation: "CREATE",
        kind: { group: "core.gardener.cloud", version: "v1beta1", kind: "Shoot" },
        namespace: "garden-dev",
        name: "crazy-botany",
        dryRun: false,
        object,
      });
      expect(request.object).to.equal(object);
    }
  });

  const unreadable: readonly [string, unknown, readonly string[]][] = [
    ["null", null, [""]],
    ["a list", [], [""]],
    ["nothing in it", {}, ["apiVersion", "kind", "request"]],
    ["another kind", { ...review(shoot()), kind: "TokenReview" }, ["kind"]],
    ["another version", review(shoot(), {}, "admission.k8s.io/v2"), ["apiVersion"]],
    ["no uid", review(shoot(), { uid: "" }), ["request.uid"]],
    ["an unknown operation", review(shoot(), { operation: "PATCH" }), ["request.operation"]],
    ["a name as long as a book", review(shoot(), { name: "n".repeat(254) }), ["request.name"]],
    [
      "a kind and a namespace as long",
      review(shoot(), { kind: { kind: "K".repeat(6_000_000) }, namespace: "n".repeat(300) }),
      ["request.kind.kind", "request.namespace"],
    ],
    ["wrong types", review(shoot(), { namespace: 1, dryRun: "no" }), ["request.namespace", "request.dryRun"]],
  ];
  for (const [name, body, paths] of unreadable) {
    it(`reports ${name}`, () => {
      const result = readReview(body);
      expect(result.ok ? [] : result.problems.map(({ path }) => path)).to.have.members(paths);
    });
  }
});

describe("writeReview", () => {
  const asked = read(review(shoot(), {}, "admission.k8s.io/v1beta1"));
  const uid = asked.request.uid;
  const version = problem("VERSION_UNKNOWN", "spec.a", "No FalcoProfile has it.");
  const rules = problem("RULES_NONE", "spec.b", "No rules.");

  it("allows, in the version of the question", () => {
    expect(writeReview(asked, { allowed: true, warnings: [] })).to.deep.equal({
      apiVersion: "admission.k8s.io/v1beta1",
      kind: "AdmissionReview",
      response: { uid, allowed: true },
    });
  });

  it("packs a patch in base64, and none when there is nothing to change", () => {
    const patch = [{ op: "add", path: "/spec", value: { b: { d: 1, c: 2 }, a: "ü" } }] as const;
    const { response } = writeReview(asked, { allowed: true, patch, warnings: [] }) as { response: { patch: string } };
    expect(response).to.include({ patchType: "JSONPatch" });
    const inOrder = '[{"op":"add","path":"/spec","value":{"a":"ü","b":{"c":2,"d":1}}}]';
    expect(Buffer.from(response.patch, "base64").toString()).to.equal(inOrder);
    expect(writeReview(asked, { allowed: true, patch: [], warnings: [] }))
      .to.have.nested.property("response")
      .that.deep.equals({ uid, allowed: true });
  });

  it("writes warnings as texts", () => {
    const { response } = writeReview(asked, { allowed: true, warnings: [version] }) as { response: object };
    expect(response).to.deep.equal({
      uid,
      allowed: true,
      warnings: ["spec.a: No FalcoProfile has it. (VERSION_UNKNOWN)"],
    });
  });

  const warningsOf = (count: number, text: string): readonly string[] => {
    const warnings = Array.from({ length: count }, () => problem("VERSION_IN_USE", "", text));
    const { response } = writeReview(read(review(shoot())), { allowed: true, warnings }) as {
      readonly response: { readonly warnings: readonly string[] };
    };
    return response.warnings;
  };

  it("stays below what an API server passes on of warnings, and counts those left out", () => {
    const long = warningsOf(60, "a".repeat(200));
    expect(long.join("").length).to.be.within(3_500, 4_096);
    expect(long.at(-1)).to.equal(`and ${String(61 - long.length)} more`);
    const short = warningsOf(100, "b");
    expect(short).to.have.lengthOf(51);
    expect(short.at(-1)).to.equal("and 50 more");
    expect(warningsOf(3, "c")).to.have.lengthOf(3);
  });

  it("refuses with one problem in one line, and the details for programs", () => {
    const decision = { allowed: false, refusal: "denied", problems: [version], warnings: [] } as const;
    expect(writeReview(asked, decision))
      .to.have.property("response")
      .that.deep.equals({
        uid,
        allowed: false,
        status: {
          status: "Failure",
          code: 403,
          reason: "Forbidden",
          message: "spec.a: No FalcoProfile has it. (VERSION_UNKNOWN)",
          details: { causes: [{ reason: "VERSION_UNKNOWN", message: "No FalcoProfile has it.", field: "spec.a" }] },
        },
      });
  });

  it("lists several problems one a line", () => {
    const decision = { allowed: false, refusal: "denied", problems: [version, rules], warnings: [] } as const;
    expect(writeReview(asked, decision)).to.have.nested.property(
      "response.status.message",
      "there are 2 problems:\n- spec.a: No FalcoProfile has it. (VERSION_UNKNOWN)\n- spec.b: No rules. (RULES_NONE)",
    );
  });

  it("gives the first fifty of many problems, and not more of a text than somebody reads", () => {
    const long = problem("FIELD_UNKNOWN", `spec.${"a".repeat(5_000)}`, "b".repeat(5_000));
    const problems = Array.from({ length: 60 }, () => long);
    const decision = { allowed: false, refusal: "denied", problems, warnings: problems } as const;
    const { response } = writeReview(asked, decision) as {
      response: { status: { message: string; details: { causes: readonly { message: string }[] } }; warnings: object };
    };
    const lines = response.status.message.split("\n");
    expect([lines[0], lines.at(-1), lines.length]).to.deep.equal(["there are 60 problems:", "- and 10 more", 52]);
    expect(response.status.details.causes).to.have.length(50);
    expect(response.status.details.causes[0]?.message).to.equal(`${"b".repeat(1_000)}…`);
    expect(response.warnings).to.have.length(2);
  });

  it("says when to try again where the failure is ours", () => {
    for (const [refusal, code, reason] of [
      ["failed", 500, "InternalError"],
      ["unavailable", 503, "ServiceUnavailable"],
    ] as const) {
      const decision = { allowed: false, refusal, problems: [], message: "Try again.", warnings: [] } as const;
      const { response } = writeReview(asked, decision) as { response: { status: { details: object } } };
      expect(response.status).to.include({ code, reason, message: "Try again." });
      expect(response.status.details).to.have.property("retryAfterSeconds").that.is.above(0);
    }
  });
});
