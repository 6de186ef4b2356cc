import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { isObject } from "../base/json.ts";
import { failure, joinPath, problem, type Problem, type Result, success } from "../base/problem.ts";
import type { FromSchema, ObjectSchema, Schema } from "./schema.ts";
import { nearest } from "./nearest.ts";

const ajv = new Ajv({
  allErrors: true,
  strict: false,
  coerceTypes: false,
  verbose: true,
  // The compiler has checked our schemas (`satisfies ObjectSchema`). Without their meta-schema a process starts 30 ms sooner.
  meta: false,
  validateSchema: false,
  // Saves half of each schema's compilation; the checks run once for an object.
  code: { optimize: false },
});

/** Turns unknown data into a typed value, or into every problem that it has. */
export type Decoder<S> = (input: unknown) => Result<FromSchema<S>>;

/**
 * Makes the strict decoder of a schema: unknown fields, wrong types, missing fields and values that are not allowed are
 * all reported, each with its path. A field that is null, or an optional text that is empty, counts as absent, as it does for the
 * Go extension: `rules:` with nothing behind it is null in YAML. The check is compiled when it is first used.
 */
export function decoder<const S extends ObjectSchema>(schema: S): Decoder<S> {
  let check: ValidateFunction | undefined;
  return (input) => {
    check ??= ajv.compile(strictSchema(schema));
    const value = withoutBlanks(schema, input);
    if (check(value)) return success(value as FromSchema<S>);
    return failure(distinct((check.errors ?? []).map((error) => toProblem(error))));
  };
}

/** The value without known fields that hold nothing; one that has none of these is returned itself. */
function withoutBlanks(schema: Schema, value: unknown): unknown {
  if (!("type" in schema)) return value;
  if (schema.type === "array")
    return Array.isArray(value) ? mapped(value, (each) => withoutBlanks(schema.items, each)) : value;
  if (schema.type !== "object" || !isObject(value) || !("properties" in schema)) return value;
  const entries = Object.entries(value);
  const kept = entries
    .filter(([key, entry]) => !isBlank(schema, key, entry))
    .map(([key, entry]) => [key, withoutBlanks(fieldOf(schema, key) ?? anything, entry)] as const);
  const isSame = kept.length === entries.length && kept.every(([key, entry]) => entry === value[key]);
  return isSame ? value : Object.fromEntries(kept);
}

const anything: Schema = { "x-kubernetes-preserve-unknown-fields": true };

function fieldOf({ properties }: ObjectSchema, key: string): Schema | undefined {
  return Object.hasOwn(properties, key) ? properties[key] : undefined;
}

function isBlank(schema: ObjectSchema, key: string, entry: unknown): boolean {
  const field = fieldOf(schema, key);
  if (field === undefined || entry === null) return field !== undefined;
  return entry === "" && schema.required?.includes(key) !== true && "type" in field && field.type === "string";
}

function mapped(list: readonly unknown[], change: (each: unknown) => unknown): readonly unknown[] {
  const changed = list.map(change);
  return changed.every((each, index) => each === list[index]) ? list : changed;
}

/**
 * Makes the lenient reader of an object that others own, such as a Shoot: only the fields in `schema` are looked at, and null
 * counts as absent; these must have the right types. The value is a slice, not the whole object.
 */
export function sliceReader<const S extends ObjectSchema>(schema: S): Decoder<S> {
  const decode = decoder(schema);
  return (input) => decode(slice(schema, input));
}

function slice(schema: Schema, value: unknown): unknown {
  if (!("type" in schema)) return value;
  if (schema.type === "array") return Array.isArray(value) ? value.map((each) => slice(schema.items, each)) : value;
  if (schema.type !== "object" || !isObject(value)) return value;
  if ("properties" in schema) return sliceFields(schema, value);
  const entries = Object.entries(value).filter(([, entry]) => entry !== null && entry !== undefined);
  return Object.fromEntries(entries.map(([key, entry]) => [key, slice(schema.additionalProperties, entry)]));
}

/** By a loop: admission and watches do this for every object. The names are the schema's, so none of them is `__proto__`. */
function sliceFields({ properties }: ObjectSchema, value: Readonly<Record<string, unknown>>): object {
  const kept: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(properties)) {
    const entry = value[key];
    if (entry !== null && entry !== undefined) kept[key] = slice(inner, entry);
  }
  return kept;
}

/** The schema with every object closed: fields that it does not name are mistakes. */
export function strictSchema(schema: Schema): object {
  if (!("type" in schema)) return {};
  if (schema.type === "array") return { ...schema, items: strictSchema(schema.items) };
  if (schema.type !== "object") return schema;
  if (!("properties" in schema)) return { ...schema, additionalProperties: strictSchema(schema.additionalProperties) };
  const properties = Object.entries(schema.properties).map(([name, each]) => [name, strictSchema(each)] as const);
  return { ...schema, additionalProperties: false, properties: Object.fromEntries(properties) };
}

function toProblem(error: ErrorObject): Problem {
  const path = toPath(error.instancePath);
  switch (error.keyword) {
    case "additionalProperties":
      return unknownField(path, String(error.params["additionalProperty"]), error.parentSchema);
    case "required":
      return problem(
        "FIELD_REQUIRED",
        joinPath(path, String(error.params["missingProperty"])),
        "This field is required.",
      );
    case "type":
      return problem(
        "FIELD_TYPE",
        path,
        `This must be ${wanted(String(error.params["type"]))}, not ${nameOf(error.data)}.`,
      );
    case "enum":
      return problem(
        isKind(path) ? "KIND_UNSUPPORTED" : "FIELD_VALUE",
        path,
        notAllowed(error.data, error.params["allowedValues"]),
      );
    default:
      return problem("FIELD_VALUE", path, boundsMessage(error));
  }
}

/** What limits the length or the form of a value, in words. */
function boundsMessage({ keyword, params, message = "is not a valid value" }: ErrorObject): string {
  const { limit, pattern }: Readonly<Record<string, unknown>> = params;
  if (limit === 1 && (keyword === "minLength" || keyword === "minItems")) return "This must not be empty.";
  if (keyword === "minLength") return `This must have at least ${String(limit)} characters.`;
  if (keyword === "maxLength") return `This must have at most ${String(limit)} characters.`;
  if (keyword === "pattern") return `This must have the form ${String(pattern)} (a regular expression).`;
  return `This ${message}.`;
}

function isKind(path: string): boolean {
  return path === "apiVersion" || path === "kind";
}

function unknownField(path: string, field: string, parent: unknown): Problem {
  const known = isObject(parent) && isObject(parent["properties"]) ? Object.keys(parent["properties"]) : [];
  const suggestion = nearest(field, known);
  const hint = suggestion === undefined ? `Known fields: ${known.join(", ")}.` : `Did you mean "${suggestion}"?`;
  return problem("FIELD_UNKNOWN", joinPath(path, field), `There is no field "${field}" here. ${hint}`);
}

function notAllowed(value: unknown, allowed: unknown): string {
  const values = Array.isArray(allowed) ? allowed.map(String) : [];
  return `${JSON.stringify(value)} is not allowed here. Use ${values.length > 1 ? "one of " : ""}${values.join(", ")}.`;
}

function wanted(type: string): string {
  return type === "boolean" ? "true or false" : article(type);
}

function article(type: string): string {
  if (type === "object") return "a mapping";
  if (type === "array") return "a list";
  return type === "integer" ? "a whole number" : `a ${type}`;
}

function nameOf(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "a list";
  return article(typeof value);
}

/** `/spec/versions/0/a~1b` → `spec.versions[0]["a/b"]`. */
function toPath(pointer: string): string {
  const steps = pointer.split("/").slice(1);
  return steps.reduce((path, step) => {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    return /^\d+$/.test(name) ? joinPath(path, Number(name)) : joinPath(path, name);
  }, "");
}

function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((each) => [`${each.path} ${each.message}`, each])).values()];
}
