import { equalJson, isObject } from "../falco/base/json.ts";

/**
 * The JSON merge patch (RFC 7396) that makes `after` out of `before`, or undefined if there is nothing to change. Lists are
 * replaced whole; a field of `after` that is undefined counts as absent. A merge patch cannot set a field to null, so an
 * explicit null in `after` is an absent field, too.
 */
export function mergePatch(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Record<string, unknown> | undefined {
  const patch: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(after)) {
    const change = changeOf(before[field], value);
    if (change !== undefined) patch[field] = change;
  }
  for (const field of Object.keys(before)) {
    if (isPresent(before[field]) && !isPresent(after[field])) patch[field] = null;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

function changeOf(before: unknown, after: unknown): unknown {
  if (!isPresent(after)) return undefined;
  if (isObject(before) && isObject(after)) return mergePatch(before, after);
  return equalJson(before, after) ? undefined : withoutAbsent(after);
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

// A null inside a new object would be an order to delete; there is nothing to delete yet.
function withoutAbsent(value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([field, entry]) => (isPresent(entry) ? [[field, withoutAbsent(entry)]] : [])),
  );
}
