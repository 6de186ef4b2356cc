import { expect } from "chai";
import fc from "fast-check";
import type { Webhook } from "../../../admission/decide.ts";
import { readReview, writeReview } from "../../../admission/review.ts";
import type { AdmissionContext } from "../../../falco/desired/admission-subject.ts";
import { defaultLandscape } from "../../../falco/desired/landscape.ts";
import { anyRequest } from "./any-request.ts";
import { archiveLandscape, ask, centralLandscape } from "./samples.ts";

// `FUZZ_RUNS=100000 npx mocha test/unit/admission/any-json.spec.ts` asks as often; FUZZ_SEED does the same again.
const runs = Number(process.env["FUZZ_RUNS"] ?? "1500");
const seed = Number(process.env["FUZZ_SEED"] ?? String(Date.now() % 2 ** 31));

const surroundings = fc.constantFrom<Partial<AdmissionContext>>(
  { landscape: defaultLandscape },
  { landscape: archiveLandscape, restrictedUsage: true },
  { landscape: centralLandscape, restrictedCentralizedLogging: true, projectAnnotations: {} },
);

/** How the webhook answered, after a look at the answer as the API server gets it. */
function answerTo(webhook: Webhook, body: unknown, given: Partial<AdmissionContext>): string {
  const read = readReview(body);
  if (!read.ok) {
    expect(read.problems).to.not.be.empty;
    return "no review";
  }
  const decision = ask(webhook, body, given);
  const { response } = JSON.parse(JSON.stringify(writeReview(read.value, decision))) as {
    response: { uid: string; allowed: boolean; patch?: string; status?: { code: number } };
  };
  expect(response.uid).to.equal(read.value.request.uid);
  expect(response.status?.code).to.be.oneOf(response.allowed ? [undefined] : [400, 403]);
  if (!decision.allowed) return decision.refusal;
  return response.patch === undefined ? "allowed" : "changed";
}

describe("any JSON", () => {
  it(`gets an answer, and none of them is a failure of ours (seed ${String(seed)})`, function () {
    this.timeout(runs * 20);
    const kinds = new Map<string, number>();
    fc.assert(
      fc.property(anyRequest, fc.constantFrom<Webhook>("mutate", "validate"), surroundings, (input, webhook, given) => {
        const text = JSON.stringify(input ?? null);
        const body: unknown = JSON.parse(text);
        const kind = `${webhook}: ${answerTo(webhook, body, given)}`;
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        expect(JSON.stringify(body) === text, "the input is not changed").to.equal(true);
      }),
      // A counterexample may be nested too deeply for the reporter of fast-check: the path of its report finds it again.
      { numRuns: runs, seed, endOnFailure: true },
    );
    const seen = ["allowed", "denied", "unreadable", "no review"];
    for (const kind of [...seen.flatMap((each) => [`mutate: ${each}`, `validate: ${each}`]), "mutate: changed"]) {
      if (kind !== "mutate: denied") expect([...kinds.keys()], "the generator reaches it").to.include(kind);
    }
    if (process.env["FUZZ_RUNS"] !== undefined) process.stdout.write(`${JSON.stringify(Object.fromEntries(kinds))}\n`);
  });
});
