import type { Classification, FalcoProfile, FalcoProfileSpec } from "../api/falco-profile.ts";
import { equalJson, isObject } from "../base/json.ts";
import { type Problem, problem } from "../base/problem.ts";
import { compareVersions, isVersion, parseDate } from "./versions.ts";

/** A version that clusters may run. */
export interface CataloguedVersion {
  readonly version: string;
  readonly classification: Classification;
  /** Milliseconds since 1970; never expires when absent. */
  readonly expires?: number;
  /** The complete image reference; absent when no profile has one. */
  readonly image?: string;
  /** Set when profiles disagree about this version: it is not chosen by itself, and using it is this problem. */
  readonly conflict?: Problem;
}

/** A version of Falco, with the version of the rule sets that belong to it. */
export interface FalcoVersion extends CataloguedVersion {
  readonly rulesVersion: string;
}

/** Where a rule set's content comes from: a file that ships with the extension, or an OCI artifact. */
type RuleSource =
  | { readonly kind: "file"; readonly file: string }
  | { readonly kind: "oci"; readonly ref: string; readonly digest: string };

/** A rule set in one version. */
export interface RuleSet {
  readonly name: string;
  readonly version: string;
  readonly source: RuleSource;
  readonly conflict?: Problem;
}

/** All FalcoProfiles of a garden as one, frozen; versions from the lowest to the highest. */
export interface Catalogue {
  readonly falco: readonly FalcoVersion[];
  readonly falcosidekick: readonly CataloguedVersion[];
  readonly ruleSets: readonly RuleSet[];
  /** Whether some profile has `spec.rules`; profiles of the older shape have not. */
  readonly namesRuleSets: boolean;
  /** Whether something that may hold a version of Falco could not be read: then one that is not here may not be gone. */
  readonly isIncomplete: boolean;
}

/** The rule set that a profile without `spec.rules` means by `falco-rules`: the managed one that ships. */
export const managedRuleSet = { name: "falco-rules", file: "gardener/1.0.0/falco_rules.yaml" } as const;

/**
 * Merges profiles into one catalogue. Entries that two profiles describe differently are reported and carry the conflict;
 * entries whose version or date cannot be read are reported and left out, and the catalogue says that it is incomplete.
 * Problems name the profile: `falcoprofiles[name].spec.versions.falco[0].version`.
 */
export function buildCatalogue(profiles: readonly FalcoProfile[]): {
  readonly catalogue: Catalogue;
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  const sorted = [...profiles].sort((left, right) => (profileName(left) < profileName(right) ? -1 : 1));
  const report = (each: Problem): void => void problems.push(each);
  const falco = mergeVersions(sorted, "falco", report);
  const catalogue: Catalogue = {
    falco: falco.map((each) => ({ ...each, rulesVersion: each.rulesVersion ?? "" })),
    falcosidekick: mergeVersions(sorted, "falcosidekick", report),
    ruleSets: mergeSources(sorted, "rules", report),
    namesRuleSets: sorted.some(({ spec }) => spec.rules !== undefined),
    isIncomplete: placedVersions(sorted, "falco").some((each) => mistakeIn(each) !== undefined),
  };
  return { catalogue: Object.freeze(catalogue), problems };
}

/** The same problems in the parts of a profile that no catalogue holds yet: versions of further tools, and plugins. */
export function uncataloguedProblems(profile: FalcoProfile): readonly Problem[] {
  const problems: Problem[] = [];
  const report = (each: Problem): void => void problems.push(each);
  for (const tool of furtherTools) mergeVersions([profile], tool, report);
  mergeSources([profile], "plugins", report);
  return problems;
}

/** The name of a profile, from its metadata, whatever else is wrong with it. */
export function profileName(profile: unknown): string {
  const metadata = isObject(profile) ? profile["metadata"] : undefined;
  const name = isObject(metadata) ? metadata["name"] : undefined;
  return typeof name === "string" && name !== "" ? name : "without-name";
}

type Tool = keyof FalcoProfileSpec["versions"];
const furtherTools = ["falcoctl", "falcosidekickUi", "falcoTalon", "k8sMetacollector"] as const satisfies Tool[];
type MergedVersion = CataloguedVersion & { readonly rulesVersion?: string };
type Report = (each: Problem) => void;

/** An entry of a profile's list and where it stands. */
interface Placed<T> {
  readonly entry: T;
  readonly profile: string;
  readonly path: string;
}

function placed<T>(profile: FalcoProfile, field: string, entries: readonly T[] = []): readonly Placed<T>[] {
  const name = profileName(profile);
  return entries.map((entry, index) => ({
    entry,
    profile: name,
    path: `falcoprofiles[${name}].spec.${field}[${String(index)}]`,
  }));
}

function mergeVersions(profiles: readonly FalcoProfile[], tool: Tool, report: Report): readonly MergedVersion[] {
  const images = mergeBy(
    profiles
      .flatMap((each) => placed(each, `images.${tool}`, each.spec.images[tool]))
      .filter((each) => hasWellFormedTag(each, report)),
    ({ version }) => version,
    ({ repository, tag }) => imageReference(repository, tag),
    report,
  );
  const versions = mergeBy(
    placedVersions(profiles, tool).filter((each) => isReadable(each, report)),
    ({ version }) => version,
    (entry) => entry,
    report,
  );
  return [...versions.values()]
    .map(({ value, conflict }) => toVersion(value, images.get(value.version), conflict))
    .sort((left, right) => compareVersions(left.version, right.version));
}

interface VersionEntry {
  readonly version: string;
  readonly classification: Classification;
  readonly expirationDate?: string;
  readonly rulesVersion?: string;
}

function placedVersions(profiles: readonly FalcoProfile[], tool: Tool): readonly Placed<VersionEntry>[] {
  return profiles.flatMap((each) => placed<VersionEntry>(each, `versions.${tool}`, each.spec.versions[tool]));
}

function isReadable(each: Placed<VersionEntry>, report: Report): boolean {
  const mistake = mistakeIn(each);
  if (mistake !== undefined) report(mistake);
  return mistake === undefined;
}

/** What keeps an entry out of the catalogue. */
function mistakeIn({ entry, path }: Placed<VersionEntry>): Problem | undefined {
  if (!isVersion(entry.version)) {
    return problem("FIELD_VALUE", `${path}.version`, `"${entry.version}" is not a semantic version such as 0.44.1.`);
  }
  if (entry.expirationDate === undefined || parseDate(entry.expirationDate) !== undefined) return undefined;
  const message = `"${entry.expirationDate}" is not an RFC 3339 date and time such as 2027-01-31T00:00:00Z.`;
  return problem("FIELD_VALUE", `${path}.expirationDate`, message);
}

/** A tag that is meant as a digest must be a whole one: no registry would find anything under the rest. */
function hasWellFormedTag({ entry, path }: Placed<{ readonly tag: string }>, report: Report): boolean {
  if (!entry.tag.startsWith("sha256:") || /^sha256:[0-9a-f]{64}$/.test(entry.tag)) return true;
  const message = `"${entry.tag}" is no digest: sha256: and 64 hexadecimal digits in lower case.`;
  report(problem("FIELD_VALUE", `${path}.tag`, message));
  return false;
}

function toVersion(entry: VersionEntry, image: Merged<string> | undefined, own: Problem | undefined): MergedVersion {
  const expires = entry.expirationDate === undefined ? undefined : parseDate(entry.expirationDate);
  const conflict = own ?? image?.conflict;
  return {
    version: entry.version,
    classification: entry.classification,
    ...(entry.rulesVersion !== undefined && { rulesVersion: entry.rulesVersion }),
    ...(expires !== undefined && { expires }),
    ...(image !== undefined && { image: image.value }),
    ...(conflict !== undefined && { conflict }),
  };
}

type Sourced = "rules" | "plugins";

function mergeSources(profiles: readonly FalcoProfile[], field: Sourced, report: Report): readonly RuleSet[] {
  const merged = mergeBy(
    profiles.flatMap((each) => placed(each, field, each.spec[field])).filter((each) => hasSource(each, report)),
    ({ name, version }) => `${name} ${version}`,
    ({ name, version, source }) => ({ name, version, source: toSource(source) }),
    report,
  );
  return [...merged.values()].map(({ value, conflict }) => (conflict === undefined ? value : { ...value, conflict }));
}

interface SourceEntry {
  readonly file?: string;
  readonly ref?: string;
  readonly digest?: string;
}

function hasSource({ entry, path }: Placed<{ readonly source: SourceEntry }>, report: Report): boolean {
  const { file, ref, digest } = entry.source;
  const complete =
    file === undefined ? ref !== undefined && digest !== undefined : ref === undefined && digest === undefined;
  if (!complete) report(problem("FIELD_CONFLICT", `${path}.source`, "Give either file, or both ref and digest."));
  return complete;
}

function toSource({ file, ref, digest }: SourceEntry): RuleSource {
  return file === undefined ? { kind: "oci", ref: ref ?? "", digest: digest ?? "" } : { kind: "file", file };
}

interface Merged<V> {
  readonly value: V;
  readonly conflict?: Problem;
}

/** Puts entries with the same key together; a later one with another value is a conflict, the first one stays. */
function mergeBy<T, V>(
  entries: readonly Placed<T>[],
  keyOf: (entry: T) => string,
  valueOf: (entry: T) => V,
  report: Report,
): ReadonlyMap<string, Merged<V>> {
  const merged = new Map<string, Merged<V> & { readonly from: string }>();
  for (const { entry, profile, path } of entries) {
    const key = keyOf(entry);
    const value = valueOf(entry);
    const known = merged.get(key);
    if (known === undefined) {
      merged.set(key, { value, from: profile });
    } else if (!equalJson(known.value, value)) {
      const where =
        known.from === profile
          ? "stands here twice with different content"
          : `is described differently in the FalcoProfile ${known.from}`;
      const message = `"${key}" ${where}. Make both say the same, or remove one.`;
      const conflict = problem("PROFILE_CONFLICT", path, message);
      report(conflict);
      merged.set(key, { ...known, conflict });
    }
  }
  return merged;
}

/** `registry/path:tag`, or `registry/path@sha256:…` when the tag is a digest. */
function imageReference(repository: string, tag: string): string {
  return tag.startsWith("sha256:") ? `${repository}@${tag}` : `${repository}:${tag}`;
}
