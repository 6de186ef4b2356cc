import { formatProblem, problem, type Problem, type ProblemCode } from "../base/problem.ts";
import type { Catalogue } from "../catalog/catalogue.ts";
import { chooseFalcosidekick, highestSupported } from "../catalog/choose.ts";
import { compareVersions, isVersion } from "../catalog/versions.ts";
import { clusterName, type FalcoUse } from "./falco-use.ts";
import { type Move, profileImpact, type VersionImpact } from "./profile-impact.ts";
import type { CatalogueEdit, VersionEffect } from "./version-effects.ts";

/** How many characters an API server passes on of one warning when there are many. */
const longestWarning = 256;
const mostNames = 3;
const path = "spec.versions.falco";

/**
 * One warning for each version that an edit changes for the worse, with how many clusters use it and what becomes of them; what is
 * gravest first. Without `uses`, because they are not known yet, a warning says so where the edit would touch any.
 */
export function impactWarnings(
  edit: CatalogueEdit,
  uses: Iterable<FalcoUse> | undefined,
  now: Date,
): readonly Problem[] {
  const counted = uses === undefined ? uncounted(edit, now) : profileImpact(edit, uses, now).map(warningOf);
  return [...counted, ...emptied(edit, now)];
}

/** As if every version had one user. */
function uncounted(edit: CatalogueEdit, now: Date): readonly Problem[] {
  const imagined = edit.before.falco.map(({ version }): FalcoUse => ({
    ...{ kind: "Shoot", namespace: "", name: "", falcoVersion: version },
    ...{ autoUpdate: true, maintainNow: false },
  }));
  const versions = profileImpact(edit, imagined, now).map(({ version = "" }) => version);
  if (versions.length === 0) return [];
  const shown = versions.length > 5 ? `${versions.slice(0, 5).join(", ")} and others` : versions.join(", ");
  const message = `This edit changes Falco ${shown} for the worse. How many shoots use it is not known yet; ask again in a minute.`;
  return [problem("VERSION_IN_USE", path, message)];
}

/** What the edit leaves none of, for new clusters as well. */
function emptied({ before, after }: CatalogueEdit, now: Date): readonly Problem[] {
  const wrong: Problem[] = [];
  const isEmptied = (of: Catalogue): boolean => highestSupported(of.falco, now) === undefined;
  if (!isEmptied(before) && isEmptied(after)) {
    const message = "After this edit no profile has a supported version of Falco: whoever names no version gets none.";
    wrong.push(problem("VERSION_NONE_SUPPORTED", path, message));
  }
  if (chooseFalcosidekick(before, now).ok && !chooseFalcosidekick(after, now).ok) {
    const message =
      "After this edit no profile has a supported version of falcosidekick, which all destinations but stdout need.";
    wrong.push(problem("VERSION_NONE_SUPPORTED", "spec.versions.falcosidekick", message));
  }
  return wrong;
}

/** With as many names as there is room for; where clusters go to so many versions that there is none at all, without the versions. */
function warningOf(impact: VersionImpact): Problem {
  const counts = Array.from({ length: mostNames + 1 }, (_each, index) => mostNames - index);
  const details = [true, false].flatMap((targets) => counts.map((names): Details => ({ names, targets })));
  const warnings = details.map((each) => problem(codeOf(impact), path, sentence(impact, each)));
  const isFitting = (each: Problem): boolean => formatProblem(each).length <= longestWarning;
  return warnings.find(isFitting) ?? problem(codeOf(impact), path, sentence(impact, { names: 0, targets: false }));
}

/** What of an impact is told. */
interface Details {
  /** How many names. */
  readonly names: number;
  /** Whether the versions that maintenance moves clusters to. */
  readonly targets: boolean;
}

function codeOf(impact: VersionImpact): ProblemCode {
  if (isWithoutVersion(impact)) return "VERSION_NONE_SUPPORTED";
  return impact.effect === "expiring" || impact.effect === "expired" ? "VERSION_EXPIRED" : "VERSION_IN_USE";
}

function sentence(impact: VersionImpact, details: Details): string {
  const { version, effect, expires, uses } = impact;
  const isOne = uses.length === 1;
  const who = `${String(uses.length)} ${kindOf(uses)}${isOne ? "" : "s"}${listed(uses, details.names)}`;
  const date = expires === undefined ? undefined : new Date(expires).toISOString().slice(0, 10);
  if (version === undefined) {
    const since = date === undefined ? "" : ` after ${date}`;
    return `${who} ${isOne ? "names" : "name"} no version, and this edit leaves no default that can be deployed${since}.`;
  }
  const what =
    effect === "stranded" && date !== undefined
      ? `which expires on ${date}`
      : effectPhrases[effect].replace("{date}", date ?? "");
  return `${who} ${isOne ? "uses" : "use"} Falco ${version}, ${what}${consequence(impact, details)}`;
}

const effectPhrases: Readonly<Record<VersionEffect, string>> = {
  "taken-away": "which this edit takes away",
  expired: "which this edit lets expire at once",
  stranded: "which cannot stay",
  "without-image": "which this edit leaves without an image",
  ambiguous: "which this edit and another profile describe differently",
  "without-rules": "which this edit leaves without the rules that it needs",
  expiring: "which this edit lets expire on {date}",
  deprecated: "which this edit makes deprecated",
};

/** These versions stay in the catalogue but cannot be deployed: a reconcile reports the mistake and changes nothing. */
const undeployable: ReadonlySet<VersionEffect> = new Set(["without-image", "ambiguous", "without-rules"]);

/** Whether it is a version that is lacking, not something that belongs to the version in use. */
function isWithoutVersion({ effect, stranded }: VersionImpact): boolean {
  return stranded && !undeployable.has(effect);
}

function consequence(impact: VersionImpact, details: Details): string {
  const { effect, uses } = impact;
  const them = uses.length === 1 ? "it" : "them";
  if (isWithoutVersion(impact)) {
    return `, and nothing moves ${them} on: Falco runs on there, and changes are not applied.`;
  }
  const rest = undeployable.has(effect)
    ? "Until that is mended, Falco runs on there, and changes are not applied."
    : "";
  return [`${moving(impact, details)}.`, rest].filter((each) => each !== "").join(" ");
}

function moving(impact: VersionImpact, { targets }: Details): string {
  const { effect, uses, moves } = impact;
  if (kindOf(uses) === "Seed") return effect === "deprecated" ? "" : "; maintenance does not change Seeds";
  if (moves.length === 0) return "";
  const told = targets ? moves : [true, false].flatMap((atExpiry) => total(moves, atExpiry));
  const [forced, moved] = [told.filter((each) => each.atExpiry), told.filter((each) => !each.atExpiry)];
  const isOne = uses.length === 1;
  const who = ({ count }: Move): string => (count < uses.length ? `${String(count)} of them` : isOne ? "it" : "them");
  const list = (of: readonly Move[]): string =>
    of.map((each) => `${who(each)}${targets ? ` to ${target(impact, each.to)}` : ""}`).join(" and ");
  const parts = [
    ...(moved.length > 0 ? [`moves ${list(moved)} in ${isOne ? "its" : "their"} next window`] : []),
    ...(forced.length > 0
      ? [`forces ${list(forced)} ${effect === "expiring" ? "after that" : "when it expires"}`]
      : []),
  ];
  return `; maintenance ${parts.join(" and ")}`;
}

/** All that move at the same time as one, wherever they go. */
function total(moves: readonly Move[], atExpiry: boolean): readonly Move[] {
  const counts = moves.filter((each) => each.atExpiry === atExpiry).map(({ count }) => count);
  return counts.length === 0 ? [] : [{ to: "", atExpiry, count: counts.reduce((sum, count) => sum + count) }];
}

function target({ version = "" }: VersionImpact, to: string): string {
  return isVersion(version) && compareVersions(to, version) < 0 ? `${to}, a lower version,` : to;
}

function kindOf([first]: readonly FalcoUse[]): string {
  return first?.kind === "Seed" ? "Seed" : "shoot";
}

/** ` (a/b, c/d, e/f and 9 more)`. */
function listed(uses: readonly FalcoUse[], count: number): string {
  if (count === 0) return "";
  const names = uses.slice(0, count).map(clusterName).join(", ");
  const more = uses.length > count ? ` and ${String(uses.length - count)} more` : "";
  return ` (${names}${more})`;
}
