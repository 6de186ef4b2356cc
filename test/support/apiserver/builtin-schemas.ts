/** The schemas of the built-in kinds, references resolved. */
import { builtinDefaults } from "./builtin-defaults.ts";
import { builtinSchemasJson } from "./builtin-schemas.generated.ts";
import { asString, entriesOf, isObject, type Json, type JsonObject, withKey } from "./json.ts";
import type { Schema } from "./schema.ts";

/** The definitions as published, with references, by definition name. */
export const builtinDefinitions: JsonObject = JSON.parse(builtinSchemasJson) as JsonObject;

const linked = new Map<string, Schema>();

/** A definition with its references replaced by the definitions themselves; JSONSchemaProps refers to itself. */
export function builtinSchema(name: string): Schema {
  const known = linked.get(name);
  if (known !== undefined) return known;
  const schema: Record<string, unknown> = {};
  linked.set(name, schema);
  const raw = builtinDefinitions[name];
  return Object.assign(schema, link(isObject(raw) ? raw : {}), fieldsWithDefaults(name, isObject(raw) ? raw : {}));
}

function link(raw: JsonObject): Schema {
  const reference = asString(raw["$ref"]);
  const rest = withKey(raw, "$ref", undefined);
  const around = { ...rest, nullIsAbsent: true, ...linkedParts(raw) };
  if (reference === undefined)
    return isFree(raw) ? { ...around, "x-kubernetes-preserve-unknown-fields": true } : around;
  // The target may still be under construction (a cycle), so its keys are looked up when they are needed.
  const target = builtinSchema(reference);
  return Object.keys(rest).length === 0 ? target : overlay(target, around);
}

/** An object type without any field of its own takes any content (RawExtension, FieldsV1). */
function isFree(raw: JsonObject): boolean {
  return raw["type"] === "object" && raw["properties"] === undefined && raw["additionalProperties"] === undefined;
}

function linkedParts(raw: JsonObject): Schema {
  const { items, additionalProperties, properties } = raw;
  return {
    ...(isObject(items) ? { items: link(items) } : {}),
    ...(isObject(additionalProperties) ? { additionalProperties: link(additionalProperties) } : {}),
    ...(isObject(properties) ? { properties: linkedProperties(properties) } : {}),
  };
}

function linkedProperties(properties: JsonObject): Record<string, Schema> {
  return Object.fromEntries(entriesOf(properties).map(([key, item]) => [key, link(isObject(item) ? item : {})]));
}

function overlay(target: Schema, around: Schema): Schema {
  const merged: Schema = Object.create(target) as Schema;
  return Object.assign(merged, around);
}

/** What Go code defaults, which no published schema tells. */
function fieldsWithDefaults(name: string, raw: JsonObject): { properties?: Record<string, Schema> } {
  const defaults = builtinDefaults[name];
  if (defaults === undefined || !isObject(raw["properties"])) return {};
  const properties = linkedProperties(raw["properties"]);
  for (const [key, value] of Object.entries(defaults) as [string, Json][]) {
    properties[key] = overlay(properties[key] ?? {}, { default: value });
  }
  return { properties };
}

/** metav1.ObjectMeta. */
export const objectMetaSchema: Schema = builtinSchema("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
