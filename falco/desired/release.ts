import { type FalcoServiceConfig, falcoServiceConfigKind } from "../api/falco-service-config.ts";
import { at, combine, failure, joinPath, problem, type Result, success } from "../base/problem.ts";
import type { Catalogue, FalcoVersion } from "../catalog/catalogue.ts";
import {
  type CanDeploy,
  chooseFalcosidekick,
  defaultFalcoVersion,
  findFalcoVersion,
  imageOf,
} from "../catalog/choose.ts";
import { atLeast } from "../catalog/versions.ts";
import { defaultDestinations, needsFalcosidekick } from "./destinations.ts";
import type { Place } from "./facts.ts";
import { knownFalcoMinors } from "./falco-configuration.ts";
import type { Landscape } from "./landscape.ts";
import { standardRuleSets } from "./rule-files.ts";

/** What versions are chosen by. Admission and controller both choose here, so neither promises what the other lacks. */
export interface ReleaseContext {
  readonly config: FalcoServiceConfig;
  /** Where the configuration stands in the user's object. */
  readonly configPath: string;
  readonly place: Place;
  readonly catalogue: Catalogue;
  readonly landscape: Landscape;
  readonly now: Date;
}

/** What a cluster says about its standard rule sets; when that is nothing, it gets `falco-rules`. */
export interface RuleSelection {
  readonly standardRules?: readonly string[];
}

/** A version of Falco and its image. */
export interface FalcoRelease {
  readonly version: FalcoVersion;
  readonly image: string;
}

/** A version of falcosidekick and its image. */
export interface FalcosidekickRelease {
  readonly version: string;
  readonly image: string;
}

/** The version of Falco that a cluster gets when its manifest names none. */
export function defaultVersion(catalogue: Catalogue, now: Date): Result<FalcoVersion> {
  return defaultFalcoVersion(catalogue, now, deployability({}, catalogue));
}

/**
 * Says of the versions of a catalogue whether they can be deployed into a cluster that selects these rule sets. It goes by the functions
 * with which a manifest is checked, so that nobody is moved to a version that the webhook would refuse.
 */
export function deployability(selection: RuleSelection, catalogue: Catalogue): CanDeploy {
  return (version) => withImage(version).ok && hasStandardRules(selection, catalogue, version);
}

/** Whether a version has all standard rule sets that a cluster selects. */
export function hasStandardRules({ standardRules }: RuleSelection, catalogue: Catalogue, falco: FalcoVersion): boolean {
  const rules = standardRules === undefined ? {} : { rules: { standard: standardRules } };
  return standardRuleSets({ ...falcoServiceConfigKind, ...rules }, { configPath: "", catalogue, falco }).ok;
}

/** The Falco that a configuration names, or the default, expired or not. */
export function chooseFalcoRelease({
  config,
  configPath,
  catalogue,
  now,
}: Omit<ReleaseContext, "place" | "landscape">): Result<FalcoRelease> {
  const chosen =
    config.falcoVersion === undefined
      ? defaultVersion(catalogue, now)
      : findFalcoVersion(catalogue, config.falcoVersion, now);
  const path = joinPath(configPath, "falcoVersion");
  if (!chosen.ok) return at(path, chosen);
  return at(path, withImage(chosen.value));
}

function withImage(version: FalcoVersion): Result<FalcoRelease> {
  const parts = combine({ known: knownVersion(version.version), image: imageOf("Falco", version) });
  return parts.ok ? success({ version, image: parts.value.image }) : parts;
}

function knownVersion(version: string): Result<undefined> {
  if (atLeast(version, knownFalcoMinors.lowest)) return success(undefined);
  const message = `Falco ${version} is too old for this version of the extension, which deploys ${knownFalcoMinors.lowest} and higher.`;
  return failure([problem("NOT_AVAILABLE", "", message)]);
}

/** The falcosidekick that the destinations of a configuration need, or undefined when they need none. */
export function chooseFalcosidekickRelease(context: ReleaseContext): Result<FalcosidekickRelease | undefined> {
  const { config, configPath, place, catalogue, landscape, now } = context;
  const destinations = config.destinations ?? defaultDestinations(place, landscape);
  if (!needsFalcosidekick(destinations, landscape)) return success(undefined);
  const path = joinPath(configPath, "destinations");
  const chosen = at(path, chooseFalcosidekick(catalogue, now));
  if (!chosen.ok) return chosen;
  const image = at(path, imageOf("falcosidekick", chosen.value));
  return image.ok ? success({ version: chosen.value.version, image: image.value }) : image;
}
