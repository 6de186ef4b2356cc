import { expect } from "chai";
import { addAdmissionMetrics } from "../../../admission/metrics.ts";
import type { Decision } from "../../../admission/review.ts";
import { problem } from "../../../falco/base/problem.ts";
import type { Catalogue } from "../../../falco/catalog/catalogue.ts";
import { createMetrics } from "../../../kube/runtime-metrics.ts";
import { catalogue } from "./samples.ts";

function measured() {
  const set = createMetrics();
  const state: { catalogue?: Catalogue; until?: Date; away: number } = { away: 0 };
  const metrics = addAdmissionMetrics(set, {
    profiles: { catalogue: () => state.catalogue, outOfContactSeconds: () => state.away },
    certificateUntil: () => state.until,
  });
  const lines = async (): Promise<readonly string[]> => (await set.text()).split("\n");
  return { metrics, state, lines };
}

describe("addAdmissionMetrics", () => {
  it("tells of requests under the names of controller-runtime", async () => {
    const { metrics, lines } = measured();
    const path = "/webhooks/validate";
    metrics.started(path);
    metrics.started(path);
    metrics.started(path);
    metrics.finished(path, { status: 200, seconds: 0.003 });
    metrics.finished(path, { seconds: 0.5 });
    const labels = `{webhook="${path}"}`;
    expect(await lines()).to.include.members([
      `controller_runtime_webhook_requests_total{webhook="${path}",code="200"} 1`,
      `controller_runtime_webhook_requests_in_flight${labels} 1`,
      `controller_runtime_webhook_latency_seconds_count${labels} 2`,
      `controller_runtime_webhook_latency_seconds_bucket{le="0.0025",webhook="${path}"} 0`,
      `controller_runtime_webhook_latency_seconds_bucket{le="0.005",webhook="${path}"} 1`,
    ]);
  });

  const warned = problem("VERSION_EXPIRED", "x", "Soon.");
  const decisions: readonly (readonly [string, Decision, decision: string, code: string])[] = [
    ["what passes", { allowed: true, warnings: [warned] }, "allowed", ""],
    ["what changes nothing", { allowed: true, patch: [], warnings: [] }, "allowed", ""],
    ["what is changed", { allowed: true, patch: [{ op: "remove", path: "/spec" }], warnings: [] }, "changed", ""],
    [
      "what is denied, by the first problem",
      {
        allowed: false,
        refusal: "denied",
        problems: [problem("VERSION_UNKNOWN", "x", "No."), problem("FIELD_TYPE", "x", "No.")],
        warnings: [],
      },
      "denied",
      "VERSION_UNKNOWN",
    ],
    [
      "what cannot be decided",
      { allowed: false, refusal: "unavailable", problems: [], warnings: [] },
      "unavailable",
      "",
    ],
  ];
  for (const [name, given, decision, code] of decisions) {
    it(`counts ${name}`, async () => {
      const { metrics, lines } = measured();
      metrics.decided("validate", given);
      const all = await lines();
      const labels = `webhook="validate",decision="${decision}",code="${code}"`;
      expect(all).to.include(`falco_admission_decisions_total{${labels}} 1`);
      const warnings = all.filter((line) => line.startsWith("falco_admission_warnings_total{"));
      expect(warnings).to.deep.equal(
        given.warnings.map(() => 'falco_admission_warnings_total{webhook="validate",code="VERSION_EXPIRED"} 1'),
      );
    });
  }

  it("tells what it decides with, as soon as it knows", async () => {
    const { state, lines } = measured();
    const own = async (): Promise<readonly string[]> =>
      (await lines()).filter((line) => line.startsWith("falco_admission_"));
    expect(await own()).to.deep.equal(["falco_admission_catalogue_out_of_contact_seconds 0"]);
    Object.assign(state, { catalogue, away: 7, until: new Date(5000) });
    expect(await own()).to.have.members([
      "falco_admission_catalogue_out_of_contact_seconds 7",
      'falco_admission_falco_versions{classification="supported"} 2',
      'falco_admission_falco_versions{classification="preview"} 0',
      'falco_admission_falco_versions{classification="deprecated"} 1',
      "falco_admission_certificate_expiration_timestamp_seconds 5",
    ]);
  });
});
