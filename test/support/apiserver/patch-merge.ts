/** JSON merge patch, RFC 7386. */
import { entriesOf, isObject, type Json } from "./json.ts";

/** The document with the patch laid over it; null removes a field. */
export function mergePatch(document: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result: Record<string, Json | undefined> = isObject(document) ? { ...document } : {};
  for (const [key, item] of entriesOf(patch)) {
    if (item === null) Reflect.deleteProperty(result, key);
    else result[key] = mergePatch(result[key], item);
  }
  return result;
}
