import { decoder } from "../api/decode.ts";
import { type FalcoProfile, falcoProfileSchema } from "../api/falco-profile.ts";
import { joinPath, problem, type Problem, type Result } from "../base/problem.ts";
import { buildCatalogue, type Catalogue, managedRuleSet, profileName, uncataloguedProblems } from "./catalogue.ts";
import { highestSupported } from "./choose.ts";
import { entryProblems, repeatedEntries } from "./profile-entries.ts";
import { readProfile } from "./read-profiles.ts";

/** What is to be said about a profile: it can be taken when there are no problems. */
export interface ProfileVerdict {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

const decode = decoder(falcoProfileSchema);

/**
 * Checks a FalcoProfile on its own: shape, versions, dates, an image for every version, something supported. Where it disagrees with
 * `others` is a warning, because two profiles can only be edited one after the other.
 */
export function checkProfile(object: unknown, others: readonly FalcoProfile[], now: Date): ProfileVerdict {
  const strict: Result<FalcoProfile> = decode(object);
  const shape = strict.ok ? [] : strict.problems;
  // An unknown field must not hide what else is wrong.
  const read = strict.ok ? strict : readProfile(object);
  if (!read.ok) return { problems: shape, warnings: [] };
  const content = checkContent(read.value, others, now);
  return { problems: [...shape, ...content.problems], warnings: content.warnings };
}

function checkContent(profile: FalcoProfile, others: readonly FalcoProfile[], now: Date): ProfileVerdict {
  const name = profileName(profile);
  const { catalogue, problems } = buildCatalogue([profile]);
  const together = buildCatalogue([profile, ...others.filter((each) => profileName(each) !== name)]);
  const own = new Set(problems.map(({ path }) => path));
  return {
    problems: [
      ...[...problems, ...uncataloguedProblems(profile)].map((each) => withinProfile(each, name)),
      ...entryProblems(profile),
      ...(highestSupported(catalogue.falco, now) === undefined ? [noneSupported] : []),
    ],
    warnings: [
      ...together.problems.filter(({ code, path }) => code === "PROFILE_CONFLICT" && !own.has(path)),
      ...repeatedEntries(profile),
      ...withoutRules(profile, together.catalogue),
      ...withoutFalcosidekick(profile, together.catalogue, now),
    ],
  };
}

const noneSupported = problem(
  "VERSION_NONE_SUPPORTED",
  "spec.versions.falco",
  "No version of Falco is supported and unexpired, so a shoot that names none would get none. Classify one as supported.",
);

function withinProfile(each: Problem, name: string): Problem {
  const prefix = `falcoprofiles[${name}].`;
  return each.path.startsWith(prefix) ? { ...each, path: each.path.slice(prefix.length) } : each;
}

/** Shoots load `falco-rules` unless they say otherwise. Another profile may have it, now or later, so this is no refusal. */
function withoutRules({ spec }: FalcoProfile, { ruleSets, namesRuleSets }: Catalogue): readonly Problem[] {
  const known = new Set(ruleSets.filter(({ name }) => name === managedRuleSet.name).map(({ version }) => version));
  if (!namesRuleSets) return [];
  return spec.versions.falco.flatMap(({ version, rulesVersion }, index) => {
    if (known.has(rulesVersion)) return [];
    const path = joinPath("spec.versions.falco", index, "rulesVersion");
    const message = `Falco ${version} has no rules: no profile has ${managedRuleSet.name} ${rulesVersion}. Add it to spec.rules.`;
    return [problem("PROFILE_INCOMPLETE", path, message)];
  });
}

/** A profile that lists none at all may rely on another one that comes later. */
function withoutFalcosidekick({ spec }: FalcoProfile, catalogue: Catalogue, now: Date): readonly Problem[] {
  const listed = spec.versions.falcosidekick ?? [];
  if (listed.length === 0 || highestSupported(catalogue.falcosidekick, now) !== undefined) return [];
  const message =
    "No version of falcosidekick is supported and unexpired, and most destinations need one. Classify one as supported.";
  return [problem("PROFILE_INCOMPLETE", "spec.versions.falcosidekick", message)];
}
