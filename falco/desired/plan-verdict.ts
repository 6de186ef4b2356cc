import type { FalcoProfile } from "../api/falco-profile.ts";
import { equalJson } from "../base/json.ts";
import { type Problem, problemsBelow } from "../base/problem.ts";
import { profileName } from "../catalog/catalogue.ts";
import type { ProfileVerdict } from "../catalog/check-profile.ts";
import { checkProfileEdit } from "../catalog/check-profile-edit.ts";
import type { ClusterPlan } from "./plan-effect.ts";

/** Profiles that are to be applied. */
export interface ProfileEdits {
  readonly profiles: readonly FalcoProfile[];
  /** Those that there are now, as far as they can be read. */
  readonly before: readonly FalcoProfile[];
  readonly now: Date;
}

/**
 * What the webhook would say of the edits, all together; paths begin with `falcoprofiles[name]`. A profile that stays as it is, is not
 * judged.
 */
export function checkProfiles({ profiles, before, now }: ProfileEdits): ProfileVerdict {
  const names = profiles.map(profileName);
  const others = [...profiles, ...before.filter((each) => !names.includes(profileName(each)))];
  const verdicts = profiles.flatMap((each): readonly ProfileVerdict[] => {
    const old = before.filter((other) => profileName(other) === profileName(each));
    if (old.some(({ spec }) => equalJson(spec, each.spec))) return [];
    const { problems, warnings } = checkProfileEdit(each, { old, others, now });
    return [{ problems: placed(problems, each), warnings: placed(warnings, each) }];
  });
  // A disagreement of two profiles is found from both sides.
  const warnings = verdicts
    .flatMap((each) => each.warnings)
    .map((each) => [`${each.path} ${each.message}`, each] as const);
  return { problems: verdicts.flatMap(({ problems }) => problems), warnings: [...new Map(warnings).values()] };
}

function placed(problems: readonly Problem[], profile: FalcoProfile): readonly Problem[] {
  const place = `falcoprofiles[${profileName(profile)}]`;
  return problems.flatMap((each) => (each.path.startsWith("falcoprofiles[") ? [each] : problemsBelow(place, [each])));
}

/** Whether the change of the profiles leaves some cluster without a version that can be used. */
export function leavesStranded(plans: readonly ClusterPlan[]): boolean {
  return plans.some(({ effects }) => effects.some(({ kind }) => kind === "stranded"));
}
