import { equalJson, isObject } from "./json.ts";

/** One step of a JSON patch (RFC 6902), of the three kinds that a difference needs. */
export type PatchOperation =
  | { readonly op: "add" | "replace"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string };

/**
 * The steps that make `after` out of `before`, both JSON values; none when they are equal. Fields that are undefined count as
 * absent. Entries that begin or end both of two lists stay as they are, those between are compared one by one.
 */
export function jsonPatch(before: unknown, after: unknown): readonly PatchOperation[] {
  return difference("", before, after);
}

function difference(path: string, before: unknown, after: unknown): readonly PatchOperation[] {
  if (before === after) return [];
  if (isObject(before) && isObject(after)) return ofObjects(path, before, after);
  if (Array.isArray(before) && Array.isArray(after)) return ofLists(path, before, after);
  return equalJson(before, after) ? [] : [{ op: "replace", path, value: after }];
}

type Fields = Readonly<Record<string, unknown>>;

function ofObjects(path: string, before: Fields, after: Fields): readonly PatchOperation[] {
  const inBoth = fieldsOf(before).flatMap((key) => {
    const below = step(path, key);
    return has(after, key) ? difference(below, before[key], after[key]) : [{ op: "remove" as const, path: below }];
  });
  const added = fieldsOf(after)
    .filter((key) => !has(before, key))
    .map((key) => ({ op: "add" as const, path: step(path, key), value: after[key] }));
  return [...inBoth, ...added];
}

function fieldsOf(value: Fields): readonly string[] {
  return Object.keys(value).filter((key) => value[key] !== undefined);
}

function has(value: Fields, key: string): boolean {
  return Object.hasOwn(value, key) && value[key] !== undefined;
}

/** Entries are taken away from the last to the first and added from the first to the last, so that every index still fits. */
function ofLists(path: string, before: readonly unknown[], after: readonly unknown[]): readonly PatchOperation[] {
  const start = commonStart(before, after);
  const end = commonStart(before.slice(start).reverse(), after.slice(start).reverse());
  const old = before.slice(start, before.length - end);
  const fresh = after.slice(start, after.length - end);
  const both = Math.min(old.length, fresh.length);
  const changed = fresh
    .slice(0, both)
    .flatMap((value, index) => difference(step(path, start + index), old[index], value));
  const removed = old
    .slice(both)
    .map((_, index) => ({ op: "remove" as const, path: step(path, start + both + index) }))
    .reverse();
  const added = fresh
    .slice(both)
    .map((value, index) => ({ op: "add" as const, path: step(path, start + both + index), value }));
  return [...changed, ...removed, ...added];
}

function commonStart(left: readonly unknown[], right: readonly unknown[]): number {
  const differs = left.findIndex((each, index) => index >= right.length || !equalJson(each, right[index]));
  return differs === -1 ? left.length : differs;
}

function step(path: string, key: string | number): string {
  return `${path}/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}
