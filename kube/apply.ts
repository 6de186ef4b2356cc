import { isObject } from "../falco/base/json.ts";
import type { Client, WriteOptions } from "./client.ts";
import { isAlreadyExists, isConflict, isNotFound } from "./errors.ts";
import { mergePatch } from "./merge-patch.ts";
import type { KubeObject, ObjectName, ObjectToWrite, ResourceType } from "./objects.ts";

/** What a write came to. */
export interface Written {
  readonly object: KubeObject;
  readonly result: "created" | "updated" | "unchanged";
}

export interface WriteTarget {
  readonly client: Client;
  readonly type: ResourceType;
  readonly name: ObjectName;
  readonly signal?: AbortSignal | undefined;
}

/** Somebody who writes all the time must not keep a worker for ever; the queue tries again later. */
const mostConflicts = 5;

/**
 * Makes an object what `mutate` wants it to be: created if it is not there, else patched by the difference, and not written
 * at all if there is none. `mutate` gets the present object (undefined if there is none), returns the wanted one (see
 * `patchDifference`) and must be a pure function: after a conflict it is asked again with what is there then. `status` is left alone.
 */
export async function createOrUpdate(
  target: WriteTarget,
  mutate: (present: KubeObject | undefined) => ObjectToWrite,
): Promise<Written> {
  const { client, type, name, signal } = target;
  return retryConflicts(async () => {
    const present = await client.get(type, name, { signal });
    if (present !== undefined) return patchDifference(target, present, mutate(present));
    return { object: await client.create(type, mutate(undefined), { signal }), result: "created" };
  });
}

/**
 * Patches the difference between an object as it was read and as it should be; no difference, no write. Fields that
 * `wanted` does not have at all (`data`, `metadata.labels`) are left alone; those that it has are made exactly so, which
 * takes away what others have put into them, the server's defaults included: start from what is there. Fails with a
 * conflict if somebody else has written since. With `subresource: "status"` only the status counts, without only the rest.
 */
export async function patchDifference(
  { client, type, name, signal }: WriteTarget,
  present: KubeObject,
  wanted: ObjectToWrite,
  { subresource }: Pick<WriteOptions, "subresource"> = {},
): Promise<Written> {
  const patch = difference(present, wanted, subresource);
  if (patch === undefined) return { object: present, result: "unchanged" };
  const lock = { resourceVersion: present.metadata.resourceVersion };
  const metadata = typeof patch["metadata"] === "object" ? { ...patch["metadata"], ...lock } : lock;
  const object = await client.patch(type, name, { body: { ...patch, metadata }, subresource, signal });
  return { object, result: "updated" };
}

/** Adds a finalizer if it is missing. Returns the object as it is then; undefined if it is gone meanwhile. */
export function ensureFinalizer(
  target: WriteTarget,
  present: KubeObject,
  finalizer: string,
): Promise<KubeObject | undefined> {
  return changeFinalizers(target, present, (present) =>
    present.includes(finalizer) ? present : [...present, finalizer],
  );
}

/** Takes a finalizer away if it is there. Returns the object as it is then; undefined if it is gone. */
export function removeFinalizer(
  target: WriteTarget,
  present: KubeObject,
  finalizer: string,
): Promise<KubeObject | undefined> {
  return changeFinalizers(target, present, (present) => present.filter((each) => each !== finalizer));
}

async function changeFinalizers(
  { client, type, name, signal }: WriteTarget,
  first: KubeObject,
  change: (finalizers: readonly string[]) => readonly string[],
): Promise<KubeObject | undefined> {
  let present: KubeObject | undefined = first;
  return retryConflicts(async () => {
    present ??= await client.get(type, name, { signal });
    // An object of the same name that was made since is not the one that was meant.
    if (present === undefined || present.metadata.uid !== first.metadata.uid) return undefined;
    const { finalizers: before = [], resourceVersion } = present.metadata;
    const finalizers = change(before);
    if (finalizers.length === before.length) return present;
    present = undefined;
    return absentIfNotFound(client.patch(type, name, { body: { metadata: { finalizers, resourceVersion } }, signal }));
  });
}

/** Runs `write` again after a conflict; `write` must read before it decides. */
export async function retryConflicts<T>(write: () => Promise<T>): Promise<T> {
  for (let conflicts = 1; ; conflicts++) {
    try {
      return await write();
    } catch (error) {
      if (conflicts >= mostConflicts || !(isConflict(error) || isAlreadyExists(error))) throw error;
    }
  }
}

/** What `answer` gives, or undefined if the object is not there. */
export async function absentIfNotFound<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

// Who wrote it, when and as what is the server's; the status is written on its own.
const notOurs = new Set(["apiVersion", "kind", "metadata", "status"]);
const ourMetadata = ["labels", "annotations", "finalizers", "ownerReferences"] as const;

type Fields = Readonly<Record<string, unknown>>;

function difference(present: KubeObject, wanted: object, subresource?: string): Fields | undefined {
  const before: Fields = present;
  const after: Fields = { ...wanted };
  if (subresource === "status") return mergePatch({ status: before["status"] }, { status: after["status"] });
  const fields = Object.keys(after).filter((field) => !notOurs.has(field) && after[field] !== undefined);
  const metadata = isObject(after["metadata"]) ? after["metadata"] : {};
  const metadataFields = ourMetadata.filter((field) => metadata[field] !== undefined);
  return mergePatch(
    { ...pick(before, fields), metadata: pick({ ...present.metadata }, metadataFields) },
    { ...pick(after, fields), metadata: pick(metadata, metadataFields) },
  );
}

function pick(from: Fields, fields: readonly string[]): Fields {
  return Object.fromEntries(fields.map((field) => [field, from[field]]));
}
