import type { FalcoProfile } from "../api/falco-profile.ts";
import { identityOf, partByAge } from "../base/old-problems.ts";
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
  const { fresh, kept } = partByAge(problems, before.map(identityOf));
  return { problems: fresh, warnings: [...kept, ...warnings] };
}
