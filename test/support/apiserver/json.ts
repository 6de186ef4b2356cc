/** Immutable JSON values: everything the server stores, compares and sends. */

/** A JSON value that nobody changes after it was made. */
export type Json = null | boolean | number | string | JsonArray | JsonObject;
/** A JSON array. */
export type JsonArray = readonly Json[];
/** A JSON object; a key that is undefined counts as absent. */
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** The metadata that the server itself reads and writes. */
export interface ObjectMeta extends JsonObject {
  readonly name?: string;
  readonly namespace?: string;
  readonly generateName?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly managedFields?: JsonArray;
}

/** A Kubernetes object. */
export interface KubeObject extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** Tells an object from null, arrays and scalars. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Tells an array from everything else. */
export function isArray(value: unknown): value is JsonArray {
  return Array.isArray(value);
}

/** The string, or undefined for any other value. */
export function asString(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The object, or an empty one for any other value. */
export function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** The array, or an empty one for any other value. */
export function asArray(value: unknown): JsonArray {
  return isArray(value) ? value : [];
}

/** The strings of an array; anything else is left out. */
export function asStrings(value: unknown): readonly string[] {
  return asArray(value).filter((item) => typeof item === "string");
}

/** A scalar as text; anything else as JSON. */
export function textual(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}

/** The keys that are present. */
export function entriesOf(value: JsonObject): [string, Json][] {
  return Object.entries(value).flatMap(([key, item]): [string, Json][] => (item === undefined ? [] : [[key, item]]));
}

function equalArrays(a: JsonArray, b: JsonArray): boolean {
  return a.length === b.length && a.every((item, index) => equal(item, b[index]));
}

/** Deep equality; absent and undefined are the same, the order of keys does not matter. */
export function equal(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (isArray(a)) return isArray(b) && equalArrays(a, b);
  if (!isObject(a) || !isObject(b)) return false;
  return Object.keys(a).every((key) => equal(a[key], b[key])) && !Object.keys(b).some((key) => isNew(key, a, b));
}

function isNew(key: string, before: JsonObject, after: JsonObject): boolean {
  return after[key] !== undefined && before[key] === undefined;
}

/** The value at a path of keys, or undefined. */
export function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let current = value;
  for (const key of path) current = isObject(current) ? current[key] : undefined;
  return current;
}

/** A copy with one key replaced, or removed when the value is undefined. */
export function withKey<T extends JsonObject>(object: T, key: string, value: Json | undefined): T {
  if (object[key] === value) return object;
  const copy: Record<string, Json | undefined> = { ...object };
  if (value === undefined) Reflect.deleteProperty(copy, key);
  else copy[key] = value;
  return copy as JsonObject as T;
}

/** A copy with some metadata keys replaced; undefined removes a key. */
export function withMeta(object: KubeObject, changes: { [K in keyof ObjectMeta]: Json | undefined }): KubeObject {
  const metadata: Record<string, Json> = {};
  for (const [key, item] of entriesOf(object.metadata)) metadata[key] = item;
  for (const [key, item] of Object.entries(changes)) {
    if (item === undefined) Reflect.deleteProperty(metadata, key);
    else metadata[key] = item;
  }
  return { ...object, metadata };
}

/** Freezes a value and all below it; a frozen part is taken to be frozen all the way down. */
export function freeze<T extends Json>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const item of Object.values(value)) if (item !== undefined) freeze(item);
  return Object.freeze(value);
}

const texts = new WeakMap<object, string>();

/** JSON text of a frozen object; made once, because every watcher and list sends the same object. */
export function textOf(value: JsonObject): string {
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = JSON.stringify(value);
  if (Object.isFrozen(value)) texts.set(value, text);
  return text;
}
