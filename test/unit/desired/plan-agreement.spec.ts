import { expect } from "chai";
import fc from "fast-check";
import { releaseFor } from "../../../controller/concerned.ts";
import type { FalcoServiceConfig } from "../../../falco/api/falco-service-config.ts";
import { buildCatalogue, type Catalogue } from "../../../falco/catalog/catalogue.ts";
import { defaultLandscape } from "../../../falco/desired/landscape.ts";
import { maintain } from "../../../falco/desired/maintain.ts";
import { type PlannedCluster, plannedClusterOf } from "../../../falco/desired/plan-cluster.ts";
import type { Effect } from "../../../falco/desired/plan-effect.ts";
import { releaseOf } from "../../../falco/desired/plan-release.ts";
import { resolve } from "../../../falco/desired/resolve.ts";
import { falco, image, profileOf } from "../catalog/profile-of.ts";
import { noon, planFor } from "./planned.ts";
import { config, facts, omit, shoot } from "./samples.ts";

const dates = ["2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", "2027-06-01T00:00:00Z"];
const versions = ["0.42.1", "0.43.1", "0.44.1", "0.45.0"];
const entry = fc.record({
  classification: fc.constantFrom("preview", "supported", "deprecated"),
  expirationDate: fc.option(fc.constantFrom(...dates), { nil: undefined }),
  rulesVersion: fc.constantFrom("1.0.0", "2.0.0"),
  tag: fc.constantFrom("a", "b", ""),
  isThere: fc.boolean(),
});

/** Small landscapes in which everything happens: versions come and go, expire, lack an image or their rules. */
const catalogues: fc.Arbitrary<Catalogue> = fc
  .record({
    falco: fc.tuple(entry, entry, entry, entry),
    sidekicks: fc.tuple(entry, entry),
    files: fc.tuple(fc.constantFrom("falco.yaml", "other.yaml", "lost.yaml"), fc.constantFrom("falco.yaml", "")),
  })
  .map(({ falco: entries, sidekicks, files }) => {
    const there = versions.flatMap((version, index) => {
      const { isThere = false, tag = "", expirationDate, ...rest } = entries[index] ?? {};
      return isThere ? [{ version, tag, ...rest, ...(expirationDate !== undefined && { expirationDate }) }] : [];
    });
    const besides = ["2.31.1", "2.34.1"].flatMap((version, index) => {
      const { isThere = false, tag = "", expirationDate, classification = "preview" } = sidekicks[index] ?? {};
      return isThere ? [{ version, tag, classification, ...(expirationDate !== undefined && { expirationDate }) }] : [];
    });
    const imagesOf = (list: readonly { readonly version: string; readonly tag: string }[]) =>
      list.flatMap(({ version, tag }) => (tag === "" ? [] : [image(version, tag)]));
    const rules = files.flatMap((file, index) =>
      file === "" ? [] : [{ name: "falco-rules", version: `${String(index + 1)}.0.0`, source: { file } }],
    );
    const profile = profileOf("falco", {
      falco: there.map((each) => falco(each.version, omit(each, "tag"))),
      falcosidekick: besides.map((each) => omit(each, "tag")),
      images: { falco: imagesOf(there), falcosidekick: imagesOf(besides) },
      rules,
    });
    return buildCatalogue([profile]).catalogue;
  });

const configs: fc.Arbitrary<FalcoServiceConfig> = fc
  .record(
    {
      falcoVersion: fc.constantFrom(...versions, "0.41.0"),
      autoUpdate: fc.boolean(),
      destinations: fc.constantFrom([{ name: "stdout" }], [{ name: "logging" }]),
      rules: fc.constantFrom({ standard: ["falco-rules"] }),
    },
    { requiredKeys: [] },
  )
  .map(config);

const ruleFiles = new Map([
  ["falco.yaml", "- rule: a\n"],
  ["other.yaml", "- rule: b\n"],
]);
const files = new Set(ruleFiles.keys());
const clusterWith = (one: FalcoServiceConfig): PlannedCluster => {
  const planned = plannedClusterOf(shoot(one), defaultLandscape);
  if (planned === undefined) throw new Error("There is no cluster.");
  return planned;
};

const runs = { numRuns: 500 };

describe("a plan and those who do the work", () => {
  it("agree about what can be deployed", () => {
    fc.assert(
      fc.property(configs, catalogues, (one, catalogue) => {
        const planned = releaseOf(clusterWith(one), one.falcoVersion, { catalogue, now: noon, ruleFiles: files });
        const landscape = defaultLandscape;
        const done = resolve(facts(one, { catalogue, now: noon, landscape, ruleFiles }));
        expect(planned.ok).to.equal(done.ok);
        if (!planned.ok || !done.ok) return;
        expect(planned.value.image).to.equal(done.value.falco.image);
        expect(planned.value.falcosidekick?.image).to.equal(done.value.falcosidekick?.image);
      }),
      runs,
    );
  });

  it("agree about which clusters a change concerns", () => {
    const isFollowed = ({ kind, when }: Effect): boolean =>
      when.kind === "atOnce" && !["autoUpdate", "forced", "stranded", "blocked"].includes(kind);
    fc.assert(
      fc.property(configs, catalogues, catalogues, (one, before, after) => {
        const spec = { type: "shoot-falco-service", providerConfig: one };
        const extension = { metadata: {}, spec } as Parameters<typeof releaseFor>[0];
        const isConcerned = releaseFor(extension, before, noon) !== releaseFor(extension, after, noon);
        const { effects } = planFor(clusterWith(one), { before, after, ruleFiles: files });
        if (effects.some(isFollowed)) expect(isConcerned).to.equal(true);
      }),
      runs,
    );
  });

  it("agree about the version that maintenance writes, and when", () => {
    fc.assert(
      fc.property(configs, catalogues, (one, after) => {
        const { effects } = planFor(clusterWith(one), { after, ruleFiles: files });
        const planned = effects.flatMap((each) => (each.kind === "autoUpdate" || each.kind === "forced" ? [each] : []));
        expect(planned.map(({ from, to, when }) => [from, to, when.kind === "window" && when.begin])).to.deep.equal(
          maintainedDaily(shoot(one), after),
        );
      }),
      { numRuns: 40 },
    );
  });
});

/** What maintenance writes in the days to come, once a day: a Shoot without a window has one all day. */
function maintainedDaily(shootNow: unknown, catalogue: Catalogue): readonly (readonly string[])[] {
  const moves: (readonly string[])[] = [];
  let object = shootNow;
  for (let day = 0; day < 220; day += 1) {
    const now = new Date(noon.getTime() + day * 24 * 3600 * 1000);
    const made = maintain(object, { catalogue, now, random: 0 });
    if (made?.update?.kind !== "update" || !made.due) continue;
    moves.push([made.update.from, made.update.to, `${now.toISOString().slice(0, 10)}T00:00:00Z`]);
    ({ object } = made);
  }
  return moves;
}
