import { readFileSync } from "node:fs";
import { expect } from "chai";
import { decide, questionOf } from "../../../admission/decide.ts";
import { readReview } from "../../../admission/review.ts";
import { problemCodes } from "../../../falco/base/problem.ts";
import { context, path, seed, shoot } from "../desired/samples.ts";
import type { Check } from "./checks/check.ts";
import { situations } from "./checks/situations.ts";
import { checks, configOfCheck, neverSaid } from "./checks/table.ts";
import { review } from "./samples.ts";

const rows = Object.values(checks).flat();

function objectOf({ seed: isSeed, object }: Check, config: unknown): object {
  const whole = (isSeed === true ? seed : shoot)(configOfCheck(config));
  const { spec, ...others } = { spec: {}, ...object };
  return { ...whole, ...others, spec: { ...(whole["spec"] as object), ...spec } };
}

/** What the webhook answers to the example: its problems and its warnings. */
function answerTo(check: Check): readonly (readonly [string, string, string])[] {
  const { config, old, request, where, mutates, warns } = check;
  const oldObject = old === undefined ? null : objectOf(check, old);
  const fields = { operation: oldObject === null ? "CREATE" : "UPDATE", oldObject, kind: kindOf(check), ...request };
  const read = readReview(review(objectOf(check, config), fields));
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const question = questionOf(read.value.request);
  const given = context(where === undefined ? {} : situations[where]);
  const webhook = mutates === true ? "mutate" : "validate";
  const decision = question.kind === "ask" ? decide(webhook, question.about, given) : question.decision;
  expect(decision.allowed).to.equal(warns === true);
  const said = decision.allowed ? decision.warnings : decision.problems;
  return said.map(({ code, path: place, message }) => [code, place, message]);
}

function joined(below: string): string {
  return below === "" ? path : `${path}.${below}`;
}

function kindOf({ seed: isSeed }: Check): object {
  return { group: "core.gardener.cloud", version: "v1beta1", kind: isSeed === true ? "Seed" : "Shoot" };
}

/** The files that a file imports for their values, and so on. */
function importedBy(file: URL, seen = new Map<string, string>()): ReadonlyMap<string, string> {
  if (seen.has(file.href)) return seen;
  const text = readFileSync(file, "utf8");
  seen.set(file.href, text);
  for (const [, statement = "", name = ""] of text.matchAll(/^(import (?:type )?)[^;]*? from "(\.[^"]+)";/gms)) {
    if (!statement.includes("type ")) importedBy(new URL(name, file), seen);
  }
  return seen;
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
    const files = importedBy(new URL("../../../admission/decide.ts", import.meta.url));
    const texts = [...files].flatMap(([file, text]) => (file.endsWith("/falco/base/problem.ts") ? [] : [text]));
    const named = new Set(
      texts.flatMap((text) => [...text.matchAll(/"([A-Z]+(?:_[A-Z]+)*)"/g)].map(([, name]) => name)),
    );
    const said = Object.keys(problemCodes).filter((code) => named.has(code));
    expect(said.length).to.be.above(20);
    expect([...new Set(rows.map(({ code }) => code)), ...Object.keys(neverSaid)]).to.have.members(said);
  });
});
