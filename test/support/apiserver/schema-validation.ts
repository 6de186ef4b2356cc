/** Validation of values against structural schemas, in the words of the real server. */
import { entriesOf, equal, isArray, isObject, type Json, type JsonArray, type JsonObject } from "./json.ts";
import type { Schema } from "./schema.ts";
import { type FieldError, fieldError, invalidValue } from "./status.ts";

type Report = (error: FieldError) => void;

/** Every way in which a value breaks its schema. */
export function validate(schema: Schema, value: Json, path = ""): readonly FieldError[] {
  const errors: FieldError[] = [];
  check(schema, value, path, (error) => errors.push(error));
  return errors;
}

function check(schema: Schema, value: Json, path: string, report: Report): void {
  if (value === null && (schema.nullable === true || schema.nullIsAbsent === true)) return;
  if (!fitsType(schema, value)) {
    report(wrongType(schema, value, path));
    return;
  }
  checkEnum(schema, value, path, report);
  if (typeof value === "string") checkString(schema, value, path, report);
  else if (typeof value === "number") checkNumber(schema, value, path, report);
  else if (isArray(value)) checkArray(schema, value, path, report);
  else if (isObject(value)) checkObject(schema, value, path, report);
  checkCombined(schema, value, path, report);
}

function typeName(value: Json): string {
  if (value === null) return "null";
  if (isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

function fitsType(schema: Schema, value: Json): boolean {
  const actual = typeName(value);
  if (schema["x-kubernetes-int-or-string"] === true) return actual === "integer" || actual === "string";
  if (schema.type === undefined || schema.type === actual) return true;
  return schema.type === "number" && actual === "integer";
}

function wrongType(schema: Schema, value: Json, path: string): FieldError {
  const actual = typeName(value);
  const expected = schema["x-kubernetes-int-or-string"] === true ? "integer,string" : (schema.type ?? "");
  const message = `Invalid value: "${actual}": ${path} in body must be of type ${expected}: "${actual}"`;
  return fieldError(path, "FieldValueTypeInvalid", message);
}

function checkEnum(schema: Schema, value: Json, path: string, report: Report): void {
  if (schema.enum === undefined || schema.enum.some((allowed) => equal(allowed, value))) return;
  const supported = schema.enum.map((allowed) => JSON.stringify(allowed)).join(", ");
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported}`;
  report(fieldError(path, "FieldValueNotSupported", message));
}

const patterns = new Map<string, RegExp>();

function compiled(pattern: string): RegExp {
  const known = patterns.get(pattern) ?? new RegExp(pattern);
  patterns.set(pattern, known);
  return known;
}

function checkString(schema: Schema, value: string, path: string, report: Report): void {
  const length = Array.from(value).length;
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    report(fieldError(path, "FieldValueTooLong", `Too long: may not be more than ${String(schema.maxLength)} bytes`));
  }
  if (schema.minLength !== undefined && length < schema.minLength) {
    report(invalidValue(path, value, `${path} in body should be at least ${String(schema.minLength)} chars long`));
  }
  if (schema.pattern !== undefined && !compiled(schema.pattern).test(value)) {
    report(invalidValue(path, value, `${path} in body should match '${schema.pattern}'`));
  }
  if (schema.format === "date-time" && Number.isNaN(Date.parse(value))) {
    report(invalidValue(path, value, `${path} in body must be of type date-time: ${JSON.stringify(value)}`));
  }
}

function checkNumber(schema: Schema, value: number, path: string, report: Report): void {
  const { minimum, maximum, multipleOf, exclusiveMinimum = false, exclusiveMaximum = false } = schema;
  const strictly = (exclusive: boolean): string => (exclusive ? "" : "or equal to ");
  if (minimum !== undefined && isBeyond(minimum - value, exclusiveMinimum)) {
    const bound = `greater than ${strictly(exclusiveMinimum)}${String(minimum)}`;
    report(invalidValue(path, value, `${path} in body should be ${bound}`));
  }
  if (maximum !== undefined && isBeyond(value - maximum, exclusiveMaximum)) {
    const bound = `less than ${strictly(exclusiveMaximum)}${String(maximum)}`;
    report(invalidValue(path, value, `${path} in body should be ${bound}`));
  }
  if (multipleOf !== undefined && value % multipleOf !== 0) {
    report(invalidValue(path, value, `${path} in body should be a multiple of ${String(multipleOf)}`));
  }
}

function isBeyond(distance: number, exclusive: boolean): boolean {
  return distance > 0 || (exclusive && distance === 0);
}

function checkArray(schema: Schema, value: JsonArray, path: string, report: Report): void {
  const count = value.length;
  if (schema.maxItems !== undefined && count > schema.maxItems) {
    const message = `Too many: ${String(count)}: must have at most ${String(schema.maxItems)} items`;
    report(fieldError(path, "FieldValueTooMany", message));
  }
  if (schema.minItems !== undefined && count < schema.minItems) {
    report(invalidValue(path, count, `${path} in body should have at least ${String(schema.minItems)} items`));
  }
  checkDuplicates(schema, value, path, report);
  const { items } = schema;
  if (items === undefined) return;
  value.forEach((item, index) => {
    check(items, item, `${path}[${String(index)}]`, report);
  });
}

function checkDuplicates(schema: Schema, value: JsonArray, path: string, report: Report): void {
  const kind = schema["x-kubernetes-list-type"];
  if (kind !== "map" && kind !== "set") return;
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  const seen = new Set<string>();
  value.forEach((item, index) => {
    const identity =
      kind === "set" ? item : Object.fromEntries(keys.map((key) => [key, isObject(item) ? (item[key] ?? null) : null]));
    const text = JSON.stringify(identity);
    if (seen.has(text)) {
      report(fieldError(`${path}[${String(index)}]`, "FieldValueDuplicate", `Duplicate value: ${text}`));
    }
    seen.add(text);
  });
}

function checkObject(schema: Schema, value: JsonObject, path: string, report: Report): void {
  const below = (key: string): string => (path === "" ? key : `${path}.${key}`);
  for (const key of schema.required ?? []) {
    if (value[key] === undefined) report(fieldError(below(key), "FieldValueRequired", "Required value"));
  }
  checkSize(schema, value, path, report);
  for (const [key, item] of entriesOf(value)) {
    const field = statedSchema(schema, key);
    if (field !== undefined) check(field, item, below(key), report);
  }
}

function statedSchema(schema: Schema, key: string): Schema | undefined {
  const { properties, additionalProperties } = schema;
  if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key];
  return typeof additionalProperties === "object" ? additionalProperties : undefined;
}

function checkSize(schema: Schema, value: JsonObject, path: string, report: Report): void {
  const { minProperties, maxProperties } = schema;
  if (minProperties === undefined && maxProperties === undefined) return;
  const count = entriesOf(value).length;
  if (maxProperties !== undefined && count > maxProperties) {
    const most = `must have at most ${String(maxProperties)} items`;
    report(fieldError(path, "FieldValueTooMany", `Too many: ${String(count)}: ${most}`));
  }
  if (minProperties !== undefined && count < minProperties) {
    report(invalidValue(path, value, `${path} in body should have at least ${String(minProperties)} properties`));
  }
}

function fits(schema: Schema, value: Json, path: string): boolean {
  return validate(schema, value, path).length === 0;
}

function checkCombined(schema: Schema, value: Json, path: string, report: Report): void {
  for (const part of schema.allOf ?? []) check(part, value, path, report);
  if (schema.anyOf !== undefined && !schema.anyOf.some((part) => fits(part, value, path))) {
    report(invalidValue(path, value, `${path} in body must validate at least one schema (anyOf)`));
  }
  if (schema.oneOf !== undefined && schema.oneOf.filter((part) => fits(part, value, path)).length !== 1) {
    report(invalidValue(path, value, `${path} in body must validate one and only one schema (oneOf)`));
  }
  if (schema.not !== undefined && fits(schema.not, value, path)) {
    report(invalidValue(path, value, `${path} in body must not validate the schema (not)`));
  }
}
