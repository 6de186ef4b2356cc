/** Walks over values that know their schema: which fields there are, what differs, how two values merge. */
import { child, type Fields, fieldsOf, isEmpty, noFields, thisField, union } from "./fields.ts";
import { asArray, asObject, entriesOf, equal, isArray, isObject, type Json, type JsonObject } from "./json.ts";
import { fieldSchema, isNamedField, type Schema } from "./schema.ts";

/** One element below a value: its path element, value and schema. */
interface Part {
  readonly key: string;
  readonly value: Json;
  readonly schema: Schema | undefined;
  readonly named: boolean;
}

type Shape = "leaf" | "object" | "set" | "map";

/** How a value is owned: as a whole (leaf), by field, or by list element. */
function shapeOf(schema: Schema | undefined, value: Json | undefined): Shape {
  if (isObject(value)) return schema?.["x-kubernetes-map-type"] === "atomic" ? "leaf" : "object";
  if (!isArray(value)) return "leaf";
  const type = schema?.["x-kubernetes-list-type"];
  return type === "set" || type === "map" ? type : "leaf";
}

/** The path element of a list item: its keys, with the schema's defaults for absent ones, or its value. */
function itemKey(schema: Schema | undefined, item: Json, shape: Shape): string {
  if (shape === "set") return `v:${JSON.stringify(item)}`;
  const keys = [...(schema?.["x-kubernetes-list-map-keys"] ?? [])].sort();
  const values = keys.flatMap((key): [string, Json][] => {
    const value = asObject(item)[key] ?? fieldSchema(schema?.items, key)?.default;
    return value === undefined ? [] : [[key, value]];
  });
  return `k:${JSON.stringify(Object.fromEntries(values))}`;
}

function partsOf(schema: Schema | undefined, value: Json | undefined, shape: Shape): readonly Part[] {
  if (shape === "object") {
    return entriesOf(asObject(value)).map(([name, item]) => {
      return { key: `f:${name}`, value: item, schema: fieldSchema(schema, name), named: isNamedField(schema, name) };
    });
  }
  return asArray(value).map((item) => {
    return { key: itemKey(schema, item, shape), value: item, schema: schema?.items, named: false };
  });
}

/** All fields of a value, as an applier of exactly this value owns them. */
export function fieldsIn(schema: Schema | undefined, value: Json): Fields {
  const shape = shapeOf(schema, value);
  const parts = shape === "leaf" ? [] : partsOf(schema, value, shape);
  if (parts.length === 0) return thisField;
  return fieldsOf(
    false,
    parts.map((part) => {
      const below = fieldsIn(part.schema, part.value);
      return [part.key, part.named ? below : { ...below, member: true }] as const;
    }),
  );
}

/** What an update changed (added or modified) and removed. */
export interface Comparison {
  readonly changed: Fields;
  readonly removed: Fields;
}

const nothing: Comparison = { changed: noFields, removed: noFields };

/** Compares two values field by field; equal parts cost nothing when they are the same value. */
export function compare(schema: Schema | undefined, before: Json | undefined, after: Json | undefined): Comparison {
  if (equal(before, after)) return nothing;
  const shape = shapeOf(schema, after ?? before);
  const other = shapeOf(schema, before ?? after);
  if (shape === "leaf" || shape !== other) return leafComparison(after);
  const old = new Map(partsOf(schema, before, shape).map((part) => [part.key, part]));
  const now = new Map(partsOf(schema, after, shape).map((part) => [part.key, part]));
  const keys = new Set([...old.keys(), ...now.keys()]);
  const below = [...keys].map((key) => {
    const part = now.get(key) ?? old.get(key);
    return [key, compare(part?.schema, old.get(key)?.value, now.get(key)?.value)] as const;
  });
  return {
    changed: fieldsOf(
      before === undefined,
      below.map(([key, part]) => [key, part.changed] as const),
    ),
    removed: fieldsOf(
      after === undefined,
      below.map(([key, part]) => [key, part.removed] as const),
    ),
  };
}

function leafComparison(after: Json | undefined): Comparison {
  return after === undefined ? { changed: noFields, removed: thisField } : { changed: thisField, removed: noFields };
}

/** The live value with an applied configuration laid over it. */
export function merge(schema: Schema | undefined, live: Json | undefined, applied: Json): Json {
  const shape = shapeOf(schema, applied);
  if (live === undefined || shape === "leaf" || shape !== shapeOf(schema, live)) return applied;
  if (shape === "object") return mergeObjects(schema, asObject(live), asObject(applied));
  const over = new Map(partsOf(schema, applied, shape).map((part) => [part.key, part.value]));
  const kept = partsOf(schema, live, shape).map((part) => {
    const value = over.get(part.key);
    over.delete(part.key);
    return value === undefined ? part.value : merge(part.schema, part.value, value);
  });
  return [...kept, ...over.values()];
}

function mergeObjects(schema: Schema | undefined, live: JsonObject, applied: JsonObject): JsonObject {
  const result: Record<string, Json | undefined> = { ...live };
  for (const [key, item] of entriesOf(applied)) result[key] = merge(fieldSchema(schema, key), live[key], item);
  return result;
}

/** Removes what is in `last` unless `keep` holds it or something below it; undefined when nothing is left. */
export function removeFields(
  schema: Schema | undefined,
  value: Json,
  { last, keep }: { readonly last: Fields; readonly keep: Fields },
): Json | undefined {
  const shape = shapeOf(schema, value);
  const parts = shape === "leaf" ? [] : partsOf(schema, value, shape);
  if (parts.length === 0 || last.children.size === 0) return last.member && isEmpty(keep) ? undefined : value;
  const left = parts.flatMap((part) => {
    const below = { last: child(last, part.key), keep: child(keep, part.key) };
    const rest = isEmpty(below.last) ? part.value : removeFields(part.schema, part.value, below);
    return rest === undefined ? [] : [[part.key, withKeys(schema, part.value, rest)] as const];
  });
  if (left.length === 0 && (isEmpty(keep) || shape !== "object")) return undefined;
  if (shape !== "object") return left.map(([, item]) => item);
  return Object.fromEntries(left.map(([key, item]) => [key.slice(2), item]));
}

/** An item of a keyed list of which something is left keeps its keys, too. */
function withKeys(schema: Schema | undefined, item: Json, rest: Json): Json {
  const keys = schema?.["x-kubernetes-list-map-keys"];
  if (keys === undefined || !isObject(rest)) return rest;
  const identity = keys.flatMap((key) =>
    asObject(item)[key] === undefined ? [] : [[key, asObject(item)[key]] as const],
  );
  return { ...Object.fromEntries(identity), ...rest };
}

/** The union of many sets. */
export function unionAll(sets: readonly Fields[]): Fields {
  return sets.reduce(union, noFields);
}
