/** The errors of the Kubernetes API, with the words that the real server uses. */
import type { Json, JsonObject } from "./json.ts";

/** The body of a failed request. */
export interface Status extends JsonObject {
  readonly kind: "Status";
  readonly apiVersion: "v1";
  readonly status: "Failure" | "Success";
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
}

/** A failed request as a value. */
export class Failure {
  readonly status: Status;
  readonly code: number;
  constructor(code: number, reason: string | undefined, message: string, details?: JsonObject) {
    this.code = code;
    this.status = {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message,
      ...(reason === undefined ? {} : { reason }),
      ...(details === undefined ? {} : { details }),
      code,
    };
  }
}

/** What an error names: group and plural (or kind). */
export interface Named {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

/** An invalid field. */
export interface FieldError {
  readonly field: string;
  readonly reason: string;
  readonly message: string;
}

/** plural.group, as errors name a resource. */
export function qualified(name: string, group: string): string {
  return group === "" ? name : `${name}.${group}`;
}

function details(what: string, group: string, name: string): JsonObject {
  return { ...(name === "" ? {} : { name }), ...(group === "" ? {} : { group }), kind: what };
}

export function notFound(resource: Named, name: string): Failure {
  const message = `${qualified(resource.plural, resource.group)} "${name}" not found`;
  return new Failure(404, "NotFound", message, details(resource.plural, resource.group, name));
}

export function alreadyExists(resource: Named, name: string): Failure {
  const message = `${qualified(resource.plural, resource.group)} "${name}" already exists`;
  return new Failure(409, "AlreadyExists", message, details(resource.plural, resource.group, name));
}

/** The refusal of optimistic locking; `what` is the plural, or the kind for a delete precondition. */
export function conflict(resource: Named, name: string, why = MODIFIED, what = resource.plural): Failure {
  const message = `Operation cannot be fulfilled on ${qualified(what, resource.group)} "${name}": ${why}`;
  return new Failure(409, "Conflict", message, details(what, resource.group, name));
}
const MODIFIED = "the object has been modified; please apply your changes to the latest version and try again";

export function forbidden(resource: Named, name: string, why: string): Failure {
  const message = `${qualified(resource.plural, resource.group)} "${name}" is forbidden: ${why}`;
  return new Failure(403, "Forbidden", message, details(resource.plural, resource.group, name));
}

export function fieldError(field: string, reason: string, message: string): FieldError {
  return { field, reason, message };
}

/** `Invalid value: VALUE: WHY`, the most common field error. */
export function invalidValue(field: string, value: Json, why: string): FieldError {
  const shown = typeof value === "object" ? JSON.stringify(JSON.stringify(value)) : JSON.stringify(value);
  return { field, reason: "FieldValueInvalid", message: `Invalid value: ${shown}: ${why}` };
}

/** 422 for one or more invalid fields; `what` is the kind unless said otherwise. */
export function invalid(
  resource: Named,
  name: string,
  errors: readonly FieldError[],
  what: string = resource.kind,
): Failure {
  const texts = errors.map((error) => `${error.field}: ${error.message}`);
  const list = texts.length === 1 ? texts.join("") : `[${texts.join(", ")}]`;
  const causes = errors.map(({ reason, message, field }) => ({ reason, message, field }));
  return new Failure(422, "Invalid", `${qualified(what, resource.group)} "${name}" is invalid: ${list}`, {
    ...details(what, resource.group, name),
    causes,
  });
}

export const badRequest = (message: string): Failure => new Failure(400, "BadRequest", message);

export const unauthorized = (): Failure => new Failure(401, "Unauthorized", "Unauthorized");

export const expired = (message: string): Failure => new Failure(410, "Expired", message);

export function methodNotAllowed(): Failure {
  return new Failure(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {});
}

export function unknownPath(): Failure {
  return new Failure(404, "NotFound", "the server could not find the requested resource", {});
}

/** A patch that does not fit the object. */
export function patchRejected(): Failure {
  return new Failure(422, "Invalid", "the server rejected our request due to an error in our request", {});
}

export function unsupportedMediaType(accepted: readonly string[]): Failure {
  const list = accepted.join(", ");
  const message = `the body of the request was in an unknown format - accepted media types include: ${list}`;
  return new Failure(415, "UnsupportedMediaType", message);
}

export function internalError(why: string): Failure {
  return new Failure(500, "InternalError", `Internal error occurred: ${why}`, { causes: [{ message: why }] });
}
