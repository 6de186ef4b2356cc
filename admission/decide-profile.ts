import { type FalcoProfile, falcoProfileKind } from "../falco/api/falco-profile.ts";
import { isObject } from "../falco/base/json.ts";
import { problem, type Problem } from "../falco/base/problem.ts";
import { profileName } from "../falco/catalog/catalogue.ts";
import type { ProfileVerdict } from "../falco/catalog/check-profile.ts";
import { checkProfileEdit } from "../falco/catalog/check-profile-edit.ts";
import { readProfile, readProfiles } from "../falco/catalog/read-profiles.ts";
import type { FalcoUse } from "../falco/desired/falco-use.ts";
import { impactWarnings } from "../falco/desired/impact-warnings.ts";
import { failed } from "./decide.ts";
import { type Decision, isInDeletion, type ReviewRequest, untouched } from "./review.ts";

/** What a decision about a FalcoProfile is made with. */
export interface ProfileContext {
  /** The FalcoProfiles of the garden as they are, the one in question among them or not. */
  readonly profiles: readonly unknown[];
  /** The clusters that use Falco; undefined while they are not all known. */
  readonly uses: Iterable<FalcoUse> | undefined;
  readonly now: Date;
}

/**
 * The decision about a FalcoProfile. What is wrong in it is refused, unless it was so before the change; what an edit or a deletion means for
 * clusters is told in warnings, and never refused. It has an answer to any JSON.
 */
export function decideProfile(request: ReviewRequest, context: ProfileContext): Decision {
  try {
    const problems = frameProblems(request);
    if (problems.length > 0) return { allowed: false, refusal: "unreadable", problems, warnings: [] };
    return isToDecide(request) ? decideEdit(request, context) : untouched;
  } catch (error) {
    return failed(error);
  }
}

const [group] = falcoProfileKind.apiVersion.split("/");

function frameProblems(request: ReviewRequest): readonly Problem[] {
  const { kind, operation, object, subResource = "" } = request;
  if (kind.group !== group || kind.kind !== falcoProfileKind.kind) {
    const message = `This webhook decides about FalcoProfiles of falco.gardener.cloud, not about ${kind.kind} of "${kind.group ?? ""}".`;
    return [problem("KIND_UNSUPPORTED", "request.kind", message)];
  }
  if (isObject(object) || operation === "DELETE" || operation === "CONNECT" || subResource !== "") return [];
  return [problem("FIELD_REQUIRED", "request.object", "There is no object to decide about.")];
}

/** Nothing is to be decided about subresources, nor about objects in deletion: their finalizers must be able to go. */
function isToDecide({ operation, object, subResource = "" }: ReviewRequest): boolean {
  if (operation === "CONNECT" || subResource !== "") return false;
  return operation === "DELETE" || !isInDeletion(object);
}

function decideEdit({ operation, name, object, oldObject }: ReviewRequest, context: ProfileContext): Decision {
  const { profiles, uses, now } = context;
  const edited = operation === "DELETE" ? undefined : object;
  const own = name ?? profileName(edited ?? oldObject);
  const others = profiles.filter((each) => profileName(each) !== own);
  const old = operation === "CREATE" ? [] : [oldObject];
  const before = readProfiles([...others, ...old]).catalogue;
  const after = readProfiles(edited === undefined ? others : [...others, edited]).catalogue;
  const impact = impactWarnings({ before, after }, uses, now);
  const verdict =
    edited === undefined ? nothingWrong : checkProfileEdit(edited, { old, others: readable(others), now });
  const told = new Set(impact.map(({ path }) => path));
  const warnings = [
    ...impact,
    // That falcosidekick is missing has been told when this very edit takes it away.
    ...verdict.warnings.filter(({ code, path }) => code !== "PROFILE_INCOMPLETE" || !told.has(path)),
  ];
  if (verdict.problems.length === 0) return { allowed: true, warnings };
  return { allowed: false, refusal: "denied", problems: verdict.problems, warnings: [] };
}

const nothingWrong: ProfileVerdict = { problems: [], warnings: [] };

function readable(objects: readonly unknown[]): readonly FalcoProfile[] {
  return objects.map(readProfile).flatMap((each) => (each.ok ? [each.value] : []));
}
