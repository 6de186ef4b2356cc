import { isObject } from "../../../../falco/base/json.ts";
import type { Problem } from "../../../../falco/base/problem.ts";
import { falco, profileOf } from "../../catalog/profile-of.ts";
import type { ProfileSituation } from "./profile-situations.ts";

/** One check of an edit of a FalcoProfile by its smallest example: a row of docs/admission-checks.md, and a test. */
export interface ProfileCheck extends Problem {
  /** What is wrong; the name of the test. */
  readonly what: string;
  /** What the edit makes of the good profile. */
  readonly fields?: ProfileFields;
  /** What was so before the edit; the good profile when absent. */
  readonly before?: ProfileFields;
  /** The profile is being deleted. */
  readonly deleted?: true;
  /** Instead of `fields`: those of the request. */
  readonly request?: object;
  /** How the document writes an example that is too long, or none of a field. */
  readonly example?: string;
  readonly where?: ProfileSituation;
  /** It only warns. */
  readonly warns?: true;
}

/** Values by the paths of their fields, as problems write these; an entry of a list that is null is taken out. */
export type ProfileFields = Readonly<Record<string, unknown>>;

/** The profile that all examples are edits of: nothing is to be said about it. */
export const goodProfile: unknown = profileOf("falco", {
  falco: [falco("0.43.1"), falco("0.44.1")],
  falcosidekick: [{ version: "2.34.1", classification: "supported" }],
  rules: [{ name: "falco-rules", version: "1.0.0", source: { file: "gardener/1.0.0/falco_rules.yaml" } }],
});

/** The good profile with other fields. */
export function profileWith(fields: ProfileFields = {}): unknown {
  return Object.entries(fields).reduce(
    (profile, [path, value]) =>
      withField(
        profile,
        path.split(/[.[\]]+/).filter((step) => step !== ""),
        value,
      ),
    goodProfile,
  );
}

function withField(within: unknown, [step, ...further]: readonly string[], value: unknown): unknown {
  if (step === undefined) return value;
  if (!Array.isArray(within)) {
    const object = isObject(within) ? within : {};
    return { ...object, [step]: withField(object[step], further, value) };
  }
  const list: readonly unknown[] = within;
  const entry = withField(list[Number(step)], further, value);
  return list.toSpliced(Number(step), 1, ...(entry === null ? [] : [entry]));
}
