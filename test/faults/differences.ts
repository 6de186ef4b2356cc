import { isObject, type Json } from "../../falco/base/json.ts";

/** How much of a long text is shown around the place where it differs. */
const shown = 60;

/** Where two values differ, one line for each place; nothing if they are equal. */
export function differences(found: unknown, expected: Json | undefined, path = ""): readonly string[] {
  if (Array.isArray(found) || Array.isArray(expected) || (isObject(found) && isObject(expected))) {
    const [left, right] = [entries(found), entries(expected)];
    const keys = [...new Set([...left.keys(), ...right.keys()])];
    return keys.flatMap((key) => differences(left.get(key), right.get(key) as Json, `${path}/${key}`));
  }
  const [left, right] = [textOf(found), textOf(expected)];
  if (left === right) return [];
  let start = 0;
  while (left[start] === right[start]) start++;
  const cut = (text: string): string => text.slice(Math.max(0, start - shown), start + shown);
  return [`${path}: ${cut(left)} instead of ${cut(right)}`];
}

function textOf(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}

function entries(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === "object" && value !== null ? Object.entries(value) : []);
}
