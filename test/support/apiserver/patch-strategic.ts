/** Strategic merge patch: a merge patch that knows which lists are merged, and by which key. */
import {
  asArray,
  asObject,
  asString,
  entriesOf,
  equal,
  isArray,
  isObject,
  type Json,
  type JsonArray,
  type JsonObject,
} from "./json.ts";
import { fieldSchema, type Schema } from "./schema.ts";

const DELETE_LIST = "$deleteFromPrimitiveList/";
const ORDER_LIST = "$setElementOrder/";
const RETAIN_KEYS = "$retainKeys";
const DIRECTIVE = "$patch";

/** The document with the patch laid over it, with directives ($patch, $retainKeys, $deleteFromPrimitiveList). */
export function strategicMergePatch(schema: Schema | undefined, document: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  if (patch[DIRECTIVE] === "replace") return withoutDirectives(patch);
  if (patch[DIRECTIVE] === "delete") return {};
  const result: Record<string, Json | undefined> = { ...retained(asObject(document), patch) };
  for (const [key, item] of entriesOf(patch)) {
    if (key.startsWith("$")) continue;
    const merged = item === null ? undefined : patchField(fieldSchema(schema, key), result[key], item);
    if (merged === undefined) Reflect.deleteProperty(result, key);
    else result[key] = merged;
  }
  return ordered(schema, deletedFromLists(result, patch), patch);
}

function patchField(schema: Schema | undefined, value: Json | undefined, patch: Json): Json {
  return isArray(patch) ? patchList(schema, asArray(value), patch) : strategicMergePatch(schema, value, patch);
}

function withoutDirectives(patch: JsonObject): JsonObject {
  return Object.fromEntries(entriesOf(patch).filter(([key]) => !key.startsWith("$")));
}

/** $retainKeys: of a union, only the named fields stay. */
function retained(document: JsonObject, patch: JsonObject): JsonObject {
  const keys = patch[RETAIN_KEYS];
  if (!isArray(keys)) return document;
  return Object.fromEntries(entriesOf(document).filter(([key]) => keys.includes(key)));
}

function deletedFromLists(document: JsonObject, patch: JsonObject): JsonObject {
  const result: Record<string, Json | undefined> = { ...document };
  for (const [key, items] of entriesOf(patch)) {
    if (!key.startsWith(DELETE_LIST)) continue;
    const field = key.slice(DELETE_LIST.length);
    result[field] = asArray(result[field]).filter((item) => !asArray(items).some((gone) => equal(gone, item)));
  }
  return result;
}

/** $setElementOrder: listed items come in the listed order; the others stay behind them. */
function ordered(schema: Schema | undefined, document: JsonObject, patch: JsonObject): JsonObject {
  const result: Record<string, Json | undefined> = { ...document };
  for (const [key, order] of entriesOf(patch)) {
    const field = key.slice(ORDER_LIST.length);
    const items = result[field];
    if (!key.startsWith(ORDER_LIST) || !isArray(items)) continue;
    const mergeKey = fieldSchema(schema, field)?.["x-kubernetes-patch-merge-key"];
    const identity = (item: Json): string => JSON.stringify(mergeKey === undefined ? item : asObject(item)[mergeKey]);
    const places = new Map(asArray(order).map((item, index) => [identity(item), index]));
    const place = (item: Json): number => places.get(identity(item)) ?? places.size;
    result[field] = [...items].sort((a, b) => place(a) - place(b));
  }
  return result;
}

function patchList(schema: Schema | undefined, value: JsonArray, patch: JsonArray): JsonArray {
  const strategies = (schema?.["x-kubernetes-patch-strategy"] ?? "").split(",");
  if (!strategies.includes("merge")) return patch.filter((item) => asObject(item)[DIRECTIVE] === undefined);
  const mergeKey = schema?.["x-kubernetes-patch-merge-key"];
  if (mergeKey === undefined) return union(value, patch);
  if (patch.some((item) => asObject(item)[DIRECTIVE] === "replace")) {
    return patch.filter((item) => asObject(item)[DIRECTIVE] === undefined);
  }
  return patch.reduce<JsonArray>((items, item) => patchItem(schema, items, asObject(item)), value);
}

function union(value: JsonArray, patch: JsonArray): JsonArray {
  return [...value, ...patch.filter((item) => !value.some((known) => equal(known, item)))];
}

function patchItem(schema: Schema | undefined, items: JsonArray, item: JsonObject): JsonArray {
  const mergeKey = asString(schema?.["x-kubernetes-patch-merge-key"]) ?? "";
  const index = items.findIndex((known) => equal(asObject(known)[mergeKey], item[mergeKey]));
  const known = items[index];
  if (item[DIRECTIVE] === "delete") return known === undefined ? items : items.toSpliced(index, 1);
  // New items come first, unless the patch gives an order of its own.
  if (known === undefined) return [strategicMergePatch(schema?.items, undefined, item), ...items];
  return items.with(index, strategicMergePatch(schema?.items, known, item));
}
