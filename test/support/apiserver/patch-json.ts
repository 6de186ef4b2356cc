/** JSON Patch, RFC 6902. */
import { asString, equal, isArray, isObject, type Json, type JsonArray, withKey } from "./json.ts";
import { badRequest, Failure, patchRejected } from "./status.ts";

const pointer = (path: string): readonly string[] =>
  path === ""
    ? []
    : path
        .split("/")
        .slice(1)
        .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));

function valueAt(document: Json | undefined, path: readonly string[]): Json | undefined {
  let current = document;
  for (const key of path) {
    if (isArray(current)) current = current[Number(key)];
    else current = isObject(current) && Object.hasOwn(current, key) ? current[key] : undefined;
  }
  return current;
}

/** Rebuilds the document along a path and lets `edit` work on the parent of the last element. */
function edited(
  document: Json,
  path: readonly string[],
  edit: (parent: Json, key: string) => Json | Failure,
): Json | Failure {
  const [key, ...rest] = path;
  if (key === undefined) return patchRejected();
  if (rest.length === 0) return edit(document, key);
  const below = valueAt(document, [key]);
  if (below === undefined) return patchRejected();
  const changed = edited(below, rest, edit);
  if (changed instanceof Failure) return changed;
  if (isArray(document)) return document.with(Number(key), changed);
  return isObject(document) ? withKey(document, key, changed) : patchRejected();
}

function indexIn(list: JsonArray, key: string, end: number): number | undefined {
  if (key === "-") return list.length;
  const index = Number(key);
  return /^(0|[1-9]\d*)$/.test(key) && index <= end ? index : undefined;
}

function add(parent: Json, key: string, value: Json): Json | Failure {
  if (isObject(parent)) return withKey(parent, key, value);
  if (!isArray(parent)) return patchRejected();
  const index = indexIn(parent, key, parent.length);
  return index === undefined ? patchRejected() : parent.toSpliced(index, 0, value);
}

function remove(parent: Json, key: string): Json | Failure {
  if (isObject(parent)) return Object.hasOwn(parent, key) ? withKey(parent, key, undefined) : patchRejected();
  if (!isArray(parent)) return patchRejected();
  const index = indexIn(parent, key, parent.length - 1);
  return index === undefined || key === "-" ? patchRejected() : parent.toSpliced(index, 1);
}

function addAt(document: Json, path: readonly string[], value: Json): Json | Failure {
  return path.length === 0 ? value : edited(document, path, (parent, key) => add(parent, key, value));
}

const removeAt = (document: Json, path: readonly string[]): Json | Failure => edited(document, path, remove);

function replaceAt(document: Json, path: readonly string[], value: Json): Json | Failure {
  if (path.length === 0) return value;
  return edited(document, path, (parent, key) => {
    if (isArray(parent)) return parent[Number(key)] === undefined ? patchRejected() : parent.with(Number(key), value);
    return isObject(parent) && Object.hasOwn(parent, key) ? withKey(parent, key, value) : patchRejected();
  });
}

function moveOrCopy(document: Json, from: readonly string[], to: readonly string[], moves: boolean): Json | Failure {
  const value = valueAt(document, from);
  if (value === undefined) return patchRejected();
  const without = moves ? removeAt(document, from) : document;
  return without instanceof Failure ? without : addAt(without, to, value);
}

interface Operation {
  readonly path: readonly string[];
  readonly from: readonly string[];
  readonly value: Json;
}

const operations: Readonly<Record<string, (document: Json, operation: Operation) => Json | Failure>> = {
  add: (document, { path, value }) => addAt(document, path, value),
  remove: (document, { path }) => removeAt(document, path),
  replace: (document, { path, value }) => replaceAt(document, path, value),
  move: (document, { from, path }) => moveOrCopy(document, from, path, true),
  copy: (document, { from, path }) => moveOrCopy(document, from, path, false),
  test: (document, { path, value }) => (equal(valueAt(document, path) ?? null, value) ? document : patchRejected()),
};

function step(document: Json, operation: Json): Json | Failure {
  if (!isObject(operation)) return badRequest("a JSON patch is a list of operations");
  const path = pointer(asString(operation["path"]) ?? "");
  const from = pointer(asString(operation["from"]) ?? "");
  const perform = operations[asString(operation["op"]) ?? ""];
  return perform === undefined ? patchRejected() : perform(document, { path, from, value: operation["value"] ?? null });
}

/** The document after all operations, or the failure of the first that does not fit. */
export function jsonPatch(document: Json, patch: Json): Json | Failure {
  if (!isArray(patch)) return badRequest("a JSON patch is a list of operations");
  let current = document;
  for (const operation of patch) {
    const next = step(current, operation);
    if (next instanceof Failure) return next;
    current = next;
  }
  return current;
}
