import { equalJson, isObject } from "../base/json.ts";
import { type Problem, problemsBelow } from "../base/problem.ts";
import { profileName } from "./catalogue.ts";
import { checkProfileEdit } from "./check-profile-edit.ts";
import type { ProfileVerdict } from "./check-profile.ts";
import { readProfile } from "./read-profiles.ts";

/** Profiles that are to be applied. */
export interface ProfileEdits {
  readonly profiles: readonly unknown[];
  /** Those that there are now. */
  readonly before: readonly unknown[];
  readonly now: Date;
}

/**
 * What the webhook would say of the edits, all together; paths begin with `falcoprofiles[name]`. A profile that stays as it is, is not
 * judged.
 */
export function checkProfiles({ profiles, before, now }: ProfileEdits): ProfileVerdict {
  const names = profiles.map(profileName);
  const others = [...profiles, ...before.filter((each) => !names.includes(profileName(each)))].flatMap((each) => {
    const read = readProfile(each);
    return read.ok ? [read.value] : [];
  });
  const verdicts = profiles.flatMap((each): readonly ProfileVerdict[] => {
    const old = before.filter((other) => profileName(other) === profileName(each));
    if (old.some((other) => equalJson(specOf(other), specOf(each)))) return [];
    const { problems, warnings } = checkProfileEdit(each, { old, others, now });
    return [{ problems: placed(problems, each), warnings: placed(warnings, each) }];
  });
  // A disagreement of two profiles is found from both sides.
  const warnings = verdicts
    .flatMap((each) => each.warnings)
    .map((each) => [`${each.path} ${each.message}`, each] as const);
  return { problems: verdicts.flatMap(({ problems }) => problems), warnings: [...new Map(warnings).values()] };
}

function specOf(profile: unknown): unknown {
  return isObject(profile) ? profile["spec"] : undefined;
}

function placed(problems: readonly Problem[], profile: unknown): readonly Problem[] {
  const place = `falcoprofiles[${profileName(profile)}]`;
  return problems.flatMap((each) => (each.path.startsWith("falcoprofiles[") ? [each] : problemsBelow(place, [each])));
}
