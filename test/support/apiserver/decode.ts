/** From a sent object to one that may be stored: unknown fields, types, defaults. */
import { asString, isObject, type Json, type JsonObject, type KubeObject } from "./json.ts";
import { apiVersionOf, type ServedResource } from "./resources.ts";
import { applyDefaults, prune } from "./schema.ts";
import { validate } from "./schema-validation.ts";
import { badRequest, type Failure, invalid, invalidValue } from "./status.ts";

/** What the query parameter fieldValidation may say. */
export type FieldValidation = "Strict" | "Warn" | "Ignore";

/** A decoded object and what the client should be warned of. */
export interface Decoded {
  readonly object: KubeObject;
  readonly warnings: readonly string[];
}

/** How the object came: whole, or as the result of a patch (then errors are worded differently). */
export type Origin = "body" | "patch";

/** Reads the fieldValidation parameter; the server's own default is Warn. */
export function fieldValidationOf(text: string | null): FieldValidation {
  return text === "Strict" || text === "Ignore" ? text : "Warn";
}

function cannotBeHandled(resource: ServedResource, why: string): Failure {
  const { kind, version } = resource;
  return badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${why}`);
}

function typeMeta(resource: ServedResource, value: JsonObject): Failure | undefined {
  const kind = asString(value["kind"]) ?? "";
  const apiVersion = asString(value["apiVersion"]) ?? "";
  const expected = apiVersionOf(resource);
  if (kind === "" || apiVersion === "") {
    const missing = kind === "" ? "Kind" : "apiVersion";
    const text = JSON.stringify(value);
    return badRequest(
      `the object provided is unrecognized (must be of type ${resource.kind}): Object '${missing}' is missing in '${text}'`,
    );
  }
  if (kind !== resource.kind && resource.builtin === true) {
    return badRequest(
      `${kind} in version "${apiVersion}" cannot be handled as a ${resource.kind}: it is of another kind`,
    );
  }
  if (kind !== resource.kind) {
    return invalid({ ...resource, kind }, "", [invalidValue("kind", kind, `must be ${resource.kind}`)]);
  }
  if (apiVersion === expected) return undefined;
  const message = `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`;
  return badRequest(message);
}

/** In Go types a wrong type is an error of decoding, not of validation. */
function wrongType(resource: ServedResource, value: Json): Failure | undefined {
  if (resource.builtin !== true) return undefined;
  const wrong = validate(resource.schema, value).find((error) => error.reason === "FieldValueTypeInvalid");
  if (wrong === undefined) return undefined;
  const [, expected = ""] = /must be of type (\w+)/.exec(wrong.message) ?? [];
  const [, actual = ""] = /^Invalid value: "(\w+)"/.exec(wrong.message) ?? [];
  const field = `${resource.kind}.${wrong.field}`;
  return cannotBeHandled(
    resource,
    `json: cannot unmarshal ${actual} into Go struct field ${field} of type ${expected}`,
  );
}

function strictFailure(resource: ServedResource, value: Json, unknown: readonly string[], origin: Origin): Failure {
  const why = `strict decoding error: ${unknown.map((path) => `unknown field "${path}"`).join(", ")}`;
  if (origin === "body") return cannotBeHandled(resource, why);
  const error = invalidValue("patch", JSON.stringify(value), why);
  return invalid({ ...resource, group: "" }, "", [error], "");
}

/** Prunes and defaults a sent object; fails on a wrong type and, if strict, on unknown fields. */
export function decode(
  resource: ServedResource,
  value: Json,
  { validation, origin }: { readonly validation: FieldValidation; readonly origin: Origin },
): Decoded | Failure {
  if (!isObject(value)) return badRequest(`the object provided is unrecognized (must be of type ${resource.kind})`);
  const mismatch = typeMeta(resource, value) ?? wrongType(resource, value);
  if (mismatch !== undefined) return mismatch;
  const { value: pruned, unknown } = prune(resource.schema, value);
  if (unknown.length > 0 && validation === "Strict") return strictFailure(resource, value, unknown, origin);
  const warnings = validation === "Warn" ? unknown.map((path) => `unknown field "${path}"`) : [];
  const full = applyDefaults(resource.schema, pruned);
  return { object: asKubeObject(resource, full), warnings };
}

function asKubeObject(resource: ServedResource, value: Json): KubeObject {
  const object = isObject(value) ? value : {};
  const metadata = isObject(object["metadata"]) ? object["metadata"] : {};
  if (isKubeObject(object) && metadata === object.metadata) return object;
  return { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind, metadata };
}

function isKubeObject(value: JsonObject): value is KubeObject {
  return typeof value["kind"] === "string" && typeof value["apiVersion"] === "string" && isObject(value["metadata"]);
}
