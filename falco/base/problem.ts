/**
 * A problem is something that is wrong with what a user or an operator wrote. It is a value: functions collect
 * problems and return them all, nobody throws them.
 */
export interface Problem {
  /** What kind of mistake it is; stable, for programs and for searching the documentation. */
  readonly code: ProblemCode;
  /** Where, in Kubernetes' notation: `spec.extensions[0].providerConfig.falcoVersion`; empty for the whole object. */
  readonly path: string;
  /** One sentence that says what is wrong and what to write instead. Never holds the content of a Secret. */
  readonly message: string;
}

/** Every code that this project reports, with what it stands for. Codes are never renamed or used again. */
export const problemCodes = {
  INPUT_UNREADABLE: "a file or standard input cannot be read",
  INPUT_TOO_LARGE: "an input exceeds its size limit",
  YAML_INVALID: "a text is not YAML or not JSON",
  KIND_UNSUPPORTED: "the object is of a kind or API version that is not understood here",
  FIELD_UNKNOWN: "a field that the kind does not have",
  FIELD_REQUIRED: "a field that must be there is missing",
  FIELD_TYPE: "a value has the wrong type",
  FIELD_VALUE: "a value is not among those allowed",
  FIELD_DUPLICATE: "a name or key stands twice in a list that needs unique ones",
  FIELD_CONFLICT: "two fields exclude each other",
  DEPRECATED: "something that still works and should be written in another way",
  NOT_AVAILABLE: "a part of the API that this version of the extension does not serve yet",
  VERSION_UNKNOWN: "a version that no FalcoProfile lists",
  VERSION_EXPIRED: "a version that has expired or, as a warning, will expire",
  VERSION_NONE_SUPPORTED: "no FalcoProfile has a supported, unexpired version",
  VERSION_IN_USE: "an edit of a FalcoProfile changes a version that clusters use, for the worse",
  IMAGE_MISSING: "a version without an image in any FalcoProfile",
  PROFILE_CONFLICT: "two FalcoProfiles disagree about the same entry",
  PROFILE_INCOMPLETE: "a FalcoProfile lacks something that its versions need",
  RULES_NONE: "neither standard nor custom rules are selected",
  RULES_NOT_IN_PROFILE: "a rule set that no FalcoProfile has for this Falco version",
  RULES_SOURCE_MISSING: "the file of a rule set cannot be found",
  RULES_INVALID: "a rules file is not a list of YAML items",
  RULES_TOO_LARGE: "a rules file exceeds 1 MiB once unpacked, or there are more than ten",
  RULES_UNPACK: "a compressed rules file cannot be unpacked",
  DESTINATION_UNKNOWN: "a destination that neither this project nor the landscape knows",
  DESTINATION_CONFLICT: "two enabled destinations exclude each other",
  DESTINATION_FORBIDDEN: "a destination that the landscape or the place does not allow",
  SECRET_REQUIRED: "a destination needs a Secret and names none",
  SECRET_INVALID: "a Secret lacks a key, has an unknown one, or holds a value that cannot be used",
  RESOURCE_UNDECLARED: "a name that does not stand in spec.resources",
  RESOURCE_KIND: "an entry of spec.resources is of another kind than needed",
  RESOURCE_MISSING: "a declared resource has not been found (yet)",
  CLUSTER_INCOMPLETE: "the Cluster lacks something that is needed (yet)",
  USAGE_RESTRICTED: "the landscape does not allow this project to use the feature",
  REFERENCE_INVALID: "a reference to an OCI artifact that cannot be read",
  ARTIFACT_MISSING: "an OCI artifact that its registry does not have",
  ARTIFACT_DENIED: "an OCI artifact that its registry does not let us pull",
  ARTIFACT_INVALID: "an OCI artifact that is not what it should be, or a registry that does not follow the rules",
  ARTIFACT_DIGEST: "an OCI artifact whose content is not what its digest says",
  CHART_INVALID: "a Helm chart that cannot be read or rendered",
} as const;

export type ProblemCode = keyof typeof problemCodes;

/** A value, or every problem that kept it from being made. Warnings go along with a value. */
export type Result<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** The value `value`, with warnings if there are any. */
export function success<T>(value: T, warnings: readonly Problem[] = []): Result<T> {
  return { ok: true, value, warnings };
}

/** No value; `problems` must hold at least one. */
export function failure(problems: readonly Problem[]): { readonly ok: false; readonly problems: readonly Problem[] } {
  return { ok: false, problems };
}

/** `problem("FIELD_REQUIRED", "spec.versions", "…")`. */
export function problem(code: ProblemCode, path: string, message: string): Problem {
  return { code, path, message };
}

/**
 * Joins a path and a next step: a field name (`a` → `.a`, `a.b/c` → `["a.b/c"]`) or a list index (`0` → `[0]`).
 */
export function joinPath(path: string, ...steps: readonly (string | number)[]): string {
  return steps.reduce<string>((joined, step) => {
    if (typeof step === "number") return `${joined}[${String(step)}]`;
    if (!/^[A-Za-z_][\w-]*$/.test(step)) return `${joined}[${JSON.stringify(step)}]`;
    return joined === "" ? step : `${joined}.${step}`;
  }, path);
}

/** The same problems, with their paths below `path`. */
export function problemsBelow(path: string, problems: readonly Problem[]): readonly Problem[] {
  return problems.map((each) => ({ ...each, path: prefixed(path, each.path) }));
}

function prefixed(path: string, below: string): string {
  if (path === "" || below === "") return path + below;
  return below.startsWith("[") ? path + below : `${path}.${below}`;
}

/** One line a person can read: `path: message (CODE)`. */
export function formatProblem({ code, path, message }: Problem): string {
  return path === "" ? `${message} (${code})` : `${path}: ${message} (${code})`;
}

/** The values of several results, or the problems of all of them. */
export function combine<R extends Readonly<Record<string, Result<unknown>>>>(
  results: R,
): Result<{ readonly [K in keyof R]: R[K] extends Result<infer T> ? T : never }> {
  const problems = Object.values(results).flatMap((each) => (each.ok ? [] : each.problems));
  if (problems.length > 0) return failure(problems);
  const warnings = Object.values(results).flatMap((each) => (each.ok ? each.warnings : []));
  const values = Object.entries(results).map(([name, each]) => [name, each.ok ? each.value : undefined] as const);
  return success(Object.fromEntries(values) as never, warnings);
}

/** A result whose problems and warnings stand at `path`, for functions that do not know where their input came from. */
export function at<T>(path: string, result: Result<T>): Result<T> {
  if (!result.ok) return failure(result.problems.map((each) => (each.path === "" ? { ...each, path } : each)));
  return success(
    result.value,
    result.warnings.map((each) => (each.path === "" ? { ...each, path } : each)),
  );
}
