/** What a control plane's namespace controller does: a deleted namespace takes its content with it. */
import { type KubeObject, withMeta } from "./json.ts";
import { isFinalized, prepareDelete } from "./prepare.ts";
import { storageKey } from "./resources.ts";
import type { Storage } from "./storage.ts";

/** Where namespaces are stored. */
export const namespaceKey = storageKey({ group: "", plural: "namespaces" });

/** Deletes or marks one object; what still has finalizers stays until they are gone. */
export function deleteStored(
  storage: Storage,
  key: string,
  { object, now }: { object: KubeObject; now: string },
): KubeObject {
  const deletion = prepareDelete(object, now);
  if (deletion.kind === "pending") return object;
  return deletion.kind === "mark" ? storage.put(key, deletion.object) : storage.remove(key, object);
}

/** Whether new objects are refused. */
export function isTerminating(namespace: KubeObject | undefined): boolean {
  return namespace?.metadata.deletionTimestamp !== undefined;
}

/** Starts the end of a namespace: marked, emptied, and removed when nothing is left in it. */
export function deleteNamespace(storage: Storage, namespace: KubeObject, now: string): KubeObject {
  const name = namespace.metadata.name ?? "";
  const marked = withMeta({ ...namespace, status: { phase: "Terminating" } }, { deletionTimestamp: now });
  const stored = isTerminating(namespace) ? namespace : storage.put(namespaceKey, marked);
  for (const [key, collection] of storage.collections()) {
    for (const object of collection.list(name)) if (name !== "") deleteStored(storage, key, { object, now });
  }
  return finishNamespace(storage, name) ?? stored;
}

/** Removes a terminating namespace once it is empty; called after every removal from it. */
export function finishNamespace(storage: Storage, name: string): KubeObject | undefined {
  const namespace = storage.collection(namespaceKey).get("", name);
  if (namespace === undefined || !isTerminating(namespace)) return undefined;
  if (storage.collections().some(([, collection]) => collection.list(name).length > 0)) return undefined;
  return isFinalized(namespace) ? storage.remove(namespaceKey, namespace) : undefined;
}
