import { expect } from "chai";
import type { SeedManagedResource } from "../../../falco/api/configuration.ts";
import { readAdditionalCharts } from "../../../falco/desired/additional-charts.ts";

const path = "falco.additional.seedManagedResources[0]";
const ociRepository = { ref: "ghcr.io/a:1" };

describe("falco/desired/additional-charts", () => {
  it("takes charts from registries, and themselves", () => {
    const charts = readAdditionalCharts([
      { name: "a", helm: { ociRepository, values: { b: 1 } } },
      { name: "b", helm: { chart: "H4sI\nAAAA" } },
    ]);
    expect(charts.ok && charts.value).to.deep.equal([
      { name: "a", path, source: { kind: "oci", ref: "ghcr.io/a:1" }, values: { b: 1 } },
      { name: "b", path: path.replace("0", "1"), source: { kind: "archive", base64: "H4sIAAAA" }, values: {} },
    ]);
  });

  const mistakes: readonly (readonly [string, SeedManagedResource, string, string])[] = [
    ["no chart", { name: "a", helm: {} }, "FIELD_REQUIRED", `${path}.helm`],
    ["both", { name: "a", helm: { ociRepository, chart: "H4sIAAAA" } }, "FIELD_CONFLICT", `${path}.helm`],
    ["something else in base64", { name: "a", helm: { chart: "AAAA" } }, "FIELD_VALUE", `${path}.helm.chart`],
    ["no base64", { name: "a", helm: { chart: "H4sI:" } }, "FIELD_VALUE", `${path}.helm.chart`],
    ["an odd name", { name: "A_b", helm: { ociRepository } }, "FIELD_VALUE", `${path}.name`],
    ["a name as an option", { name: "-a", helm: { ociRepository } }, "FIELD_VALUE", `${path}.name`],
    ["a long name", { name: "a".repeat(54), helm: { ociRepository } }, "FIELD_VALUE", `${path}.name`],
  ];
  for (const [what, entry, code, at] of mistakes) {
    it(`refuses ${what}`, () => {
      const charts = readAdditionalCharts([entry]);
      expect(charts.ok ? [] : charts.problems.map((each) => [each.code, each.path])).to.deep.equal([[code, at]]);
    });
  }

  it("refuses a name that stands twice", () => {
    const charts = readAdditionalCharts([1, 2].map(() => ({ name: "a", helm: { ociRepository } })));
    expect(charts.ok ? [] : charts.problems.map(({ code }) => code)).to.deep.equal(["FIELD_DUPLICATE"]);
  });
});
