import { expect } from "chai";
import type { Catalogue } from "../../../../falco/catalog/catalogue.ts";
import type { PlannedCluster } from "../../../../falco/desired/plan/planned-cluster.ts";
import { falco, image } from "../../catalog/profile-of.ts";
import { omit } from "../samples.ts";
import { catalogueOf, cluster, planFor, seedCluster, told, two } from "./planned.ts";

interface Case {
  readonly name: string;
  readonly cluster?: Partial<PlannedCluster>;
  readonly seed?: true;
  /** Whether the manifest names no version. */
  readonly unpinned?: true;
  readonly catalogue: Catalogue;
  readonly now?: string;
  readonly effects: readonly string[];
}

const window = "2026-11-21 22:00–22:45";
const expired = "2026-11-01T00:00:00Z";
const later = "2027-01-31T10:00:00Z";
const pinned = { autoUpdate: false } as const;

/** All that will happen, without anything to compare with. */
const cases: readonly Case[] = [
  {
    name: "nothing to a shoot on the highest version",
    cluster: { falcoVersion: "0.44.1" },
    catalogue: two(),
    effects: [],
  },
  {
    name: "auto-update in the next window",
    catalogue: two(),
    effects: [`Falco 0.43.1 → 0.44.1, auto-update @ ${window}`],
  },
  { name: "nothing to a pinned shoot", cluster: pinned, catalogue: two(), effects: [] },
  {
    name: "a window over midnight in another time zone",
    cluster: { timeWindow: { begin: "010000+0200", end: "020000+0200" } },
    catalogue: two(),
    effects: ["Falco 0.43.1 → 0.44.1, auto-update @ 2026-11-21 23:00–23:45"],
  },
  {
    name: "a window that ends on another day",
    cluster: { timeWindow: { begin: "233000+0000", end: "010000+0000" } },
    catalogue: two(),
    effects: ["Falco 0.43.1 → 0.44.1, auto-update @ 2026-11-21 23:30–2026-11-22 00:45"],
  },
  {
    name: "a window that is open",
    now: "2026-11-21T22:10:00Z",
    catalogue: two(),
    effects: [`Falco 0.43.1 → 0.44.1, auto-update @ ${window} or a day later`],
  },
  {
    name: "the last second of a window belongs to it",
    now: "2026-11-21T22:45:00Z",
    catalogue: two(),
    effects: [`Falco 0.43.1 → 0.44.1, auto-update @ ${window} or a day later`],
  },
  {
    name: "a window that has just ended",
    now: "2026-11-21T22:45:01Z",
    catalogue: two(),
    effects: ["Falco 0.43.1 → 0.44.1, auto-update @ 2026-11-22 22:00–22:45"],
  },
  {
    name: "maintenance that somebody asks for",
    cluster: { maintainNow: true },
    catalogue: two(),
    effects: ["Falco 0.43.1 → 0.44.1, auto-update @ at once"],
  },
  {
    name: "no window is any time",
    cluster: { timeWindow: { begin: "", end: "" } },
    catalogue: two(),
    effects: ["Falco 0.43.1 → 0.44.1, auto-update @ 2026-11-21 00:00–23:59 or a day later"],
  },
  {
    name: "a version that has expired",
    cluster: pinned,
    catalogue: two({ expirationDate: expired }),
    effects: [`Falco 0.43.1 → 0.44.1, forced: 0.43.1 expires on 2026-11-01 @ ${window}`],
  },
  {
    name: "a version that will expire: the first window after that",
    cluster: pinned,
    catalogue: two({ expirationDate: later }),
    effects: ["Falco 0.43.1 → 0.44.1, forced: 0.43.1 expires on 2027-01-31 @ 2027-01-31 22:00–22:45"],
  },
  {
    name: "a version that expires within a window: that one, or a day later",
    cluster: pinned,
    catalogue: two({ expirationDate: "2027-01-31T22:10:00Z" }),
    effects: ["Falco 0.43.1 → 0.44.1, forced: 0.43.1 expires on 2027-01-31 @ 2027-01-31 22:00–22:45 or a day later"],
  },
  {
    name: "a version that expires as a window begins",
    cluster: pinned,
    catalogue: two({ expirationDate: "2027-01-31T22:00:00Z" }),
    effects: ["Falco 0.43.1 → 0.44.1, forced: 0.43.1 expires on 2027-01-31 @ 2027-01-31 22:00–22:45"],
  },
  {
    name: "a version that expires within 30 days is warned of as well",
    cluster: pinned,
    catalogue: two({ expirationDate: "2026-12-01T00:00:00Z" }),
    effects: [
      "Falco 0.43.1 → 0.44.1, forced: 0.43.1 expires on 2026-12-01 @ 2026-12-01 22:00–22:45",
      "warning: Falco 0.43.1 expires on 2026-12-01 @ when its manifest changes",
    ],
  },
  {
    name: "a shoot that is moved on before has nothing to know of an expiration date",
    catalogue: two({ expirationDate: "2026-12-01T00:00:00Z" }),
    effects: [`Falco 0.43.1 → 0.44.1, auto-update @ ${window}`],
  },
  {
    name: "a version that no profile has: blocked, then forced",
    cluster: { falcoVersion: "0.42.1", ...pinned },
    catalogue: two(),
    effects: [
      "BLOCKED (Falco 0.42.1: VERSION_UNKNOWN) @ at once",
      `Falco 0.42.1 → 0.43.1, forced: no profile has 0.42.1 @ ${window}`,
    ],
  },
  {
    name: "forced to the next one, and a window later auto-update to the highest",
    cluster: { falcoVersion: "0.42.1" },
    catalogue: two(),
    effects: [
      "BLOCKED (Falco 0.42.1: VERSION_UNKNOWN) @ at once",
      `Falco 0.42.1 → 0.43.1, forced: no profile has 0.42.1 @ ${window}`,
      "Falco 0.43.1 → 0.44.1, auto-update @ 2026-11-22 22:00–22:45",
    ],
  },
  {
    name: "down, where there is nothing higher",
    cluster: { falcoVersion: "0.99.0" },
    catalogue: two(),
    effects: [
      "BLOCKED (Falco 0.99.0: VERSION_UNKNOWN) @ at once",
      `Falco 0.99.0 → 0.44.1, forced: no profile has 0.99.0 @ ${window}`,
    ],
  },
  {
    name: "an expired version without any other",
    cluster: pinned,
    catalogue: catalogueOf({ falco: [falco("0.43.1", { expirationDate: expired })] }),
    effects: ["NO USABLE VERSION (Falco 0.43.1: VERSION_EXPIRED) @ at once"],
  },
  {
    name: "a last version that will expire",
    catalogue: catalogueOf({ falco: [falco("0.43.1", { expirationDate: later })] }),
    effects: ["NO USABLE VERSION (Falco 0.43.1: VERSION_EXPIRED) @ 2027-01-31 10:00"],
  },
  {
    name: "a version that no profile has, and no other",
    catalogue: catalogueOf({ falco: [] }),
    effects: ["NO USABLE VERSION (Falco 0.43.1: VERSION_UNKNOWN) @ at once"],
  },
  {
    name: "a version without an image, and nothing that moves the shoot on",
    cluster: pinned,
    catalogue: two({}, { images: { falco: [image("0.44.1")], falcosidekick: [image("2.34.1")] } }),
    effects: ["NO USABLE VERSION (Falco 0.43.1: IMAGE_MISSING) @ at once"],
  },
  {
    name: "nothing where the version to move to has no rules",
    catalogue: two(
      { rulesVersion: "2.0.0" },
      { rules: [{ name: "falco-rules", version: "2.0.0", source: { file: "falco.yaml" } }] },
    ),
    effects: [],
  },
  {
    name: "a version that seems to be gone because something cannot be read",
    catalogue: { ...catalogueOf({ falco: [falco("0.42.1")] }), isIncomplete: true },
    effects: ["NO USABLE VERSION (Falco 0.43.1: VERSION_UNKNOWN) @ at once"],
  },
  {
    name: "rules of the version moved to whose file does not ship",
    catalogue: two(
      { rulesVersion: "2.0.0" },
      {
        rules: [
          { name: "falco-rules", version: "2.0.0", source: { file: "falco.yaml" } },
          { name: "falco-rules", version: "1.0.0", source: { file: "lost.yaml" } },
        ],
      },
    ),
    effects: [
      `NO USABLE VERSION (Falco 0.44.1: RULES_SOURCE_MISSING) @ ${window}`,
      `Falco 0.43.1 → 0.44.1, auto-update @ ${window}`,
    ],
  },
  {
    name: "rules whose file does not ship",
    cluster: pinned,
    catalogue: two({}, { rules: [{ name: "falco-rules", version: "1.0.0", source: { file: "new.yaml" } }] }),
    effects: ["NO USABLE VERSION (Falco 0.43.1: RULES_SOURCE_MISSING) @ at once"],
  },
  {
    name: "no falcosidekick",
    cluster: pinned,
    catalogue: two({}, { falcosidekick: [] }),
    effects: ["NO USABLE VERSION (Falco 0.43.1: VERSION_NONE_SUPPORTED) @ at once"],
  },
  {
    name: "no falcosidekick where none is needed",
    cluster: { ...pinned, falcosidekick: false },
    catalogue: two({}, { falcosidekick: [] }),
    effects: [],
  },
  {
    name: "a falcosidekick that will expire",
    cluster: pinned,
    catalogue: two(
      {},
      {
        falcosidekick: [
          { version: "2.31.1", classification: "supported" },
          { version: "2.34.1", classification: "supported", expirationDate: later },
        ],
      },
    ),
    effects: ["falcosidekick 2.34.1 → 2.31.1, pods are replaced @ 2027-01-31 10:00"],
  },
  {
    name: "the last falcosidekick, which will expire",
    cluster: pinned,
    catalogue: two({}, { falcosidekick: [{ version: "2.34.1", classification: "supported", expirationDate: later }] }),
    effects: ["NO USABLE VERSION (Falco 0.43.1: VERSION_NONE_SUPPORTED) @ 2027-01-31 10:00"],
  },
  { name: "a seed stays where it is", seed: true, catalogue: two(), effects: [] },
  {
    name: "a seed with a version that expires",
    seed: true,
    catalogue: two({ expirationDate: later }),
    effects: ["Falco 0.43.1 expires on 2027-01-31; a Seed is not moved on by itself @ 2027-01-31 10:00"],
  },
  {
    name: "a seed with a version that no profile has",
    seed: true,
    cluster: { falcoVersion: "0.42.1" },
    catalogue: two(),
    effects: ["NO USABLE VERSION (Falco 0.42.1: VERSION_UNKNOWN) @ at once"],
  },
  {
    name: "no version in the manifest, and a default that will expire",
    unpinned: true,
    catalogue: catalogueOf({ falco: [falco("0.43.1"), falco("0.44.1", { expirationDate: later })] }),
    effects: ["Falco 0.44.1 → 0.43.1, the default, as the manifest names no version @ 2027-01-31 10:00"],
  },
  {
    name: "no version in the manifest, and the last default will expire",
    unpinned: true,
    catalogue: catalogueOf({ falco: [falco("0.44.1", { expirationDate: later })] }),
    effects: ["NO USABLE VERSION (VERSION_NONE_SUPPORTED) @ 2027-01-31 10:00"],
  },
  {
    name: "a hibernated shoot is blocked when it wakes up",
    cluster: { falcoVersion: "0.42.1", hibernated: true, ...pinned },
    catalogue: two(),
    effects: [
      "BLOCKED (Falco 0.42.1: VERSION_UNKNOWN) @ when it wakes up",
      `Falco 0.42.1 → 0.43.1, forced: no profile has 0.42.1 @ ${window}`,
    ],
  },
  {
    name: "a configuration that cannot be read: maintenance only",
    cluster: { readable: false },
    catalogue: two({}, { falcosidekick: [] }),
    effects: [`Falco 0.43.1 → 0.44.1, auto-update @ ${window}`],
  },
];

describe("a plan without profiles to compare with", () => {
  for (const { name, cluster: fields = {}, seed, unpinned, catalogue, now, effects } of cases) {
    it(`tells of ${name}`, () => {
      const one = seed ? seedCluster(fields) : cluster(fields);
      const made = planFor(unpinned ? omit(one, "falcoVersion") : one, {
        after: catalogue,
        ...(now !== undefined && { now: new Date(now) }),
      });
      expect(told(made.effects)).to.deep.equal(effects);
      expect([made.anyway, made.noLonger]).to.deep.equal([[], []]);
    });
  }
});
