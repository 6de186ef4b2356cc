import type { Problem } from "./problem.ts";

/** Problems that a change has brought, and those that were there before. */
export interface PartedProblems {
  readonly fresh: readonly Problem[];
  readonly kept: readonly Problem[];
}

/** What tells a problem from others: the same one at another index of a list is still the same. */
export function identityOf({ code, path, message }: Problem): string {
  return `${code} ${path.replaceAll(/\[\d+\]/g, "[]")} ${message}`;
}

/** Parts problems into new ones and those that were among `before`, each of which counts once: a second one like it is new. */
export function partByAge(
  problems: readonly Problem[],
  before: readonly string[],
  identify: (each: Problem) => string = identityOf,
): PartedProblems {
  const counts = new Map<string, number>();
  for (const each of before) counts.set(each, (counts.get(each) ?? 0) + 1);
  return parted(problems, (each) => {
    const identity = identify(each);
    const count = counts.get(identity) ?? 0;
    counts.set(identity, count - 1);
    return count > 0;
  });
}

/** Parts problems by a function, which is asked once about each. */
export function parted(problems: readonly Problem[], isOld: (each: Problem) => boolean): PartedProblems {
  const kept = new Set(problems.filter(isOld));
  return { fresh: problems.filter((each) => !kept.has(each)), kept: [...kept] };
}
