import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { archiveLimit, checkArchive } from "../../../../controller/additional/chart-archive.ts";
import { chartOf, packed } from "./chart-of.ts";

const chart = { name: "test/Chart.yaml" };

describe("controller/additional/chart-archive", () => {
  it("lets a chart pass, as it is", async () => {
    const archive = chartOf({ "templates/a.yaml": "a: 1", "charts/sub/templates/..b": "" });
    expect(await checkArchive(archive)).to.deep.equal({ ok: true, value: archive, warnings: [] });
  });

  const mistakes: readonly (readonly [string, () => Uint8Array, string])[] = [
    ["too large", () => Buffer.alloc(archiveLimit + 1), "larger than 10485760 bytes."],
    ["too large unpacked", () => gzipSync(Buffer.alloc(65 * 1024 * 1024)), "larger than 67108864 bytes unpacked"],
    ["no gzip", () => Buffer.from("chart"), "no gzipped tar"],
    ["cut off", () => chartOf({}).subarray(0, 60), "no gzipped tar"],
    ["no tar", () => gzipSync(Buffer.alloc(2048, "x")), "no gzipped tar"],
    ["empty", () => packed([]), "no Chart.yaml"],
    ["without a Chart.yaml in its first directory", () => packed([{ name: "a/b/Chart.yaml" }]), "no Chart.yaml"],
    ["with a link", () => packed([chart, { name: "test/x", type: "2" }]), "links or devices"],
    ["with a way out", () => packed([chart, { name: "test/../../x" }]), "leads out"],
    ["with a way out of Windows", () => packed([chart, { name: "test\\..\\x" }]), "leads out"],
    ["with an absolute name", () => packed([{ name: "/etc/passwd" }]), "leads out"],
    [
      "of too many files",
      () => packed(Array.from({ length: 10_001 }, (_, index) => ({ name: `test/${String(index)}` }))),
      "more than 10000 files",
    ],
  ];
  for (const [what, make, message] of mistakes) {
    it(`refuses one that is ${what}`, async () => {
      const checked = await checkArchive(make());
      if (checked.ok) throw new Error("it passed");
      expect(checked.problems.map(({ code }) => code)).to.deep.equal(["CHART_INVALID"]);
      expect(checked.problems[0]?.message).to.include(message);
    });
  }
});
