import { readFileSync } from "node:fs";
import { expect } from "chai";
import { decide, questionOf } from "../../../admission/decide.ts";
import { decideProfile } from "../../../admission/decide-profile.ts";
import { type Decision, readReview, type ReviewRequest } from "../../../admission/review.ts";
import { problemCodes } from "../../../falco/base/problem.ts";
import { context, path, seed, shoot } from "../desired/samples.ts";
import type { Check } from "./checks/check.ts";
import { goodProfile, type ProfileCheck, profileWith } from "./checks/profile-check.ts";
import { profileSituations } from "./checks/profile-situations.ts";
import { situations } from "./checks/situations.ts";
import * as table from "./checks/table.ts";
import { now, review } from "./samples.ts";

const rows = Object.values(table.checks).flat();
const profileRows = Object.values(table.profileChecks).flat();
type Answer = readonly (readonly [code: string, path: string, message: string])[];

function objectOf({ seed: isSeed, object }: Check, config: unknown): object {
  const whole = (isSeed === true ? seed : shoot)(table.configOfCheck(config));
  const { spec, ...others } = { spec: {}, ...object };
  return { ...whole, ...others, spec: { ...(whole["spec"] as object), ...spec } };
}

/** What the webhook answers to the example: its problems and its warnings. */
function answerTo(check: Check): Answer {
  const { config, old, request, where, mutates, warns } = check;
  const oldObject = old === undefined ? null : objectOf(check, old);
  const fields = { operation: oldObject === null ? "CREATE" : "UPDATE", oldObject, kind: kindOf(check), ...request };
  const question = questionOf(requestOf(review(objectOf(check, config), fields)));
  const given = context(where === undefined ? {} : situations[where]);
  const webhook = mutates === true ? "mutate" : "validate";
  const decision = question.kind === "ask" ? decide(webhook, question.about, given) : question.decision;
  return saidIn(decision, warns);
}

function requestOf(body: object): ReviewRequest {
  const read = readReview(body);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.value.request;
}

function saidIn(decision: Decision, warns = false): Answer {
  expect(decision.allowed).to.equal(warns);
  const said = decision.allowed ? decision.warnings : decision.problems;
  return said.map(({ code, path: place, message }) => [code, place, message]);
}

/** What the webhook answers to an edit of a FalcoProfile. */
function answerToEdit({ fields, before, deleted, request, where, warns }: ProfileCheck): Answer {
  const edited = deleted === true ? { operation: "DELETE" } : { operation: "UPDATE", object: profileWith(fields) };
  const kind = { group: "falco.gardener.cloud", version: "v1alpha1", kind: "FalcoProfile" };
  const body = review(null, { name: "falco", kind, oldObject: profileWith(before), ...edited, ...request });
  const situation = where === undefined ? {} : profileSituations[where];
  return saidIn(decideProfile(requestOf(body), { profiles: [], uses: [], now, ...situation }), warns);
}

function joined(below: string): string {
  return below === "" ? path : `${path}.${below}`;
}

function kindOf({ seed: isSeed }: Check): object {
  return { group: "core.gardener.cloud", version: "v1beta1", kind: isSeed === true ? "Seed" : "Shoot" };
}

/** The files that a file imports for their values, and so on; not beyond those whose path ends with one of `except`. */
function importedBy(
  file: URL,
  except: readonly string[] = [],
  seen = new Map<string, string>(),
): ReadonlyMap<string, string> {
  if (seen.has(file.href)) return seen;
  const isExcept = except.some((each) => file.href.endsWith(`/${each}`));
  const text = isExcept ? "" : readFileSync(file, "utf8");
  seen.set(file.href, text);
  for (const [, statement = "", name = ""] of text.matchAll(/^(import (?:type )?)[^;]*? from "(\.[^"]+)";/gms)) {
    if (!statement.includes("type ")) importedBy(new URL(name, file), except, seen);
  }
  return seen;
}

/** The codes that some text of these files names. */
function codesIn(files: ReadonlyMap<string, string>): readonly string[] {
  const texts = [...files].flatMap(([file, text]) => (file.endsWith("/falco/base/problem.ts") ? [] : [text]));
  const named = new Set(texts.flatMap((text) => [...text.matchAll(/"([A-Z]+(?:_[A-Z]+)*)"/g)].map(([, name]) => name)));
  return Object.keys(problemCodes).filter((code) => named.has(code));
}

describe("the checks of the webhooks", () => {
  for (const check of rows) {
    const { what, where, code, path: place, message } = check;
    it(`${what}${where === undefined ? "" : ` (${where})`}: ${code} ${place}`, () => {
      const full = /^(request|spec|falcoprofiles)\b/.test(place) ? place : joined(place);
      expect(answerTo(check)).to.deep.include([code, full, message]);
    });
  }

  it("are all in the table: each code that the code behind the webhooks can say", () => {
    const said = codesIn(importedBy(new URL("../../../admission/decide.ts", import.meta.url)));
    expect(said.length).to.be.above(20);
    expect([...new Set(rows.map(({ code }) => code)), ...Object.keys(table.neverSaid)]).to.have.members(said);
  });
});

describe("the checks of the webhook for FalcoProfiles", () => {
  it("have nothing to say about the profile that the examples edit", () => {
    expect(answerToEdit({ what: "", code: "FIELD_VALUE", path: "", message: "", warns: true })).to.deep.equal([]);
    expect(profileWith()).to.equal(goodProfile);
  });

  for (const check of profileRows) {
    const { what, where, code, path: place, message } = check;
    it(`${what}${where === undefined ? "" : ` (${where})`}: ${code} ${place}`, () => {
      expect(answerToEdit(check)).to.deep.include([code, place, message]);
    });
  }

  it("are all in the table: each code that the code behind the webhook can say", () => {
    const except = Object.keys(table.notToldOfProfiles);
    const files = importedBy(new URL("../../../admission/decide-profile.ts", import.meta.url), except);
    expect([...files.keys()].filter((file) => except.some((each) => file.endsWith(`/${each}`)))).to.have.length(
      except.length,
    );
    const inTable = [...new Set(profileRows.map(({ code }) => code)), ...Object.keys(table.neverSaidOfProfiles)];
    expect(inTable).to.have.members(codesIn(files));
  });
});
