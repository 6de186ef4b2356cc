import { expect } from "chai";
import fc from "fast-check";
import { releaseFor } from "../../../../controller/concerned.ts";
import type { FalcoServiceConfig } from "../../../../falco/api/falco-service-config.ts";
import { buildCatalogue, type Catalogue } from "../../../../falco/catalog/catalogue.ts";
import { highestSupported } from "../../../../falco/catalog/choose.ts";
import type { AdmissionRequest } from "../../../../falco/desired/admission-subject.ts";
import { falcoUseOf } from "../../../../falco/desired/falco-use.ts";
import { defaultLandscape } from "../../../../falco/desired/landscape.ts";
import { maintain } from "../../../../falco/desired/maintain.ts";
import { mutate } from "../../../../falco/desired/mutate.ts";
import type { Effect } from "../../../../falco/desired/plan/effect.ts";
import { leavesStranded } from "../../../../falco/desired/plan/effect.ts";
import { type PlannedCluster, plannedClusterOf } from "../../../../falco/desired/plan/planned-cluster.ts";
import { releaseOf } from "../../../../falco/desired/plan/planned-release.ts";
import { profileImpact } from "../../../../falco/desired/profile-impact.ts";
import { deployability } from "../../../../falco/desired/release.ts";
import { resolve } from "../../../../falco/desired/resolve.ts";
import { validate } from "../../../../falco/desired/validate.ts";
import { falco, image, profileOf } from "../../catalog/profile-of.ts";
import { config, context, facts, omit, seed, shoot } from "../samples.ts";
import { noon, planFor } from "./planned.ts";

const dates = ["2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", "2027-06-01T00:00:00Z"];
/** The first one is too old for this extension. */
const versions = ["0.40.0", "0.42.1", "0.43.1", "0.44.1", "0.45.0"];
const entry = fc.record({
  classification: fc.constantFrom("preview", "supported", "deprecated"),
  expirationDate: fc.option(fc.constantFrom(...dates), { nil: undefined }),
  rulesVersion: fc.constantFrom("1.0.0", "2.0.0"),
  tag: fc.constantFrom("a", "a", "b", ""),
  isThere: fc.constantFrom(true, true, false),
});

const artifact = { ref: "ghcr.io/rules:1", digest: `sha256:${"a".repeat(64)}` };
const sourceOf = (file: string) => (file === "registry" ? artifact : { file });

/** One that is there with an image, so that it can often be deployed. */
const soundEntry: typeof entry = entry.map((each) => ({
  ...each,
  isThere: true,
  tag: each.tag === "" ? "b" : each.tag,
}));

/** Small landscapes in which everything happens: versions come and go, expire, lack an image or their rules, or cannot be deployed. */
const cataloguesOf = (one: typeof entry, second: readonly string[]): fc.Arbitrary<Catalogue> =>
  fc
    .record({
      falco: fc.tuple(one, one, one, one, one),
      sidekicks: fc.tuple(one, one),
      files: fc.tuple(fc.constantFrom("falco.yaml", "other.yaml", "lost.yaml"), fc.constantFrom(...second)),
    })
    .map(({ falco: entries, sidekicks, files }) => {
      const there = versions.flatMap((version, index) => {
        const { isThere = false, tag = "", expirationDate, ...rest } = entries[index] ?? {};
        return isThere ? [{ version, tag, ...rest, ...(expirationDate !== undefined && { expirationDate }) }] : [];
      });
      const besides = ["2.31.1", "2.34.1"].flatMap((version, index) => {
        const { isThere = false, tag = "", expirationDate, classification = "preview" } = sidekicks[index] ?? {};
        return isThere
          ? [{ version, tag, classification, ...(expirationDate !== undefined && { expirationDate }) }]
          : [];
      });
      const imagesOf = (list: readonly { readonly version: string; readonly tag: string }[]) =>
        list.flatMap(({ version, tag }) => (tag === "" ? [] : [image(version, tag)]));
      const rules = files.flatMap((file, index) =>
        file === "" ? [] : [{ name: "falco-rules", version: `${String(index + 1)}.0.0`, source: sourceOf(file) }],
      );
      const profile = profileOf("falco", {
        falco: there.map((each) => falco(each.version, omit(each, "tag"))),
        falcosidekick: besides.map((each) => omit(each, "tag")),
        images: { falco: imagesOf(there), falcosidekick: imagesOf(besides) },
        rules,
      });
      return buildCatalogue([profile]).catalogue;
    });
const catalogues = cataloguesOf(entry, ["falco.yaml", "registry", ""]);
const soundCatalogues = cataloguesOf(soundEntry, ["falco.yaml", "other.yaml"]);

const configs: fc.Arbitrary<FalcoServiceConfig> = fc
  .record(
    {
      falcoVersion: fc.constantFrom(...versions, "0.41.0"),
      autoUpdate: fc.boolean(),
      destinations: fc.constantFrom([{ name: "stdout" }], [{ name: "logging" }]),
      rules: fc.constantFrom({ standard: ["falco-rules"] }, { custom: [{ shootConfigMap: "mine" }] }),
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

/** Whether it is something that the controller does by itself. */
const isFollowed = ({ kind, when }: Effect): boolean =>
  when.kind === "atOnce" && !["autoUpdate", "forced", "stranded", "blocked"].includes(kind);

/** What the profiles decide about that runs in a cluster; undefined where nothing can be deployed. */
function deployed(one: FalcoServiceConfig, catalogue: Catalogue): string | undefined {
  const made = resolve(facts(one, { catalogue, now: noon, landscape: defaultLandscape, ruleFiles }));
  if (!made.ok) return undefined;
  const { falco: runs, falcosidekick } = made.value;
  return JSON.stringify([runs.version, runs.image, runs.ruleFiles, falcosidekick?.version, falcosidekick?.image]);
}

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

  it("agree that something is told where what runs becomes another", () => {
    let differing = 0;
    fc.assert(
      fc.property(configs, soundCatalogues, soundCatalogues, (one, before, after) => {
        const [from, to] = [before, after].map((each) => deployed(one, each));
        if (from === undefined || to === undefined || from === to) return;
        differing += 1;
        expect(planFor(clusterWith(one), { before, after, ruleFiles: files }).effects.filter(isFollowed)).not.to.be
          .empty;
      }),
      runs,
    );
    expect(differing, "inputs that show something").to.be.greaterThan(runs.numRuns / 20);
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

  it("agree about who is left without a version, what is taken away, and where maintenance moves first", () => {
    const all = new Set([...files, "lost.yaml"]);
    const objects = fc
      .tuple(configs, fc.constantFrom(shoot, seed))
      .map(([one, make]) => make(omit(one, "destinations")));
    fc.assert(
      fc.property(objects, catalogues, catalogues, (object, before, after) => {
        const use = falcoUseOf(object);
        const cluster = plannedClusterOf(object, defaultLandscape);
        if (use === undefined || cluster === undefined) throw new Error("There is no cluster.");
        const made = planFor({ ...cluster, falcosidekick: false }, { before, after, ruleFiles: all });
        const [told] = profileImpact({ before, after }, [use], noon);
        expect(told?.stranded ?? false).to.equal(leavesStranded([made]));
        const isIn = ({ falco: list }: Catalogue) => list.some(({ version }) => version === use.falcoVersion);
        expect(told?.effect === "taken-away").to.equal(isIn(before) && !isIn(after));
        if (told === undefined) return;
        const move = [...made.effects, ...made.anyway].find(({ kind }) => kind === "autoUpdate" || kind === "forced");
        expect(told.moves.map(({ to }) => to)).to.deep.equal(move !== undefined && "to" in move ? [move.to] : []);
      }),
      runs,
    );
  });
});

describe("maintenance and the webhooks", () => {
  const judged = (request: AdmissionRequest, catalogue: Catalogue) =>
    validate(request, context({ catalogue, now: noon, landscape: defaultLandscape }));
  const mutated = (request: AdmissionRequest, catalogue: Catalogue) => {
    const { object } = mutate(request, context({ catalogue, now: noon, landscape: defaultLandscape }));
    return judged({ ...request, object }, catalogue).problems;
  };

  it("agree about every version that maintenance writes", () => {
    let written = 0;
    fc.assert(
      fc.property(configs, catalogues, (one, catalogue) => {
        const old = shoot(one);
        const made = maintain(old, { catalogue, now: noon, random: 0, isAskedFor: true });
        if (made === undefined || made.patch.length === 0) return;
        written += 1;
        expect(judged({ operation: "UPDATE", object: made.object, old }, catalogue).problems).to.deep.equal([]);
      }),
      runs,
    );
    expect(written, "inputs that show something").to.be.greaterThan(runs.numRuns / 20);
  });

  it("agree about the default version, wherever there is one that can be deployed", () => {
    let filled = 0;
    fc.assert(
      fc.property(configs, fc.option(fc.constantFrom(...versions)), catalogues, (one, previous, catalogue) => {
        const object = shoot(omit(one, "falcoVersion"));
        const isThere = highestSupported(catalogue.falco, noon, deployability({}, catalogue)) !== undefined;
        if (!isThere) return;
        filled += 1;
        const old = { ...(previous !== null && { old: shoot({ ...one, falcoVersion: previous }) }) };
        const request = { operation: previous === null ? "CREATE" : "UPDATE", object, ...old } as const;
        const wrong = mutated(request, catalogue).filter(({ path: where }) => !where.endsWith("destinations"));
        expect(wrong).to.deep.equal([]);
      }),
      runs,
    );
    expect(filled, "inputs that show something").to.be.greaterThan(runs.numRuns / 20);
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
