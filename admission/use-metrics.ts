import type { Catalogue, FalcoVersion } from "../falco/catalog/catalogue.ts";
import type { FalcoUse } from "../falco/desired/falco-use.ts";
import { defaultVersion } from "../falco/desired/release.ts";
import type { Clock } from "../kube/clock.ts";
import type { Sample } from "../kube/metrics.ts";
import type { RuntimeMetrics } from "../kube/runtime-metrics.ts";
import type { KnownUses } from "./known-uses.ts";

export interface MeasuredUses {
  readonly known: Pick<KnownUses, "uses" | "isSynced" | "lostSince">;
  /** Undefined while the FalcoProfiles are not known. */
  readonly catalogue: () => Catalogue | undefined;
  readonly clock: Clock;
}

/** The days before an expiry that somebody may want to be told at; 0 is for what has expired. */
const daysToExpiry = [0, 7, 14, 30, 60, 90] as const;

/**
 * Adds how many clusters use which version of Falco, and how many of their versions expire within so many days. The only versions among the
 * labels are those of the catalogue, so that no manifest can make up labels. Before everything is known there are no values: a
 * count that is too low would look like good news.
 */
export function addUseMetrics(metrics: Pick<RuntimeMetrics, "gauge">, measured: MeasuredUses): void {
  const { known, clock } = measured;
  const add = (name: string, help: string, label: string, read: Reading): void => {
    metrics.gauge({ name: `falco_admission_${name}`, help, labels: [label] }, () => {
      const catalogue = known.isSynced() ? measured.catalogue() : undefined;
      return catalogue === undefined ? [] : read(catalogue, clock.now());
    });
  };
  const ofKind = (kind: FalcoUse["kind"]): readonly FalcoUse[] => [...known.uses()].filter((use) => use.kind === kind);
  const versions = "unlisted: in no FalcoProfile, none: no version named and no default.";
  for (const kind of ["Shoot", "Seed"] as const) {
    const help = `${kind}s that use Falco, by version (${versions})`;
    add(`${kind.toLowerCase()}s`, help, "version", (catalogue, now) => versionSamples(ofKind(kind), catalogue, now));
  }
  const expiring =
    "Shoots whose version of Falco expires within so many days; 0: it has expired, or no FalcoProfile has it.";
  add("shoots_expiring", expiring, "within_days", (catalogue, now) => expirySamples(ofKind("Shoot"), catalogue, now));
  add("version_expiry_timestamp_seconds", "When a version of Falco expires, where it does.", "version", ({ falco }) =>
    falco.flatMap(({ version, expires }) =>
      expires === undefined ? [] : [{ labels: { version }, value: expires / 1000 }],
    ),
  );
  addContact(metrics, measured);
}

type Reading = (catalogue: Catalogue, now: Date) => readonly Sample[];

function addContact(metrics: Pick<RuntimeMetrics, "gauge">, { known, clock }: MeasuredUses): void {
  const help =
    "How long Shoots and Seeds have not been heard of, so that their counts may be outdated; 0 while they are.";
  metrics.gauge({ name: "falco_admission_uses_out_of_contact_seconds", help }, () => {
    const lostSince = known.lostSince();
    return [{ value: lostSince === undefined ? 0 : (clock.monotonic() - lostSince) / 1000 }];
  });
}

/** Every version of the catalogue has a value, so that one that nobody uses any more goes to 0 and does not just end. */
function versionSamples(uses: readonly FalcoUse[], catalogue: Catalogue, now: Date): readonly Sample[] {
  const counts = new Map<string, number>(catalogue.falco.map(({ version }) => [version, 0]));
  for (const label of ["unlisted", "none"]) counts.set(label, 0);
  const find = finder(catalogue, now);
  for (const use of uses) {
    const label = find(use)?.version ?? (use.falcoVersion === undefined ? "none" : "unlisted");
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].map(([version, value]) => ({ labels: { version }, value }));
}

function expirySamples(uses: readonly FalcoUse[], catalogue: Catalogue, now: Date): readonly Sample[] {
  const find = finder(catalogue, now);
  const days = uses.map((use) => {
    const version = find(use);
    if (version === undefined) return 0;
    return version.expires === undefined ? Infinity : (version.expires - now.getTime()) / (24 * 3600 * 1000);
  });
  return daysToExpiry.map((within) => ({
    labels: { within_days: String(within) },
    value: days.filter((left) => left <= within).length,
  }));
}

/** The version that a cluster runs: the one that it names, or the default. */
function finder(catalogue: Catalogue, now: Date): (use: FalcoUse) => FalcoVersion | undefined {
  const byName = new Map(catalogue.falco.map((each) => [each.version, each]));
  const byDefault = defaultVersion(catalogue, now);
  return ({ falcoVersion }) => {
    if (falcoVersion !== undefined) return byName.get(falcoVersion);
    return byDefault.ok ? byDefault.value : undefined;
  };
}
