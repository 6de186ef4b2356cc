import { expect } from "chai";
import type { Catalogue } from "../../../../falco/catalog/catalogue.ts";
import { plan } from "../../../../falco/desired/plan/plan.ts";
import type { PlannedCluster } from "../../../../falco/desired/plan/planned-cluster.ts";
import { falco, image } from "../../catalog/profile-of.ts";
import { omit } from "../samples.ts";
import { catalogueOf, cluster, noon, planFor, told, two } from "./planned.ts";

const window = "2026-11-21 22:00–22:45";
const later = "2027-01-31T10:00:00Z";
const pinned = { autoUpdate: false } as const;

interface ChangeCase {
  readonly name: string;
  readonly cluster?: Partial<PlannedCluster>;
  /** Whether the manifest names no version. */
  readonly unpinned?: true;
  readonly before: Catalogue;
  readonly after: Catalogue;
  readonly effects?: readonly string[];
  readonly anyway?: readonly string[];
  readonly noLonger?: readonly string[];
}

const update = `Falco 0.43.1 → 0.44.1, auto-update @ ${window}`;
const only = (fields: Parameters<typeof falco>[1] = {}): Catalogue => catalogueOf({ falco: [falco("0.43.1", fields)] });
const withImage = (tag: string): Catalogue =>
  two({}, { images: { falco: [image("0.43.1", tag), image("0.44.1")], falcosidekick: [image("2.34.1")] } });
const withSidekick = (version: string, tag = version): Catalogue =>
  two(
    {},
    {
      falcosidekick: [{ version, classification: "supported" }],
      images: { falco: [image("0.43.1"), image("0.44.1")], falcosidekick: [image(version, tag)] },
    },
  );
const rulesOf = (version: string, file: string) => ({ name: "falco-rules", version, source: { file } });
const withRules = (version: string, file: string): Catalogue =>
  two({ rulesVersion: version }, { rules: [rulesOf(version, file)] });

const changes: readonly ChangeCase[] = [
  { name: "nothing when nothing changes", cluster: pinned, before: two(), after: two() },
  { name: "what happens anyway is not its doing", before: two(), after: two(), anyway: [update] },
  {
    name: "a preview that becomes supported is where auto-update goes",
    before: catalogueOf({ falco: [falco("0.43.1"), falco("0.44.1", { classification: "preview" })] }),
    after: catalogueOf({ falco: [falco("0.43.1"), falco("0.44.1")] }),
    effects: [update],
  },
  {
    name: "a higher target takes the place of another",
    before: two(),
    after: catalogueOf({ falco: [falco("0.43.1"), falco("0.44.1"), falco("0.45.0")] }),
    effects: [`Falco 0.43.1 → 0.45.0, auto-update @ ${window}`],
  },
  {
    name: "a version that becomes deprecated moves nobody without a higher supported one",
    before: only(),
    after: only({ classification: "deprecated" }),
  },
  {
    name: "a target that is withdrawn",
    before: two(),
    after: catalogueOf({ falco: [falco("0.43.1"), falco("0.44.1", { classification: "preview" })] }),
    noLonger: [update],
  },
  {
    name: "another image rolls at once, also where autoUpdate is off",
    cluster: pinned,
    before: withImage("0.43.1"),
    after: withImage("0.43.1-1"),
    effects: ["Falco 0.43.1: other image, pods are replaced @ at once"],
  },
  {
    name: "another image of a hibernated shoot",
    cluster: { ...pinned, hibernated: true },
    before: withImage("0.43.1"),
    after: withImage("0.43.1-1"),
    effects: ["Falco 0.43.1: other image, pods are replaced @ when it wakes up"],
  },
  {
    name: "another falcosidekick, also where autoUpdate is off",
    cluster: pinned,
    before: withSidekick("2.31.1"),
    after: withSidekick("2.34.1"),
    effects: ["falcosidekick 2.31.1 → 2.34.1, pods are replaced @ at once"],
  },
  {
    name: "another falcosidekick where none is needed",
    cluster: { ...pinned, falcosidekick: false },
    before: withSidekick("2.31.1"),
    after: withSidekick("2.34.1"),
  },
  {
    name: "another image of falcosidekick",
    cluster: pinned,
    before: withSidekick("2.34.1"),
    after: withSidekick("2.34.1", "2.34.1-1"),
    effects: ["falcosidekick 2.34.1: other image, pods are replaced @ at once"],
  },
  {
    name: "other rules",
    cluster: pinned,
    before: withRules("1.0.0", "falco.yaml"),
    after: withRules("2.0.0", "other.yaml"),
    effects: ["other falco-rules, loaded without a restart @ at once"],
  },
  {
    name: "another rulesVersion with the same file",
    cluster: pinned,
    before: withRules("1.0.0", "falco.yaml"),
    after: withRules("2.0.0", "falco.yaml"),
  },
  {
    name: "no standard rules, so no others",
    cluster: { ...pinned, standardRules: [] },
    before: withRules("1.0.0", "falco.yaml"),
    after: withRules("2.0.0", "other.yaml"),
  },
  {
    name: "a version that is taken away",
    cluster: pinned,
    before: two(),
    after: catalogueOf({ falco: [falco("0.44.1")] }),
    effects: [
      "BLOCKED (Falco 0.43.1: VERSION_UNKNOWN) @ at once",
      `Falco 0.43.1 → 0.44.1, forced: no profile has 0.43.1 @ ${window}`,
    ],
  },
  {
    name: "a version that was gone already, whatever else there is to choose from now",
    cluster: { ...pinned, falcoVersion: "0.42.1" },
    before: two(),
    after: catalogueOf({ falco: [falco("0.43.1"), falco("0.44.1"), falco("0.45.0")] }),
    anyway: [
      "BLOCKED (Falco 0.42.1: VERSION_UNKNOWN) @ at once",
      `Falco 0.42.1 → 0.43.1, forced: no profile has 0.42.1 @ ${window}`,
    ],
  },
  {
    name: "an expiration date",
    cluster: pinned,
    before: two(),
    after: two({ expirationDate: later }),
    effects: ["Falco 0.43.1 → 0.44.1, forced: 0.43.1 expires on 2027-01-31 @ 2027-01-31 22:00–22:45"],
  },
  {
    name: "a last version gets an expiration date",
    before: only(),
    after: only({ expirationDate: later }),
    effects: ["NO USABLE VERSION (Falco 0.43.1: VERSION_EXPIRED) @ 2027-01-31 10:00"],
  },
  {
    name: "more time for the last version is no harm",
    before: only({ expirationDate: "2027-01-01T00:00:00Z" }),
    after: only({ expirationDate: later }),
    anyway: ["NO USABLE VERSION (Falco 0.43.1: VERSION_EXPIRED) @ 2027-01-31 10:00"],
  },
  {
    name: "less time is",
    before: only({ expirationDate: later }),
    after: only({ expirationDate: "2027-01-01T00:00:00Z" }),
    effects: ["NO USABLE VERSION (Falco 0.43.1: VERSION_EXPIRED) @ 2027-01-01 00:00"],
  },
  {
    name: "rules that do not ship for the next version, a window from now, though it was so later anyway",
    before: catalogueOf({
      falco: [
        falco("0.43.1", { rulesVersion: "2.0.0", expirationDate: later }),
        falco("0.44.1", { classification: "deprecated" }),
      ],
      rules: [rulesOf("2.0.0", "falco.yaml"), rulesOf("1.0.0", "lost.yaml")],
    }),
    after: catalogueOf({
      falco: [falco("0.43.1", { rulesVersion: "2.0.0", expirationDate: later }), falco("0.44.1")],
      rules: [rulesOf("2.0.0", "falco.yaml"), rulesOf("1.0.0", "lost.yaml")],
    }),
    effects: [`NO USABLE VERSION (Falco 0.44.1: RULES_SOURCE_MISSING) @ ${window}`, update],
    noLonger: ["Falco 0.43.1 → 0.44.1, forced: 0.43.1 expires on 2027-01-31 @ 2027-01-31 22:00–22:45"],
  },
  {
    name: "rules that the next version lacks now, so that there is none to go to when the own one expires",
    before: catalogueOf({
      falco: [falco("0.43.1", { rulesVersion: "2.0.0", expirationDate: later }), falco("0.44.1")],
      rules: [rulesOf("2.0.0", "falco.yaml"), rulesOf("1.0.0", "falco.yaml")],
    }),
    after: catalogueOf({
      falco: [falco("0.43.1", { rulesVersion: "2.0.0", expirationDate: later }), falco("0.44.1")],
      rules: [rulesOf("2.0.0", "falco.yaml")],
    }),
    effects: ["NO USABLE VERSION (Falco 0.43.1: VERSION_EXPIRED) @ 2027-01-31 10:00"],
    noLonger: [update],
  },
  {
    name: "a profile that is mended",
    cluster: pinned,
    before: two({}, { falcosidekick: [] }),
    after: two(),
    noLonger: ["NO USABLE VERSION (Falco 0.43.1: VERSION_NONE_SUPPORTED) @ at once"],
  },
  {
    name: "another default where the manifest names no version",
    unpinned: true,
    before: only(),
    after: two(),
    effects: ["Falco 0.43.1 → 0.44.1, the default, as the manifest names no version @ at once"],
  },
];

describe("a plan for a change of profiles", () => {
  for (const { name, cluster: fields = {}, unpinned, before, after, ...expected } of changes) {
    it(`tells of ${name}`, () => {
      const one = cluster(fields);
      const made = planFor(unpinned ? omit(one, "falcoVersion") : one, { before, after });
      const { effects, anyway, noLonger } = made;
      expect({ effects: told(effects), anyway: told(anyway), noLonger: told(noLonger) }).to.deep.equal({
        ...{ effects: [], anyway: [], noLonger: [] },
        ...expected,
      });
    });
  }

  it("has an entry for each cluster, in their order", () => {
    const clusters = ["b", "a"].map((name) => cluster({ name }));
    const plans = plan(clusters, { after: two(), now: noon, ruleFiles: new Set(["falco.yaml"]) });
    expect(plans.map((each) => each.cluster.name)).to.deep.equal(["b", "a"]);
  });
});
