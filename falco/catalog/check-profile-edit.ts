import type { FalcoProfile } from "../api/falco-profile.ts";
import type { Problem } from "../base/problem.ts";
import { checkProfile, type ProfileVerdict } from "./check-profile.ts";

/** What an edit of a profile is judged with. */
export interface EditSurroundings {
  /** The profile before the change, as a list of one; empty when it is new. */
  readonly old: readonly unknown[];
  readonly others: readonly FalcoProfile[];
  readonly now: Date;
}

/**
 * Checks an edited FalcoProfile. What was wrong before is a warning, so that it does not block the mending of something else; a second
 * one like it is new.
 */
export function checkProfileEdit(edited: unknown, { old, others, now }: EditSurroundings): ProfileVerdict {
  const { problems, warnings } = checkProfile(edited, others, now);
  const before = problems.length === 0 ? [] : old.flatMap((each) => checkProfile(each, others, now).problems);
  const counts = new Map<string, number>();
  for (const key of before.map(identityOf)) counts.set(key, (counts.get(key) ?? 0) + 1);
  const kept = new Set(
    problems.filter((each) => {
      const count = counts.get(identityOf(each)) ?? 0;
      counts.set(identityOf(each), count - 1);
      return count > 0;
    }),
  );
  return { problems: problems.filter((each) => !kept.has(each)), warnings: [...kept, ...warnings] };
}

/** The same problem at another index of a list is still the same. */
function identityOf({ code, path, message }: Problem): string {
  return `${code} ${path.replaceAll(/\[\d+\]/g, "[]")} ${message}`;
}
