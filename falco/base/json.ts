import { createHash } from "node:crypto";

/** Any value that JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A JSON object, such as any Kubernetes object. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Whether `value` is a JSON object: not null, not a list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * JSON with the keys of every object in order and without white space: the same data gives the same text, however it
 * was put together. Fields that are undefined are left out.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, entry: unknown) => (isObject(entry) ? sortedKeys(entry) : entry));
}

function sortedKeys(entry: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(entry)
      .sort()
      .map((key) => [key, entry[key]]),
  );
}

/** Whether two JSON values are equal, whatever the order of their keys. Fields that are undefined count as absent. */
export function equalJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((each, index) => equalJson(each, right[index]));
  }
  if (!isObject(left) || !isObject(right)) return false;
  const keys = definedKeys(left);
  return (
    keys.length === definedKeys(right).length &&
    // A field such as `constructor` must be the object's own.
    keys.every((key) => Object.hasOwn(right, key) && equalJson(left[key], right[key]))
  );
}

function definedKeys(value: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(value).filter((key) => value[key] !== undefined);
}

/** SHA-256 in lower-case hexadecimal (64 characters). */
export function sha256Hex(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/**
 * Gardener's hash of the data of a Secret or ConfigMap, which ends the names of immutable ones: the values' own hashes
 * in the order of their keys, hashed again; eight hexadecimal digits. The keys themselves do not enter.
 * Source: gardener/gardener pkg/resourcemanager, checked against its vectors in the tests.
 */
export function dataHash(data: Readonly<Record<string, string | Uint8Array>>): string {
  const hashes = Object.keys(data)
    .sort()
    .map((key) => sha256Hex(data[key] ?? ""));
  return sha256Hex(hashes.join("")).slice(0, 8);
}
