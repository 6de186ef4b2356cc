/** Who owns which field: metadata.managedFields after updates and after server-side apply. */
import {
  difference,
  type Fields,
  fieldsOf,
  intersection,
  isEmpty,
  noFields,
  parseFields,
  pathsOf,
  printFields,
  union,
} from "./fields.ts";
import { asArray, asObject, asString, equal, type Json, type JsonObject, type KubeObject, withMeta } from "./json.ts";
import type { Schema } from "./schema.ts";
import { Failure } from "./status.ts";
import { parseJson } from "./body.ts";
import { compare, fieldsIn, merge, removeFields, unionAll } from "./typed.ts";

/** One entry of managedFields. */
interface Manager {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string;
  readonly fields: Fields;
}

/** Who writes, in which version, through which subresource, and when. */
export interface Writer {
  readonly manager: string;
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string;
  readonly schema: Schema | undefined;
  /** Has a status subresource, so that a main write never owns status. */
  readonly hasStatus: boolean;
}

function managersOf(object: KubeObject | undefined): readonly Manager[] {
  return asArray(object?.metadata.managedFields).map((item) => {
    const entry = asObject(item);
    return {
      manager: asString(entry["manager"]) ?? "unknown",
      operation: entry["operation"] === "Apply" ? "Apply" : "Update",
      apiVersion: asString(entry["apiVersion"]) ?? "",
      subresource: asString(entry["subresource"]) ?? "",
      time: asString(entry["time"]) ?? "",
      fields: parseFields(entry["fieldsV1"]),
    };
  });
}

function printManager(entry: Manager): JsonObject {
  return {
    apiVersion: entry.apiVersion,
    fieldsType: "FieldsV1",
    fieldsV1: printFields(entry.fields),
    manager: entry.manager,
    operation: entry.operation,
    ...(entry.subresource === "" ? {} : { subresource: entry.subresource }),
    time: entry.time,
  };
}

/** Applied entries first, then by time and name, as the real server sorts them. */
function withManagers(object: KubeObject, managers: readonly Manager[]): KubeObject {
  const order = (entry: Manager): string => `${entry.operation} ${entry.time} ${entry.manager} ${entry.subresource}`;
  const kept = managers.filter((entry) => !isEmpty(entry.fields));
  const sorted = [...kept].sort((a, b) => (order(a) < order(b) ? -1 : 1)).map(printManager);
  return withMeta(object, { managedFields: sorted.length === 0 ? undefined : sorted });
}

const SERVER_OWNED = [
  ...["name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "selfLink"],
  ...["managedFields", "deletionTimestamp", "deletionGracePeriodSeconds", "generateName"],
].map((name) => `f:${name}`);

/** Without what belongs to nobody: identity, and the part of the object that this write cannot touch. */
function ownable(fields: Fields, writer: Writer): Fields {
  const status = writer.subresource === "status";
  const top = [...fields.children].flatMap(([key, below]): [string, Fields][] => {
    if (key === "f:apiVersion" || key === "f:kind") return [];
    if (status) return key === "f:status" ? [[key, below]] : [];
    if (key === "f:status" && writer.hasStatus) return [];
    return [[key, key === "f:metadata" ? ownableMeta(below) : below]];
  });
  return fieldsOf(false, top);
}

function ownableMeta(fields: Fields): Fields {
  return fieldsOf(
    false,
    [...fields.children].filter(([key]) => !SERVER_OWNED.includes(key)),
  );
}

const same = (entry: Manager, writer: Writer, operation: Manager["operation"]): boolean =>
  entry.manager === writer.manager && entry.operation === operation && entry.subresource === writer.subresource;

function entry(writer: Writer, operation: Manager["operation"], fields: Fields): Manager {
  const { manager, apiVersion, subresource, time } = writer;
  return { manager, operation, apiVersion, subresource, time, fields };
}

/** A client may empty managedFields on purpose, by sending an empty list or a list of one empty entry. */
function isReset(object: KubeObject): boolean {
  const sent = object.metadata.managedFields;
  return sent !== undefined && sent.every((item) => Object.keys(asObject(item)).length === 0);
}

/** The new object with the ownership that an update (or create, or patch) leaves. */
export function trackUpdate(before: KubeObject | undefined, after: KubeObject, writer: Writer): KubeObject {
  if (before !== undefined && isReset(after)) return withMeta(after, { managedFields: undefined });
  const found = compare(writer.schema, before, after);
  const changed = ownable(found.changed, writer);
  const removed = ownable(found.removed, writer);
  // A client may rewrite ownership, as kubectl does when it goes over to server-side apply.
  const managers = managersOf(before === undefined || after.metadata.managedFields === undefined ? before : after);
  if (isEmpty(changed) && isEmpty(removed)) return withManagers(after, managers);
  const others = managers
    .filter((known) => !same(known, writer, "Update"))
    .map((known) => ({ ...known, fields: difference(difference(known.fields, changed), removed) }));
  const mine = managers.find((known) => same(known, writer, "Update"))?.fields ?? noFields;
  return withManagers(after, [...others, entry(writer, "Update", union(difference(mine, removed), changed))]);
}

function applyConflicts(managers: readonly Manager[], changed: Fields): Failure | undefined {
  const conflicts = managers.flatMap((known) => {
    const sub = known.subresource === "" ? "" : ` with subresource "${known.subresource}"`;
    const using = known.operation === "Apply" ? "" : ` using ${known.apiVersion}`;
    const who = `conflict with "${known.manager}"${sub}${using}`;
    return pathsOf(intersection(known.fields, changed)).map((field) => ({ who, field }));
  });
  if (conflicts.length === 0) return undefined;
  const count = conflicts.length === 1 ? "1 conflict" : `${String(conflicts.length)} conflicts`;
  const causes = conflicts.map(({ who, field }) => ({ reason: "FieldManagerConflict", message: who, field }));
  return new Failure(409, "Conflict", `Apply failed with ${count}: ${listed(conflicts)}`, { causes });
}

function listed(conflicts: readonly { readonly who: string; readonly field: string }[]): string {
  const [first] = conflicts;
  if (conflicts.length === 1 && first !== undefined) return `${first.who}: ${first.field}`;
  const fields = (who: string): string =>
    conflicts.flatMap((one) => (one.who === who ? [`- ${one.field}`] : [])).join("\n");
  return [...new Set(conflicts.map(({ who }) => who))].map((who) => `${who}:\n${fields(who)}`).join("\n");
}

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** What kubectl may take from others without force: the unchanged fields of its last client-side apply. */
function takenOver(live: KubeObject, writer: Writer): Fields {
  const text = live.metadata.annotations?.[LAST_APPLIED];
  if (writer.manager !== "kubectl" || text === undefined) return noFields;
  const last = parseJson(text);
  if (last instanceof Failure) return noFields;
  return difference(fieldsIn(writer.schema, last), compare(writer.schema, last, live).changed);
}

/** The live object after an apply: merged, pruned of what the manager no longer applies, with new ownership. */
export function trackApply(
  live: KubeObject,
  applied: KubeObject,
  { writer, force }: { readonly writer: Writer; readonly force: boolean },
): KubeObject | Failure {
  const managers = managersOf(live);
  const others = managers.filter((known) => !same(known, writer, "Apply"));
  const previous = managers.find((known) => same(known, writer, "Apply"));
  const mine = ownable(fieldsIn(writer.schema, applied), writer);
  const merged = merge(writer.schema, live, applied);
  const keep = unionAll([mine, ...others.map((known) => known.fields)]);
  const pruned: Json = removeFields(writer.schema, merged, { last: previous?.fields ?? noFields, keep }) ?? {};
  const result = { ...live, ...asObject(pruned), metadata: asObject(asObject(pruned)["metadata"]) };
  const found = compare(writer.schema, live, withoutRemovedTop(result, asObject(pruned)));
  const contested = difference(found.changed, takenOver(live, writer));
  const failure = force ? undefined : applyConflicts(others, contested);
  if (failure !== undefined) return failure;
  const rest = others.map((known) => {
    return { ...known, fields: difference(difference(known.fields, found.changed), found.removed) };
  });
  const object = withManagers(withoutRemovedTop(result, asObject(pruned)), [...rest, entry(writer, "Apply", mine)]);
  return sameApart(live, object) ? live : object;
}

/** Pruning may have emptied a whole top-level field. */
function withoutRemovedTop(result: KubeObject, pruned: JsonObject): KubeObject {
  const kept = Object.entries(result).filter(([key]) => key === "metadata" || pruned[key] !== undefined);
  return { ...Object.fromEntries(kept), apiVersion: result.apiVersion, kind: result.kind, metadata: result.metadata };
}

/** Whether two objects differ only in the times of managedFields: then nothing is written. */
export function sameApart(a: KubeObject, b: KubeObject): boolean {
  const timeless = (object: KubeObject): KubeObject =>
    withMeta(object, {
      managedFields: asArray(object.metadata.managedFields).map((item) => ({ ...asObject(item), time: "" })),
    });
  return equal(timeless(a), timeless(b));
}
