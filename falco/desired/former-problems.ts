import { canonicalJson, equalJson, isObject } from "../base/json.ts";
import { identityOf, parted, partByAge, type PartedProblems } from "../base/old-problems.ts";
import type { Problem, ProblemCode } from "../base/problem.ts";
import type { FormerSubject, Subject } from "./admission-subject.ts";

/** A change, and how either side of it is checked. */
export interface Change {
  readonly subject: Subject;
  /** Undefined when there was nothing before. */
  readonly former: FormerSubject | undefined;
  /** Gives every problem of a subject. */
  readonly check: (subject: Subject) => readonly Problem[];
}

/** What a configuration can come to without being touched: profiles and the landscape change. */
const brought = new Set<ProblemCode>([
  "VERSION_UNKNOWN",
  "VERSION_EXPIRED",
  "VERSION_NONE_SUPPORTED",
  "IMAGE_MISSING",
  "PROFILE_CONFLICT",
  "RULES_NOT_IN_PROFILE",
  "DESTINATION_UNKNOWN",
  "DESTINATION_FORBIDDEN",
]);

/** These say that a value is wrong in itself: another wrong value is another problem. */
const aboutValue = new Set<ProblemCode>(["FIELD_TYPE", "FIELD_VALUE", "FIELD_UNKNOWN", "KIND_UNSUPPORTED"]);

/**
 * Tells new problems from old ones. A problem is old when the object had it before, wherever in a list it stands now; a second one of the
 * same kind is new. Of an entry that was disabled only those count that profiles and the landscape have brought: whoever switches Falco
 * on hears of all other mistakes for the first time.
 */
export function sortByAge(problems: readonly Problem[], change: Change): PartedProblems {
  const { subject, former, check } = change;
  if (problems.length === 0 || former === undefined) return { fresh: problems, kept: [] };
  if (former.isOn && !former.config.ok && subject.config.ok) {
    return parted(problems, (each) => isUnchangedField(each, subject, former));
  }
  const before = check(former).filter(({ code }) => former.isOn || brought.has(code));
  return partByAge(
    problems,
    before.map((each) => identityIn(former, each)),
    (each) => identityIn(subject, each),
  );
}

/** Of a value that is wrong in itself, with the value. */
function identityIn(subject: Subject, each: Problem): string {
  const value = aboutValue.has(each.code) ? canonicalJson(valueAt(subject.raw, belowConfig(each.path, subject))) : "";
  return `${identityOf(each)} ${value}`;
}

/** Before, nothing else could be checked than that the configuration cannot be read. What has stayed as it was has the problem from then. */
function isUnchangedField({ path }: Problem, now: Subject, before: Subject): boolean {
  const [field = ""] = stepsOf(belowConfig(path, now));
  const same = (name: string): boolean => equalJson(valueAt(now.raw, name), valueAt(before.raw, name));
  return same(field) && same("falcoVersion") && equalJson(now.resources, before.resources);
}

function belowConfig(path: string, { configPath }: Subject): string {
  return path.startsWith(configPath) ? path.slice(configPath.length) : path;
}

/** `a.b[0]["c.d"]` as `joinPath` writes it, step by step. */
function stepsOf(path: string): readonly string[] {
  const steps = path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g);
  return [...steps].map(([, quoted, index, name]) =>
    quoted === undefined ? (index ?? name ?? "") : String(JSON.parse(`"${quoted}"`)),
  );
}

function valueAt(value: unknown, path: string): unknown {
  return stepsOf(path).reduce<unknown>((found, step) => {
    if (Array.isArray(found)) return found[Number(step)];
    return isObject(found) && Object.hasOwn(found, step) ? found[step] : undefined;
  }, value);
}
