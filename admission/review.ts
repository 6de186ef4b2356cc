import { sliceReader } from "../falco/api/decode.ts";
import type { FromSchema, ObjectSchema } from "../falco/api/schema.ts";
import { canonicalJson } from "../falco/base/json.ts";
import { isObject } from "../falco/base/json.ts";
import type { PatchOperation } from "../falco/base/json-patch.ts";
import { formatProblem, type Problem, type Result } from "../falco/base/problem.ts";

/** Names have at most 253 characters, and short ones keep the log readable, where they all may stand. */
const text = { type: "string", maxLength: 253 } as const;
const anything = { "x-kubernetes-preserve-unknown-fields": true } as const;

const reviewSchema = {
  type: "object",
  required: ["apiVersion", "kind", "request"],
  properties: {
    apiVersion: { type: "string", enum: ["admission.k8s.io/v1", "admission.k8s.io/v1beta1"] },
    kind: { type: "string", enum: ["AdmissionReview"] },
    request: {
      type: "object",
      required: ["uid", "operation", "kind"],
      properties: {
        uid: { ...text, minLength: 1 },
        operation: { type: "string", enum: ["CREATE", "UPDATE", "DELETE", "CONNECT"] },
        kind: {
          type: "object",
          required: ["kind"],
          properties: { group: text, version: text, kind: text },
        },
        subResource: text,
        namespace: text,
        name: text,
        dryRun: { type: "boolean" },
        object: anything,
        oldObject: anything,
      },
    },
  },
} as const satisfies ObjectSchema;

/** A question of an API server, read: `admission.k8s.io/v1`, or `v1beta1`, which has the same fields. */
export type Review = FromSchema<typeof reviewSchema>;
export type ReviewRequest = Review["request"];

/** Reads an AdmissionReview. Fields that nobody here looks at may hold anything. */
export const readReview: (body: unknown) => Result<Review> = sliceReader(reviewSchema);

/** What a webhook says. */
export type Decision = Allowed | Refused;

interface Allowed {
  readonly allowed: true;
  /** What the API server is to change; nothing when absent. */
  readonly patch?: readonly PatchOperation[];
  readonly warnings: readonly Problem[];
}

interface Refused {
  readonly allowed: false;
  readonly refusal: Refusal;
  /** What is wrong; for a failure on our side there is nothing that the user could do, so it is empty. */
  readonly problems: readonly Problem[];
  /** Says it in one sentence, where `problems` does not. */
  readonly message?: string;
  readonly warnings: readonly Problem[];
}

/** What is none of our business goes through as it is. */
export const untouched: Decision = { allowed: true, warnings: [] };

/** Whether an object is in deletion: its finalizers must be able to go, whatever state it is in. */
export function isInDeletion(object: unknown): boolean {
  const metadata = isObject(object) ? object["metadata"] : undefined;
  return isObject(metadata) && typeof metadata["deletionTimestamp"] === "string";
}

/** Why there is no permission: the object is wrong, the request is, or this side could not decide just now. */
type Refusal = keyof typeof refusals;

/** `retryAfterSeconds` becomes the header Retry-After, on which clients of the API server try again by themselves. */
const refusals = {
  denied: { code: 403, reason: "Forbidden" },
  unreadable: { code: 400, reason: "BadRequest" },
  failed: { code: 500, reason: "InternalError", retryAfterSeconds: 5 },
  unavailable: { code: 503, reason: "ServiceUnavailable", retryAfterSeconds: 2 },
} as const satisfies Record<string, { code: number; reason: string; retryAfterSeconds?: number }>;

/** The AdmissionReview that answers `review`, in the version that it was asked in. */
export function writeReview({ apiVersion, request: { uid } }: Review, decision: Decision): object {
  const warnings = warningLines(decision.warnings);
  const response = {
    uid,
    allowed: decision.allowed,
    ...(decision.allowed ? patchOf(decision) : { status: statusOf(decision) }),
    ...(warnings.length > 0 && { warnings }),
  };
  return { apiVersion, kind: "AdmissionReview", response };
}

/**
 * With all keys in order, as the API server keeps what other clients write: Gardener compares configurations byte by byte, so a later patch of
 * whatever else that puts them in order would be a change of the spec, which it refuses for a Shoot in deletion.
 */
function patchOf({ patch = [] }: Allowed): object {
  if (patch.length === 0) return {};
  return { patchType: "JSONPatch", patch: Buffer.from(canonicalJson(patch)).toString("base64") };
}

function statusOf({ refusal, problems, message }: Refused): object {
  const { code, reason, ...retry } = refusals[refusal];
  const causes = few(problems).map((each) => ({ reason: each.code, message: each.message, field: each.path }));
  const details = { ...(causes.length > 0 && { causes }), ...retry };
  return {
    status: "Failure",
    code,
    reason,
    message: message ?? listOf(problems),
    ...(Object.keys(details).length > 0 && { details }),
  };
}

/** kubectl shows this text as it is, behind "admission webhook … denied the request: ". */
function listOf(problems: readonly Problem[]): string {
  const lines = few(problems).map(formatProblem);
  if (lines.length <= 1) return lines.join("");
  const rest = problems.length - lines.length;
  return [
    `there are ${String(problems.length)} problems:`,
    ...lines.map((line) => `- ${line}`),
    ...(rest > 0 ? [`- and ${String(rest)} more`] : []),
  ].join("\n");
}

/** In characters. An API server passes on 4,096 of all warnings together; a little is left for the count of those left out. */
const warningRoom = 4_000;

function warningLines(warnings: readonly Problem[]): readonly string[] {
  const lines = few(warnings).map(formatProblem);
  let left = warningRoom;
  const end = lines.findIndex((line) => (left -= line.length) < 0);
  const told = end === -1 ? lines : lines.slice(0, end);
  const rest = warnings.length - told.length;
  return rest === 0 ? told : [...told, `and ${String(rest)} more`];
}

const mostProblems = 50;
const mostCharacters = 1_000;

/** As many as somebody reads, and as much of each: what a user wrote stands in them, and may be megabytes. */
function few(problems: readonly Problem[]): readonly Problem[] {
  return problems
    .slice(0, mostProblems)
    .map(({ code, path, message }) => ({ code, path: cut(path), message: cut(message) }));
}

function cut(text: string): string {
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text;
}
