import { expect } from "chai";
import { planCharts } from "../../../../controller/additional/plan-charts.ts";
import { sha256Hex } from "../../../../falco/base/json.ts";

const digest = `sha256:${"a".repeat(64)}`;
const chart = (name: string, ref: string, more: object = {}) => ({
  name,
  path: `list[${name}]`,
  source: { kind: "oci" as const, ref, ...more },
  values: {},
});

describe("controller/additional/plan-charts", () => {
  it("takes the digest from the reference or from beside it", () => {
    const plan = planCharts([
      chart("a", `oci://ghcr.io/a@${digest}`),
      chart("b", "ghcr.io/b:1", { digest }),
      chart("c", `ghcr.io/c@${digest}`, { digest }),
    ]);
    expect(plan.ok && plan.warnings).to.deep.equal([]);
    expect(plan.ok && plan.value.map(({ source }) => source)).to.deep.equal([
      { kind: "oci", reference: { registry: "ghcr.io", repository: "a", digest } },
      { kind: "oci", reference: { registry: "ghcr.io", repository: "b", tag: "1", digest } },
      { kind: "oci", reference: { registry: "ghcr.io", repository: "c", digest } },
    ]);
  });

  it("warns of one without a digest", () => {
    const plan = planCharts([chart("a", "ghcr.io/a:1")]);
    expect(plan.ok && plan.warnings.map(({ path }) => path)).to.deep.equal(["list[a].helm.ociRepository"]);
  });

  it("unpacks a chart that is given itself", () => {
    const source = { kind: "archive", base64: Buffer.from("chart").toString("base64") } as const;
    const plan = planCharts([{ name: "a", path: "p", source, values: { b: 1, a: 2 } }]);
    expect(plan.ok && plan.value[0]).to.deep.equal({
      name: "a",
      path: "p",
      source: { kind: "archive", archive: Buffer.from("chart"), digest: `sha256:${sha256Hex("chart")}` },
      values: { b: 1, a: 2 },
      valuesHash: sha256Hex('{"a":2,"b":1}'),
    });
  });

  it("reports the mistakes of all charts", () => {
    const other = `sha256:${"b".repeat(64)}`;
    const plan = planCharts([
      chart("a", "a"),
      chart("b", `ghcr.io/b@${digest}`, { digest: other }),
      chart("c", "d.e/f:1"),
    ]);
    expect(plan.ok ? [] : plan.problems.map(({ code, path }) => [code, path])).to.deep.equal([
      ["REFERENCE_INVALID", "list[a].helm.ociRepository.ref"],
      ["FIELD_CONFLICT", "list[b].helm.ociRepository.ref"],
    ]);
  });
});
