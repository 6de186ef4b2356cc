import { isObject } from "../../falco/base/json.ts";

/** Shorter values are words like "on" and "eu", which would make holes everywhere and hide nothing. */
const shortest = 4;

/**
 * A text without the values that a chart was rendered with: helm quotes them in its messages, and some of them are secrets. Lines of
 * longer values are hidden one by one, and in base64 and in quotes, too.
 */
export function hideValues(text: string, values: unknown): string {
  const hidden = [...new Set(leavesOf(values).flatMap(writingsOf))]
    .filter((each) => each.length >= shortest)
    .sort((left, right) => right.length - left.length);
  return hidden.reduce((shown, each) => shown.replaceAll(each, "…"), text);
}

function leavesOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  if (isObject(value)) return Object.values(value).flatMap(leavesOf);
  return typeof value === "string" || typeof value === "number" ? [String(value)] : [];
}

function writingsOf(leaf: string): readonly string[] {
  const lines = leaf.split("\n").map((line) => line.trim());
  return [leaf, ...lines].flatMap((each) => [
    each,
    JSON.stringify(each).slice(1, -1),
    Buffer.from(each).toString("base64"),
  ]);
}
