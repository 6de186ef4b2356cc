import { formatProblem, problem, type Problem } from "../base/problem.ts";
import { defaultFalcoVersion, chooseFalcosidekick } from "../catalog/choose.ts";
import { compareVersions, isVersion } from "../catalog/versions.ts";
import type { FalcoUse } from "./falco-use.ts";
import { placeOf, profileImpact, type VersionImpact } from "./profile-impact.ts";
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
  if (defaultFalcoVersion(before, now).ok && !defaultFalcoVersion(after, now).ok) {
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

/** With as many names as there is room for. */
function warningOf(impact: VersionImpact): Problem {
  const code = impact.stranded ? "VERSION_NONE_SUPPORTED" : "VERSION_IN_USE";
  const withNames = (count: number): Problem => problem(code, path, sentence(impact, count));
  const counts = Array.from({ length: mostNames + 1 }, (_each, index) => mostNames - index);
  const fitting = counts.find((count) => formatProblem(withNames(count)).length <= longestWarning);
  return withNames(fitting ?? 0);
}

function sentence(impact: VersionImpact, names: number): string {
  const { version, effect, expires = 0, uses } = impact;
  const isOne = uses.length === 1;
  const who = `${String(uses.length)} ${kindOf(uses)}${isOne ? "" : "s"}${listed(uses, names)}`;
  if (version === undefined) return `${who} ${isOne ? "names" : "name"} no version, and this edit leaves no default.`;
  const date = new Date(expires).toISOString().slice(0, 10);
  const what = effectPhrases[effect].replace("{date}", date);
  return `${who} ${isOne ? "uses" : "use"} Falco ${version}, ${what}${consequence(impact)}`;
}

const effectPhrases: Readonly<Record<VersionEffect, string>> = {
  "taken-away": "which this edit takes away",
  expired: "which this edit lets expire at once",
  stranded: "which cannot stay",
  "without-image": "which this edit leaves without an image",
  ambiguous: "which this edit and another profile describe differently",
  "without-rules": "which this edit leaves without falco-rules",
  expiring: "which this edit lets expire on {date}",
  deprecated: "which this edit makes deprecated",
};

/** These versions stay in the catalogue but cannot be deployed: a reconcile reports the mistake and changes nothing. */
const undeployable: ReadonlySet<VersionEffect> = new Set(["without-image", "ambiguous", "without-rules"]);

function consequence(impact: VersionImpact): string {
  const { effect, stranded, uses } = impact;
  const them = uses.length === 1 ? "it" : "them";
  if (stranded) return `, and no version is left to move ${them} to: Falco runs on there, and changes are not applied.`;
  const rest = undeployable.has(effect)
    ? "Until that is mended, Falco runs on there, and changes are not applied."
    : "";
  return [`${moving(impact)}.`, rest].filter((each) => each !== "").join(" ");
}

function moving(impact: VersionImpact): string {
  const { effect, uses, move } = impact;
  if (uses[0]?.kind === "Seed") return effect === "deprecated" ? "" : "; maintenance does not change Seeds";
  if (move === undefined) return "";
  const isAll = move.count === uses.length;
  const them = uses.length === 1 ? "it" : "them";
  const when = effect === "expiring" ? "after that" : `in ${them === "it" ? "its" : "their"} next window`;
  return `; maintenance moves ${isAll ? them : `${String(move.count)} of them`} to ${target(impact, move.to)} ${when}`;
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
  const names = uses.slice(0, count).map(placeOf).join(", ");
  const more = uses.length > count ? ` and ${String(uses.length - count)} more` : "";
  return ` (${names}${more})`;
}
