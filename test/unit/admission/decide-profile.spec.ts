import { expect } from "chai";
import fc from "fast-check";
import { decideProfile, type ProfileContext } from "../../../admission/decide-profile.ts";
import { readReview, writeReview } from "../../../admission/review.ts";
import { isObject } from "../../../falco/base/json.ts";
import { formatProblem } from "../../../falco/base/problem.ts";
import { falco, image, type ProfileParts, profileOf } from "../catalog/profile-of.ts";
import { useOf, usesOf } from "../desired/falco-uses.ts";

const now = new Date("2026-06-01T12:00:00Z");
const versionsOf = (...versions: readonly string[]): ProfileParts => ({ falco: versions.map((each) => falco(each)) });
const old = profileOf("falco", versionsOf("0.43.1", "0.44.1"));
const plain: ProfileContext = { profiles: [old], uses: usesOf(12, "0.43.1"), now };

function reviewOf(operation: string, object: unknown, oldObject: unknown = null, fields: object = {}): object {
  const of = isObject(object) ? object : oldObject;
  const metadata = isObject(of) && isObject(of["metadata"]) ? of["metadata"] : {};
  const kind = { group: "falco.gardener.cloud", version: "v1alpha1", kind: "FalcoProfile" };
  const request = { uid: "u1", kind, name: metadata["name"], operation, object, oldObject, ...fields };
  return { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request };
}

function decide(review: object, context: Partial<ProfileContext> = {}) {
  const read = readReview(review);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return decideProfile(read.value.request, { ...plain, ...context });
}

/** What was refused and what was warned of, each as code and path. */
function told(review: object, context: Partial<ProfileContext> = {}) {
  const decision = decide(review, context);
  const short = (problems: readonly { code: string; path: string }[]) =>
    problems.map(({ code, path }) => `${code} ${path}`);
  return { refused: decision.allowed ? [] : short(decision.problems), warned: short(decision.warnings) };
}

const create = (object: unknown): object => reviewOf("CREATE", object);
const update = (object: unknown, before: unknown = old): object => reviewOf("UPDATE", object, before);
const remove = (before: unknown): object => reviewOf("DELETE", null, before);
const inUse = "VERSION_IN_USE spec.versions.falco";
const noneLeft = "VERSION_NONE_SUPPORTED spec.versions.falco";

describe("decideProfile", () => {
  it("takes a good profile, in the older shape as well, and one that changes nothing", () => {
    expect(decide(create(profileOf("new", versionsOf("0.44.1"))))).to.deep.equal({ allowed: true, warnings: [] });
    expect(decide(update(old))).to.deep.equal({ allowed: true, warnings: [] });
  });

  it("refuses what is wrong in a profile", () => {
    const wrong = profileOf("new", { ...versionsOf("0.44.1", "newest"), images: { falco: [image("newest")] } });
    expect(told(create(wrong))).to.deep.equal({
      refused: ["FIELD_VALUE spec.versions.falco[1].version", "IMAGE_MISSING spec.versions.falco[0].version"],
      warned: [],
    });
    expect(told(create({ ...wrong, spec: 5 })).refused).to.deep.equal(["FIELD_TYPE spec"]);
  });

  it("counts the shoots that use a version being taken away", () => {
    const { warnings } = decide(update(profileOf("falco", versionsOf("0.44.1"))));
    expect(warnings.map(formatProblem)).to.deep.equal([
      "spec.versions.falco: 12 shoots (garden-dev/a1, garden-dev/a10, garden-dev/a11 and 9 more) use Falco 0.43.1, which this edit takes away; maintenance moves them to 0.44.1 in their next window. (VERSION_IN_USE)",
    ]);
  });

  it("knows what other profiles still have, and what they disagree about", () => {
    const edit = update(profileOf("falco", versionsOf("0.44.1")));
    const other = profileOf("other", versionsOf("0.43.1"));
    expect(told(edit, { profiles: [old, other] })).to.deep.equal({ refused: [], warned: [] });
    const differing = profileOf("other", { falco: [falco("0.44.1", { rulesVersion: "2" })] });
    expect(told(create(differing)).warned).to.deep.equal([
      "PROFILE_CONFLICT falcoprofiles[other].spec.versions.falco[0]",
    ]);
    expect(told(create(differing), { uses: usesOf(2, "0.44.1") }).warned[0]).to.equal(inUse);
  });

  it("goes by the profile before the change that the request has, not by the one that was seen last", () => {
    const edit = update(profileOf("falco", versionsOf("0.44.1")));
    expect(told(edit, { profiles: [profileOf("falco", versionsOf("0.44.1"))] }).warned).to.deep.equal([inUse]);
    expect(told(edit, { profiles: [] }).warned).to.deep.equal([inUse]);
    expect(told(edit, { profiles: ["unreadable", null, old] }).warned).to.deep.equal([inUse]);
  });

  it("warns of a deletion, and never refuses it", () => {
    expect(told(remove(old))).to.deep.equal({ refused: [], warned: [noneLeft, noneLeft] });
    expect(told(remove(old), { uses: [] })).to.deep.equal({ refused: [], warned: [noneLeft] });
    expect(told(remove({ ...old, spec: 5 }))).to.deep.equal({ refused: [], warned: [] });
    const spare = profileOf("spare", versionsOf("0.45.0"));
    expect(told(remove(old), { profiles: [old, spare] })).to.deep.equal({ refused: [], warned: [inUse] });
    expect(told(remove(spare), { profiles: [old, spare] })).to.deep.equal({ refused: [], warned: [] });
  });

  it("says that falcosidekick is missing once", () => {
    const sidekick = (classification: "supported" | "preview") =>
      profileOf("falco", { ...versionsOf("0.44.1"), falcosidekick: [{ version: "2.34.1", classification }] });
    const edit = update(sidekick("preview"), sidekick("supported"));
    expect(told(edit, { uses: [] }).warned).to.deep.equal(["VERSION_NONE_SUPPORTED spec.versions.falcosidekick"]);
    expect(told(create(sidekick("preview")), { profiles: [] }).warned).to.deep.equal([
      "PROFILE_INCOMPLETE spec.versions.falcosidekick",
    ]);
  });

  it("does not let an old mistake block the mending of another one", () => {
    const bad = (...versions: readonly string[]) => profileOf("falco", versionsOf("0.43.1", ...versions));
    const [before, after] = [bad("newest"), bad("0.44.1", "newest")];
    expect(told(update(after, before))).to.deep.equal({
      refused: [],
      warned: ["FIELD_VALUE spec.versions.falco[2].version"],
    });
    expect(told(update(bad("newest", "latest"), before)).refused).to.deep.equal([
      "FIELD_VALUE spec.versions.falco[2].version",
    ]);
    expect(told(update({ ...bad("latest"), more: 1 }, { ...old, more: 1 })), "behind an unknown field").to.deep.equal({
      refused: ["FIELD_VALUE spec.versions.falco[1].version"],
      warned: [],
    });
    const sources = (count: number) =>
      profileOf("falco", {
        ...versionsOf("0.44.1"),
        rules: Array.from({ length: count }, (_each, index) => ({
          name: `r${String(index)}`,
          version: "1",
          source: {},
        })),
      });
    expect(told(update(sources(2), sources(1))).refused, "a second one like it").to.deep.equal([
      "FIELD_CONFLICT spec.rules[1].source",
    ]);
    const expired = profileOf("falco", { falco: [falco("0.44.1", { expirationDate: "2026-05-01T00:00:00Z" })] });
    const labelled = { ...expired, metadata: { name: "falco", labels: { a: "b" } } };
    expect(told(update(labelled, expired), { profiles: [expired], uses: [] })).to.deep.equal({
      refused: [],
      warned: [noneLeft],
    });
    expect(told(create(expired), { uses: [] }).refused).to.deep.equal([noneLeft]);
  });

  it("lets everything pass that is in deletion or no change of the object itself", () => {
    const leaving = { ...old, metadata: { name: "falco", deletionTimestamp: "2026-06-01T11:00:00Z" }, spec: 5 };
    const untouched = { allowed: true, warnings: [] };
    expect(decide(update(leaving))).to.deep.equal(untouched);
    expect(decide(reviewOf("UPDATE", { spec: 5 }, old, { subResource: "status" }))).to.deep.equal(untouched);
    expect(decide(reviewOf("CONNECT", null))).to.deep.equal(untouched);
  });

  it("does not answer questions about anything else", () => {
    const shoot = { kind: { group: "core.gardener.cloud", version: "v1beta1", kind: "Shoot" } };
    expect(told(reviewOf("CREATE", old, null, shoot)).refused).to.deep.equal(["KIND_UNSUPPORTED request.kind"]);
    expect(told(reviewOf("CREATE", old, null, { kind: { kind: "FalcoProfile" } })).refused).to.deep.equal([
      "KIND_UNSUPPORTED request.kind",
    ]);
    expect(told(create(null)).refused).to.deep.equal(["FIELD_REQUIRED request.object"]);
  });

  it("says when it cannot count yet", () => {
    const edit = update(profileOf("falco", versionsOf("0.44.1")));
    const [warning] = decide(edit, { uses: undefined }).warnings;
    expect(warning?.message).to.include("not known yet");
  });

  it("does not take long for a profile as large as an API server takes", () => {
    const entry = falco("0.44.1");
    const many = Array.from({ length: 20_000 }, (_each, index) => ({ ...entry, version: `0.44.${String(index)}` }));
    const { refused, warned } = told(create(profileOf("large", { falco: many })), { uses: usesOf(1000, "0.44.1") });
    expect([refused, warned]).to.deep.equal([[], []]);
  });

  it("fails with an answer should something in here be broken", () => {
    const uses: Iterable<never> = {
      [Symbol.iterator]: () => {
        throw new TypeError("broken");
      },
    };
    const decision = decide(update(old), { uses });
    expect(decision.allowed ? "allowed" : decision.refusal).to.equal("failed");
  });

  it("has an answer to any JSON", () => {
    fc.assert(
      fc.property(body, uses, (input, known) => {
        const parsed: unknown = JSON.parse(JSON.stringify(input));
        const read = readReview(parsed);
        if (!read.ok) {
          expect(read.problems).to.not.be.empty;
          return;
        }
        const before = JSON.stringify(parsed);
        const decision = decideProfile(read.value.request, { ...plain, uses: known });
        const { response } = JSON.parse(JSON.stringify(writeReview(read.value, decision))) as {
          response: { allowed: boolean; status?: { code: number } };
        };
        expect(response.status?.code ?? 0).to.be.oneOf([0, 400, 403]);
        if (read.value.request.operation === "DELETE" && isProfile(read.value.request.kind)) {
          expect(response.allowed).to.equal(true);
        }
        expect(JSON.stringify(parsed), "the input is not changed").to.equal(before);
      }),
      { numRuns: 5000 },
    );
  });

  it("has an answer to JSON that is nested too deeply", () => {
    const deep: unknown = JSON.parse(`${'{"a":'.repeat(200_000)}1${"}".repeat(200_000)}`);
    const object = { ...old, spec: { ...old.spec, versions: deep } };
    const decision = decide(create(object));
    expect(decision.allowed ? [] : decision.problems).to.not.be.empty;
  });
});

const isProfile = ({ group, kind }: { readonly group?: string; readonly kind: string }): boolean =>
  group === "falco.gardener.cloud" && kind === "FalcoProfile";

/** JSON with the field names and values that the code looks at, so that it gets past the first checks. */
const fields = [
  ...["apiVersion", "kind", "metadata", "name", "deletionTimestamp", "spec", "versions", "images", "rules", "plugins"],
  ...["falco", "falcosidekick", "falcoctl", "version", "classification", "expirationDate", "rulesVersion", "source"],
  ...["repository", "tag", "file", "ref", "digest", "__proto__", "constructor", "toString", ""],
];
const texts = fc.oneof(
  fc.constantFrom(
    ...["0.43.1", "0.44.1", "0.45.0-rc.1", "supported", "preview", "deprecated", "falco", "falco-rules", "a.yaml"],
    ...["2026-05-01T00:00:00Z", "2026-06-10T00:00:00Z", "sha256:abc", `sha256:${"a".repeat(64)}`, "__proto__"],
  ),
  fc.string(),
);
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 6, depthSize: "small" },
    fc.constantFrom(null, true, false, 0, -1, 1e308),
    texts,
    fc.array(tie("json"), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.constantFrom(...fields), tie("json")), { maxLength: 6 })
      .map((entries) => Object.fromEntries(entries) as unknown),
  ),
}));
const classification = fc.constantFrom("supported", "preview", "deprecated");
const version = fc.record(
  { version: texts, classification, rulesVersion: texts, expirationDate: texts },
  { requiredKeys: ["version", "classification", "rulesVersion"] },
);
const picture = fc.record({ version: texts, repository: texts, tag: texts });
const source = fc.record({ file: texts, ref: texts, digest: texts }, { requiredKeys: [] });
const sourced = fc.array(fc.record({ name: texts, version: texts, source }), { maxLength: 3 });
const lists = <T>(entry: fc.Arbitrary<T>) =>
  fc.record(
    { falco: fc.array(entry, { maxLength: 4 }), falcoctl: fc.array(entry, { maxLength: 2 }) },
    { requiredKeys: ["falco"] },
  );
const spec = fc.record(
  { versions: lists(version), images: lists(picture), rules: sourced, plugins: sourced },
  { requiredKeys: ["versions", "images"] },
);
const profile = fc.oneof(
  json,
  spec.map((each) => ({ ...old, spec: each })),
  fc.tuple(spec, json).map(([each, metadata]) => ({ ...old, spec: each, metadata })),
  json.map((each) => ({ ...old, spec: each })),
);
const body = fc.oneof(
  { weight: 1, arbitrary: json },
  { weight: 1, arbitrary: fc.tuple(profile, json).map(([each, request]) => ({ ...create(each), request })) },
  { weight: 3, arbitrary: profile.map(create) },
  { weight: 6, arbitrary: fc.tuple(profile, profile).map(([each, before]) => update(each, before)) },
  { weight: 2, arbitrary: profile.map(remove) },
);
const uses = fc.option(
  fc.array(fc.tuple(texts, fc.boolean()).map(([each, autoUpdate]) => useOf(each, each, { autoUpdate }))),
  { nil: undefined },
);
