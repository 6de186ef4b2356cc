import { type Problem, problem, type Result, failure, success } from "../base/problem.ts";
import { nearest } from "../api/nearest.ts";
import {
  type Catalogue,
  type CataloguedVersion,
  type FalcoVersion,
  managedRuleSet,
  type RuleSet,
} from "./catalogue.ts";
import { timeText } from "./versions.ts";

/** Whether a version's expiration date lies in the past at `now`. */
export function isExpired({ expires }: CataloguedVersion, now: Date): boolean {
  return expires !== undefined && expires < now.getTime();
}

/** So long before its expiration date, the use of a version is answered with a warning. */
const warningTime = 30 * 24 * 3600 * 1000;

/** Whether a version expires so soon that its users are warned. One that has expired does not any more. */
export function expiresSoon(version: CataloguedVersion, now: Date): boolean {
  const { expires } = version;
  return expires !== undefined && !isExpired(version, now) && expires - now.getTime() <= warningTime;
}

/** Whether a version can be chosen for somebody: it has not expired, and all profiles agree about it. */
export function isUsable(version: CataloguedVersion, now: Date): boolean {
  return !isExpired(version, now) && version.conflict === undefined;
}

/**
 * Says of a version of a catalogue whether it could be deployed. What that takes beyond the version's own entry, such as rule sets, is
 * known to those who deploy.
 */
export type CanDeploy = (version: FalcoVersion) => boolean;

/** The highest version that is supported, has not expired, and about which all profiles agree. */
export function highestSupported<V extends CataloguedVersion>(
  versions: readonly V[],
  now: Date,
  accept: (version: V) => boolean = () => true,
): V | undefined {
  return versions.findLast((each) => each.classification === "supported" && isUsable(each, now) && accept(each));
}

/**
 * The version of Falco that a cluster gets when it names none: the highest supported one that can be deployed. Where none can, it is the
 * highest one all the same, so that whoever tries it is told what is missing.
 */
export function defaultFalcoVersion(catalogue: Catalogue, now: Date, canDeploy: CanDeploy): Result<FalcoVersion> {
  const chosen = highestSupported(catalogue.falco, now, canDeploy) ?? highestSupported(catalogue.falco, now);
  return chosen === undefined ? failure([noneSupported("Falco")]) : success(chosen);
}

function noneSupported(what: string): Problem {
  const message = `No FalcoProfile has a version of ${what} that is supported and has not expired. Ask the operators of the landscape for one.`;
  return problem("VERSION_NONE_SUPPORTED", "", message);
}

/** The version of Falco with this name, expired or not. An unknown one names those that can be used. */
export function findFalcoVersion(catalogue: Catalogue, version: string, now: Date): Result<FalcoVersion> {
  const found = catalogue.falco.find((each) => each.version === version);
  if (found === undefined) {
    const who = catalogue.isIncomplete ? "No FalcoProfile that can be read" : "No FalcoProfile";
    const message = `${who} has Falco ${version}. ${usableVersions(catalogue, now)}`;
    return failure([problem("VERSION_UNKNOWN", "", message)]);
  }
  return found.conflict === undefined ? success(found) : failure([found.conflict]);
}

/** A problem when a version has expired, to be put at the field that names it. */
export function expiryProblem(catalogue: Catalogue, version: FalcoVersion, now: Date): readonly Problem[] {
  if (!isExpired(version, now)) return [];
  const message = `Falco ${version.version} expired at ${timeText(version.expires ?? 0)}. ${usableVersions(catalogue, now)}`;
  return [problem("VERSION_EXPIRED", "", message)];
}

function usableVersions(catalogue: Catalogue, now: Date): string {
  const usable = catalogue.falco.filter((each) => isUsable(each, now));
  if (usable.length === 0) return "There is no version that can be used.";
  return `Use one of ${usable.map(({ version, classification }) => `${version} (${classification})`).join(", ")}.`;
}

/** The version of falcosidekick that is deployed at `now`. */
export function chooseFalcosidekick(catalogue: Catalogue, now: Date): Result<CataloguedVersion> {
  const chosen = highestSupported(catalogue.falcosidekick, now);
  return chosen === undefined ? failure([noneSupported("falcosidekick")]) : success(chosen);
}

/** The image of a version of `what`. */
export function imageOf(what: string, { version, image }: CataloguedVersion): Result<string> {
  if (image !== undefined) return success(image);
  const message = `No FalcoProfile has an image for ${what} ${version}. Ask the operators of the landscape to add it to spec.images.`;
  return failure([problem("IMAGE_MISSING", "", message)]);
}

/**
 * The rule set called `name` that belongs to a version of Falco. In a landscape whose profiles have no `spec.rules`,
 * `falco-rules` means the managed set, with a warning.
 */
export function findRuleSet(catalogue: Catalogue, falco: FalcoVersion, name: string): Result<RuleSet> {
  const found = catalogue.ruleSets.find((each) => each.name === name && each.version === falco.rulesVersion);
  if (found?.conflict !== undefined) return failure([found.conflict]);
  if (found !== undefined) return success(found);
  if (!catalogue.namesRuleSets && name === managedRuleSet.name) {
    const message = `No FalcoProfile has spec.rules, so "${name}" means the managed rules that ship with the extension.`;
    const source = { kind: "file", file: managedRuleSet.file } as const;
    return success({ name, version: falco.rulesVersion, source }, [problem("RULES_NOT_IN_PROFILE", "", message)]);
  }
  const offered = ruleSetsFor(catalogue, falco);
  const suggestion = nearest(name, offered);
  const hint =
    suggestion === undefined ? `Use ${offered.join(", ") || "custom rules"}.` : `Did you mean "${suggestion}"?`;
  const message = `There are no rules "${name}" for Falco ${falco.version}. ${hint}`;
  return failure([problem("RULES_NOT_IN_PROFILE", "", message)]);
}

/** The names of the rule sets that a version of Falco can load. */
export function ruleSetsFor(catalogue: Catalogue, { rulesVersion }: FalcoVersion): readonly string[] {
  if (!catalogue.namesRuleSets) return [managedRuleSet.name];
  return catalogue.ruleSets.filter(({ version }) => version === rulesVersion).map(({ name }) => name);
}
