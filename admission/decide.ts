import { isObject } from "../falco/base/json.ts";
import { jsonPatch } from "../falco/base/json-patch.ts";
import { problem, type Problem } from "../falco/base/problem.ts";
import type { AdmissionContext, AdmissionRequest } from "../falco/desired/admission-subject.ts";
import { mutate } from "../falco/desired/mutate.ts";
import { validate } from "../falco/desired/validate.ts";
import { type Decision, isInDeletion, type ReviewRequest, untouched } from "./review.ts";

/** Which of the two webhooks is asked. */
export type Webhook = "mutate" | "validate";

/** What a request needs: an answer that is certain already, or the decision of `decide`. */
export type Question =
  | { readonly kind: "answered"; readonly decision: Decision }
  | { readonly kind: "ask"; readonly about: AdmissionRequest };

/**
 * Looks at a request's frame. Nothing is to be decided about deletions, subresources and objects in deletion, whatever state these
 * are in. A request about something else than Shoots and Seeds, or whose object is not what it says, is a mistake in the webhook
 * configuration or in the caller.
 */
export function questionOf(request: ReviewRequest): Question {
  const { operation, object, oldObject, subResource = "" } = request;
  const problems = frameProblems(request);
  if (problems.length > 0) return answered({ allowed: false, refusal: "unreadable", problems, warnings: [] });
  if (operation === "DELETE" || operation === "CONNECT" || subResource !== "" || isInDeletion(object)) {
    return answered(untouched);
  }
  const mismatch = objectProblems(request);
  if (mismatch.length > 0) {
    return answered({ allowed: false, refusal: "unreadable", problems: mismatch, warnings: [] });
  }
  const about = operation === "CREATE" ? { operation, object } : { operation, object, old: oldObject };
  return { kind: "ask", about };
}

function answered(decision: Decision): Question {
  return { kind: "answered", decision };
}

function frameProblems({ kind: { group = "", kind } }: ReviewRequest): readonly Problem[] {
  if (group === "core.gardener.cloud" && (kind === "Shoot" || kind === "Seed")) return [];
  const message = `This webhook decides about Shoots and Seeds of core.gardener.cloud, not about ${kind} of "${group}".`;
  return [problem("KIND_UNSUPPORTED", "request.kind", message)];
}

/** The decision reads group, kind and namespace from the object itself, so they must be those that the request is about. */
function objectProblems({ kind: { group = "", kind }, namespace = "", object }: ReviewRequest): readonly Problem[] {
  if (!isObject(object)) return [problem("FIELD_REQUIRED", "request.object", "There is no object to decide about.")];
  const apiVersion: unknown = object["apiVersion"];
  if (object["kind"] !== kind || typeof apiVersion !== "string" || !apiVersion.startsWith(`${group}/`)) {
    const message = `The object is not the ${kind} of ${group} that the request is about.`;
    return [problem("KIND_UNSUPPORTED", "request.object", message)];
  }
  const metadata = object["metadata"];
  if (!isObject(metadata) || (metadata["namespace"] ?? "") === namespace) return [];
  const message = `The object is not in the namespace "${namespace}" that the request is about.`;
  return [problem("FIELD_CONFLICT", "request.object.metadata.namespace", message)];
}

/** The decision of a webhook. It has an answer to any JSON: what goes wrong in here is the answer `failed`. */
export function decide(webhook: Webhook, about: AdmissionRequest, context: AdmissionContext): Decision {
  try {
    return webhook === "mutate" ? decideMutation(about, context) : decideValidation(about, context);
  } catch (error) {
    return failed(error);
  }
}

/**
 * The answer to what was thrown. JSON that is nested thousands of levels deep exhausts the stack, and does so again at each try; anything
 * else is something broken in this program. Says which kind of error it was, never where.
 */
export function failed(error: unknown): Decision {
  if (error instanceof RangeError && error.message.includes("call stack")) {
    const problems = [problem("INPUT_TOO_LARGE", "request.object", "The object is nested too deeply.")];
    return { allowed: false, refusal: "unreadable", problems, warnings: [] };
  }
  const name = error instanceof Error ? error.name : "unknown error";
  const message = `The admission of Falco failed (${name}). Try again; if it stays, tell the operators of the landscape.`;
  return { allowed: false, refusal: "failed", problems: [], message, warnings: [] };
}

function decideMutation(about: AdmissionRequest, context: AdmissionContext): Decision {
  const { object, warnings } = mutate(about, context);
  if (object === about.object) return { allowed: true, warnings };
  return { allowed: true, patch: jsonPatch(about.object, object), warnings };
}

function decideValidation(about: AdmissionRequest, context: AdmissionContext): Decision {
  const { problems, warnings } = validate(about, context);
  if (problems.length === 0) return { allowed: true, warnings };
  return { allowed: false, refusal: "denied", problems, warnings };
}
