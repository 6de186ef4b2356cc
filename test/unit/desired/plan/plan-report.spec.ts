import { expect } from "chai";
import { problem } from "../../../../falco/base/problem.ts";
import { planJson } from "../../../../falco/desired/plan/plan-json.ts";
import { planText, type Reported, type Telling } from "../../../../falco/desired/plan/plan-report.ts";
import { plan, type PlanInput } from "../../../../falco/desired/plan/plan.ts";
import type { PlannedCluster } from "../../../../falco/desired/plan/planned-cluster.ts";
import { falco, image } from "../../catalog/profile-of.ts";
import { catalogueOf, cluster, noon, seedCluster, two } from "./planned.ts";

const telling: Telling = { all: false, describe: ({ message }) => message };

function reported(clusters: readonly PlannedCluster[], input: Partial<PlanInput>): Reported {
  const plans = plan(clusters, { after: two(), now: noon, ruleFiles: new Set(["falco.yaml"]), ...input });
  return { plans, now: noon, compared: input.before !== undefined, problems: [], warnings: [] };
}

const linesOf = (report: Reported, options: Partial<Telling> = {}): readonly string[] =>
  planText(report, { ...telling, ...options }).split("\n");

const unreadable = (count: number): readonly PlannedCluster[] =>
  Array.from({ length: count }, (_each, index) =>
    cluster({ name: `u${String(index).padStart(2, "0")}`, readable: false, autoUpdate: false }),
  );

const some: readonly PlannedCluster[] = [
  cluster({ name: "pinned", autoUpdate: false }),
  cluster({ name: "follows" }),
  cluster({ name: "gone", falcoVersion: "0.42.1", autoUpdate: false }),
  seedCluster({ falcoVersion: "0.42.1" }),
];
const before = two(
  {},
  {
    falco: [falco("0.42.1"), falco("0.43.1"), falco("0.44.1", { classification: "preview" })],
    images: {
      falco: ["0.42.1", "0.43.1", "0.44.1"].map((version) => image(version, `${version}-0`)),
      falcosidekick: [image("2.34.1")],
    },
  },
);
const after = two({}, { images: { falco: [image("0.43.1"), image("0.44.1")], falcosidekick: [image("2.34.1")] } });

describe("the text of a plan", () => {
  it("says what a change brings, prevents, and what happens anyway, what is wrong first", () => {
    expect(linesOf(reported(some, { before, after }))).to.deep.equal([
      "Because of this change:",
      "",
      "CLUSTER              RUNS    WHAT HAPPENS                                          WHEN (UTC)",
      "seed/aws             0.42.1  NO USABLE VERSION (Falco 0.42.1: VERSION_UNKNOWN)     at once",
      "garden-team/gone     0.42.1  BLOCKED (Falco 0.42.1: VERSION_UNKNOWN)               at once",
      "garden-team/follows  0.43.1  Falco 0.43.1: other image, pods are replaced          at once",
      "garden-team/pinned   0.43.1  Falco 0.43.1: other image, pods are replaced          at once",
      "garden-team/follows  0.43.1  Falco 0.43.1 → 0.44.1, auto-update                    2026-11-21 22:00–22:45",
      "garden-team/gone     0.42.1  Falco 0.42.1 → 0.43.1, forced: no profile has 0.42.1  2026-11-21 22:00–22:45",
      "",
      "NO USABLE VERSION (Falco 0.42.1: VERSION_UNKNOWN)",
      "  No FalcoProfile has Falco 0.42.1. Use one of 0.43.1 (deprecated), 0.44.1 (supported). (VERSION_UNKNOWN)",
      "BLOCKED (Falco 0.42.1: VERSION_UNKNOWN)",
      "  No FalcoProfile has Falco 0.42.1. Use one of 0.43.1 (deprecated), 0.44.1 (supported). (VERSION_UNKNOWN)",
      "Falco 0.43.1: other image, pods are replaced",
      "  from registry.example.org/falco:0.43.1-0",
      "  to   registry.example.org/falco:0.43.1",
      "",
      "BLOCKED: the controller cannot deploy the version. What runs goes on running, but until the version changes the Extension reports an error and Gardener cannot finish a reconcile of the cluster.",
      "NO USABLE VERSION: the version cannot be deployed or has expired, and nothing moves the cluster on by itself. What runs goes on running. Add a version to the profile, or write another one into the manifest.",
      "Better than taking a version away: give it an expirationDate and leave it in the profile until no cluster has it. Clusters are then moved on in their windows without an error.",
      "",
      "4 clusters with Falco: 1 NO USABLE VERSION, 1 BLOCKED, 2 other image, 1 auto-update, 1 forced.",
      "",
    ]);
  });

  it("tells the cases apart", () => {
    const text = linesOf(reported([cluster()], { before: two(), after: two() }));
    expect(text[0]).to.equal("Happens anyway, with the profiles of before as well:");
    expect(text.slice(-4)).to.deep.equal([
      "The change does nothing to 1 cluster: garden-team/one",
      "",
      "1 cluster with Falco: 1 untouched.",
      "",
    ]);
    const withdrawn = linesOf(
      reported([cluster()], { before: two(), after: catalogueOf({ falco: [falco("0.43.1")] }) }),
    );
    expect(withdrawn[0]).to.equal("No longer happens:");
  });

  it("says what it cannot know without a comparison", () => {
    const text = linesOf(reported([cluster()], {}));
    expect(text[0]).to.equal("What will happen with these profiles:");
    expect(text.at(-2)).to.match(/^This is all that is to come, whatever brings it about\./);
  });

  it("begins with what is wrong with the profiles", () => {
    const report = reported([], { before: two() });
    const wrong = [problem("IMAGE_MISSING", "", "There is no image.")];
    const odd = [problem("PROFILE_CONFLICT", "", "They disagree.")];
    expect(linesOf({ ...report, problems: wrong, warnings: odd })).to.deep.equal([
      "The new profiles have problems, so the webhook would refuse them:",
      "  There is no image.",
      "warning: They disagree.",
      "",
      "0 clusters with Falco: nothing happens.",
      "",
    ]);
  });

  const many = Array.from({ length: 70 }, (_each, index) =>
    cluster({
      name: `s${String(index).padStart(2, "0")}`,
      timeWindow: { begin: `${String(10 + (index % 10))}0000+0000`, end: `${String(11 + (index % 10))}0000+0000` },
    }),
  );

  it("puts many clusters into groups", () => {
    const now = new Date("2026-11-21T12:10:00Z");
    expect(linesOf(reported(many, { now }))).to.include.members([
      "70 clusters: Falco 0.43.1 → 0.44.1, auto-update",
      "  when: each in its next maintenance window, 2026-11-21 12:00–2026-11-22 11:45 UTC; for 7 of them perhaps a day later",
      "  garden-team/s00, garden-team/s01, garden-team/s02, garden-team/s03, garden-team/s04 and 65 more",
    ]);
  });

  it("puts what differs into groups of their own", () => {
    const clusters = [...many, seedCluster({ falcoVersion: "0.42.1" }), cluster({ name: "z", autoUpdate: false })];
    const expiring = two({ expirationDate: "2027-01-01T00:00:00Z" });
    const text = linesOf(reported(clusters, { after: expiring }));
    expect(text.filter((line) => /^\d+ clusters?: /.test(line))).to.deep.equal([
      "1 cluster: NO USABLE VERSION (Falco 0.42.1: VERSION_UNKNOWN)",
      "70 clusters: Falco 0.43.1 → 0.44.1, auto-update",
      "1 cluster: Falco 0.43.1 → 0.44.1, forced: 0.43.1 expires on 2027-01-01",
    ]);
    expect(text).to.include.members([
      "  when: at once",
      "  No FalcoProfile has Falco 0.42.1. Use one of 0.43.1 (deprecated), 0.44.1 (supported). (VERSION_UNKNOWN)",
      "  when: each in its first maintenance window after that, 2027-01-01 22:00–22:45 UTC",
    ]);
  });

  it("names the clusters that cannot be read, and counts them apart", () => {
    const report = reported([cluster(), ...unreadable(30)], { before: two(), after: two() });
    const note =
      'note: The configuration of 30 clusters cannot be read ("admit" says why): the controller does nothing there until it is mended, so what the profiles mean there is not known.';
    const text = linesOf(report);
    const place = text.indexOf(note);
    expect(text[place + 1]).to.match(/^ {2}garden-team\/u00, .*, garden-team\/u19 and 10 more$/);
    expect(text.slice(place + 2)).to.deep.equal([
      "",
      "The change does nothing to 1 cluster: garden-team/one",
      "",
      "31 clusters with Falco: 1 untouched, 30 that cannot be read.",
      "",
    ]);
    expect(linesOf(report, { all: true })[place + 1]).to.match(/, garden-team\/u29$/);
    expect(linesOf(reported([cluster()], {})).join()).to.not.include("cannot be read");
  });

  it("has a line for each when all are asked for", () => {
    const text = linesOf(reported(many, {}), { all: true });
    expect(text.filter((line) => line.includes("auto-update") && line.startsWith("garden-team/"))).to.have.length(70);
    const unaffected = linesOf(
      reported(
        many.map((each) => ({ ...each, autoUpdate: false })),
        {},
      ),
      { all: true },
    );
    expect(unaffected[0]).to.match(/^Nothing happens to 70 clusters: .*garden-team\/s69$/);
  });
});

describe("the JSON of a plan", () => {
  it("has every cluster with all that happens to it", () => {
    expect(
      planJson(reported([cluster(), seedCluster({ falcoVersion: "0.44.1" })], { before: two(), after: two() })),
    ).to.deep.equal({
      now: "2026-11-21T12:00:00Z",
      compared: true,
      problems: [],
      warnings: [],
      summary: { clusters: 2, unaffected: 2, unreadable: 0, effects: {}, anyway: { autoUpdate: 1 }, noLonger: {} },
      unreadable: [],
      clusters: [
        {
          kind: "Shoot",
          namespace: "garden-team",
          name: "one",
          falcoVersion: "0.43.1",
          autoUpdate: true,
          hibernated: false,
          effects: [],
          anyway: [
            {
              kind: "autoUpdate",
              from: "0.43.1",
              to: "0.44.1",
              when: { kind: "window", begin: "2026-11-21T22:00:00Z", end: "2026-11-21T22:45:00Z" },
              message: "Falco 0.43.1 → 0.44.1, auto-update",
            },
          ],
          noLonger: [],
        },
        {
          kind: "Seed",
          name: "aws",
          falcoVersion: "0.44.1",
          autoUpdate: false,
          hibernated: false,
          effects: [],
          anyway: [],
          noLonger: [],
        },
      ],
    });
  });

  it("names the clusters that cannot be read, and counts them apart", () => {
    const clusters = [cluster(), ...unreadable(1), seedCluster({ readable: false })];
    expect(JSON.parse(JSON.stringify(planJson(reported(clusters, { before: two(), after: two() })))))
      .to.deep.include({
        unreadable: [
          { kind: "Shoot", namespace: "garden-team", name: "u00" },
          { kind: "Seed", name: "aws" },
        ],
      })
      .and.to.have.property("summary")
      .that.includes({ clusters: 3, unaffected: 1, unreadable: 2 });
  });

  it("says what a window follows on", () => {
    const report = reported([cluster({ autoUpdate: false })], {
      after: two({ expirationDate: "2027-01-31T10:00:00Z" }),
    });
    expect(JSON.parse(JSON.stringify(planJson(report))))
      .to.have.nested.property("clusters[0].effects[0]")
      .that.deep.equals({
        kind: "forced",
        from: "0.43.1",
        to: "0.44.1",
        reason: "expired",
        expires: "2027-01-31T10:00:00Z",
        when: {
          kind: "window",
          begin: "2027-01-31T22:00:00Z",
          end: "2027-01-31T22:45:00Z",
          after: "2027-01-31T10:00:00Z",
        },
        message: "Falco 0.43.1 → 0.44.1, forced: 0.43.1 expires on 2027-01-31",
      });
  });
});
