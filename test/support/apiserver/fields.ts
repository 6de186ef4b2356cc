/** Sets of field paths, as managedFields (FieldsV1) writes them. */
import { entriesOf, isObject, type Json, type JsonObject } from "./json.ts";

/** A tree of path elements ("f:name", 'k:{"name":"x"}', 'v:"x"'); a member is a path that is in the set itself. */
export interface Fields {
  readonly member: boolean;
  readonly children: ReadonlyMap<string, Fields>;
}

/** The set without any path. */
export const noFields: Fields = { member: false, children: new Map() };
/** The set of only the path that leads here. */
export const thisField: Fields = { member: true, children: new Map() };

export function isEmpty(fields: Fields): boolean {
  return !fields.member && fields.children.size === 0;
}

/** A set from its parts; children without any path are left out. */
export function fieldsOf(member: boolean, children: Iterable<readonly [string, Fields]>): Fields {
  const kept = new Map<string, Fields>();
  for (const [key, child] of children) if (!isEmpty(child)) kept.set(key, child);
  return kept.size === 0 && !member ? noFields : { member, children: kept };
}

/** The part of a set below one path element. */
export function child(fields: Fields, key: string): Fields {
  return fields.children.get(key) ?? noFields;
}

export function union(a: Fields, b: Fields): Fields {
  if (isEmpty(a)) return b;
  if (isEmpty(b)) return a;
  const keys = new Set([...a.children.keys(), ...b.children.keys()]);
  return fieldsOf(
    a.member || b.member,
    [...keys].map((key) => [key, union(child(a, key), child(b, key))] as const),
  );
}

export function difference(a: Fields, b: Fields): Fields {
  if (isEmpty(a) || isEmpty(b)) return a;
  return fieldsOf(
    a.member && !b.member,
    [...a.children].map(([key, below]) => [key, difference(below, child(b, key))] as const),
  );
}

export function intersection(a: Fields, b: Fields): Fields {
  if (isEmpty(a) || isEmpty(b)) return noFields;
  return fieldsOf(
    a.member && b.member,
    [...a.children].map(([key, below]) => [key, intersection(below, child(b, key))] as const),
  );
}

/** FieldsV1 of a managedFields entry. */
export function parseFields(value: Json | undefined): Fields {
  if (!isObject(value)) return noFields;
  return { ...parseNode(value), member: false };
}

function parseNode(value: JsonObject): Fields {
  const entries = entriesOf(value);
  const children = new Map<string, Fields>();
  for (const [key, item] of entries) if (key !== "." && isObject(item)) children.set(key, parseNode(item));
  return { member: entries.length === 0 || value["."] !== undefined, children };
}

/** The FieldsV1 text form, keys in order. */
export function printFields(fields: Fields): JsonObject {
  const result: Record<string, Json> = {};
  if (fields.member && fields.children.size > 0) result["."] = {};
  for (const key of [...fields.children.keys()].sort()) result[key] = printFields(child(fields, key));
  return result;
}

/** The paths as error messages show them: .spec.items[key="a"].v */
export function pathsOf(fields: Fields, prefix = ""): readonly string[] {
  const own = fields.member ? [prefix] : [];
  return [...own, ...[...fields.children].flatMap(([key, below]) => pathsOf(below, prefix + shown(key)))];
}

function shown(element: string): string {
  const text = element.slice(2);
  if (element.startsWith("f:")) return `.${text}`;
  if (element.startsWith("v:")) return `[=${text}]`;
  const keys: unknown = JSON.parse(text);
  const parts = isObject(keys) ? entriesOf(keys).map(([key, value]) => `${key}=${JSON.stringify(value)}`) : [];
  return `[${parts.join(",")}]`;
}
