/** Structural schemas: what prunes, defaults and directs merges. Validation is in schema-validation.ts. */
import { entriesOf, isArray, isObject, type Json, type JsonObject } from "./json.ts";

/** The part of OpenAPI v3 that CustomResourceDefinitions may use. */
export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly nullable?: boolean;
  readonly default?: Json;
  readonly enum?: readonly Json[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly "x-kubernetes-embedded-resource"?: boolean;
  readonly "x-kubernetes-list-type"?: string;
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  readonly "x-kubernetes-map-type"?: string;
  readonly "x-kubernetes-patch-merge-key"?: string;
  readonly "x-kubernetes-patch-strategy"?: string;
  /** Of a Go type, where null means the zero value and is not kept. */
  readonly nullIsAbsent?: boolean;
}

const own = (record: Readonly<Record<string, Schema>> | undefined, key: string): Schema | undefined =>
  record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;

/** Whether fields that the schema does not name are kept. */
function keepsUnknown(schema: Schema): boolean {
  return (
    schema["x-kubernetes-preserve-unknown-fields"] === true || schema.additionalProperties === true || isOpen(schema)
  );
}

/** A schema that says nothing at all about the value. */
function isOpen(schema: Schema): boolean {
  return schema.type === undefined && schema.properties === undefined && schema.items === undefined;
}

const EMBEDDED = new Set(["apiVersion", "kind", "metadata"]);
const anything: Schema = { "x-kubernetes-preserve-unknown-fields": true };

/** The schema of a field; `anything` when unknown fields are kept; undefined when the field is unknown. */
export function fieldSchema(schema: Schema | undefined, key: string): Schema | undefined {
  if (schema === undefined) return anything;
  const named = own(schema.properties, key);
  if (named !== undefined) return named;
  if (typeof schema.additionalProperties === "object") return schema.additionalProperties;
  if (keepsUnknown(schema)) return anything;
  return schema["x-kubernetes-embedded-resource"] === true && EMBEDDED.has(key) ? anything : undefined;
}

/** Whether the schema names the field itself (and does not take it as one entry of a map). */
export function isNamedField(schema: Schema | undefined, key: string): boolean {
  return own(schema?.properties, key) !== undefined;
}

/** What pruning found and left. */
export interface Pruned {
  readonly value: Json;
  readonly unknown: readonly string[];
}

const joined = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`);

/** Removes the fields that the schema does not know and reports their paths. */
export function prune(schema: Schema, value: Json): Pruned {
  const unknown: string[] = [];
  return { value: pruneInto(schema, value, "", unknown), unknown };
}

function pruneInto(schema: Schema, value: Json, path: string, unknown: string[]): Json {
  if (isArray(value)) {
    const { items } = schema;
    if (items === undefined) return value;
    return sameOr(
      value,
      value.map((item, index) => pruneInto(items, item, `${path}[${String(index)}]`, unknown)),
    );
  }
  return isObject(value) ? pruneObject(schema, value, path, unknown) : value;
}

function pruneObject(schema: Schema, value: JsonObject, path: string, unknown: string[]): Json {
  const kept: Record<string, Json> = {};
  let changed = false;
  for (const [key, item] of entriesOf(value)) {
    const field = fieldSchema(schema, key);
    if (field === undefined) {
      unknown.push(joined(path, key));
      changed = true;
      continue;
    }
    const pruned = pruneInto(field, item, joined(path, key), unknown);
    changed ||= pruned !== item;
    kept[key] = pruned;
  }
  return changed ? kept : value;
}

/** Keeps the identity of an array whose items did not change, so that comparisons stay cheap. */
function sameOr(old: readonly Json[], items: readonly Json[]): readonly Json[] {
  return items.every((item, index) => item === old[index]) ? old : items;
}

/** Fills in defaults below every object that is present, and drops nulls that stand for an absent field. */
export function applyDefaults(schema: Schema, value: Json): Json {
  if (isArray(value)) {
    const { items } = schema;
    if (items === undefined) return value;
    return sameOr(
      value,
      value.map((item) => applyDefaults(items, item)),
    );
  }
  return isObject(value) ? defaultObject(schema, value) : value;
}

function defaultObject(schema: Schema, value: JsonObject): Json {
  const result: Record<string, Json> = {};
  let changed = false;
  for (const [key, item] of entriesOf(value)) {
    const filled = defaultField(fieldSchema(schema, key), item);
    changed ||= filled !== item;
    if (filled !== undefined) result[key] = filled;
  }
  for (const [key, field] of Object.entries(schema.properties ?? {})) {
    if (field.default === undefined || Object.hasOwn(result, key)) continue;
    result[key] = applyDefaults(field, field.default);
    changed = true;
  }
  return changed ? result : value;
}

/** The field with defaults below it; undefined for a null that stands for an absent field. */
function defaultField(field: Schema | undefined, value: Json): Json | undefined {
  if (field === undefined) return value;
  return value === null && dropsNull(field) ? undefined : applyDefaults(field, value);
}

function dropsNull(field: Schema): boolean {
  return field.nullIsAbsent === true || (field.default !== undefined && field.nullable !== true);
}
