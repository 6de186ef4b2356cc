/** What a create, update or delete makes of an object before it is stored: pure of storage and network. */
import { decode } from "./decode.ts";
import { equal, type Json, type JsonObject, type KubeObject, withKey, withMeta } from "./json.ts";
import { sameApart, trackUpdate, type Writer } from "./managed-fields.ts";
import { immutabilityErrors, metadataErrors, metadataUpdateErrors, withoutBlanks } from "./metadata.ts";
import type { ServedResource } from "./resources.ts";
import { validate } from "./schema-validation.ts";
import { conflict, Failure, type FieldError, invalid, invalidValue } from "./status.ts";

/** Where a write goes and who makes it. */
export interface Target {
  readonly resource: ServedResource;
  readonly namespace: string;
  readonly writer: Writer;
}

function schemaErrors(resource: ServedResource, object: KubeObject): readonly FieldError[] {
  return validate(resource.schema, object);
}

function hasGeneration(resource: ServedResource): boolean {
  return (resource.generation ?? "content") !== "none";
}

/** A new object: identity given, status taken away where only the subresource may write it. */
export function prepareCreate(
  target: Target,
  sent: KubeObject,
  identity: { readonly uid: string; readonly now: string; readonly suffix: string },
): KubeObject | Failure {
  const { resource, namespace, writer } = target;
  const { name = "", generateName } = sent.metadata;
  const generated = name === "" && generateName !== undefined ? generateName + identity.suffix : name;
  const fresh = withMeta(sent, {
    name: generated,
    namespace: resource.namespaced ? namespace : undefined,
    uid: identity.uid,
    creationTimestamp: identity.now,
    generation: hasGeneration(resource) ? 1 : undefined,
    deletionTimestamp: undefined,
    deletionGracePeriodSeconds: undefined,
    managedFields: undefined,
    resourceVersion: undefined,
  });
  const object = normalized(resource, withoutStatus(resource, fresh), undefined);
  const errors = [...metadataErrors(resource, object), ...schemaErrors(resource, object)];
  if (errors.length > 0) return invalid(resource, generated, errors);
  if (sent.metadata.managedFields === undefined) return trackUpdate(undefined, object, writer);
  // An apply that creates has already said who owns what.
  return withMeta(object, { managedFields: sent.metadata.managedFields });
}

function withoutStatus(resource: ServedResource, object: KubeObject): KubeObject {
  return resource.status === true ? withKey(object, "status", undefined) : object;
}

function normalized(resource: ServedResource, object: KubeObject, old: KubeObject | undefined): KubeObject {
  const tidy = withoutBlanks(object);
  return resource.normalize === undefined ? tidy : resource.normalize(tidy, old);
}

/** What counts for metadata.generation. */
function contentOf(resource: ServedResource, object: KubeObject): Json {
  if (resource.generation === "spec") return object["spec"] ?? null;
  const content: JsonObject = { ...object, metadata: undefined };
  return resource.status === true ? { ...content, status: undefined } : content;
}

function nextGeneration(resource: ServedResource, old: KubeObject, object: KubeObject): number | undefined {
  if (!hasGeneration(resource)) return old.metadata.generation;
  const generation = old.metadata.generation ?? 1;
  return equal(contentOf(resource, old), contentOf(resource, object)) ? generation : generation + 1;
}

/** Fails when the sent object names another revision or another incarnation than the stored one. */
export function checkPreconditions(target: Target, old: KubeObject, sent: KubeObject): Failure | undefined {
  const { resource } = target;
  const { resourceVersion = "" } = sent.metadata;
  const { name = "" } = old.metadata;
  const otherUid = uidConflict(old.metadata.uid ?? "", sent.metadata.uid ?? "");
  if (otherUid !== undefined) return conflict(resource, name, otherUid);
  if (resourceVersion !== "" && resourceVersion !== old.metadata.resourceVersion) return conflict(resource, name);
  if (resourceVersion !== "" || resource.builtin === true) return undefined;
  const error = invalidValue("metadata.resourceVersion", 0, "must be specified for an update");
  return invalid(resource, name, [error], resource.plural);
}

function uidConflict(stored: string, sent: string): string | undefined {
  if (sent === "" || sent === stored) return undefined;
  return `Precondition failed: UID in precondition: ${sent}, UID in object meta: ${stored}`;
}

function mainUpdate(resource: ServedResource, old: KubeObject, sent: KubeObject): KubeObject {
  const kept = resource.status === true ? withKey(sent, "status", old["status"]) : sent;
  const { name, namespace, uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds } = old.metadata;
  const identity = { name, namespace, uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds };
  const object = normalized(
    resource,
    withMeta(kept, { ...identity, resourceVersion: old.metadata.resourceVersion }),
    old,
  );
  return withMeta(object, { generation: nextGeneration(resource, old, object) });
}

function statusUpdate(old: KubeObject, sent: KubeObject): KubeObject {
  return withMeta(withKey(old, "status", sent["status"]), { managedFields: sent.metadata.managedFields });
}

/** The object that an update leaves; the old one itself when nothing would change. */
export function prepareUpdate(
  target: Target,
  old: KubeObject,
  { sent, applied }: { readonly sent: KubeObject; readonly applied: boolean },
): KubeObject | Failure {
  const { resource, writer } = target;
  const object = writer.subresource === "status" ? statusUpdate(old, sent) : mainUpdate(resource, old, sent);
  const immutable = resource.builtin === true ? immutabilityErrors(old, object) : [];
  const errors = [
    ...metadataErrors(resource, object),
    ...metadataUpdateErrors(old, object),
    ...immutable,
    ...schemaErrors(resource, object),
  ];
  if (errors.length > 0) return invalid(resource, old.metadata.name ?? "", errors);
  const tracked = applied
    ? withMeta(object, { managedFields: sent.metadata.managedFields })
    : trackUpdate(old, object, writer);
  return sameApart(old, tracked) ? old : tracked;
}

/** What a delete does: nothing more, a mark for those who finalize, or the end. */
export type Deletion =
  | { readonly kind: "pending"; readonly object: KubeObject }
  | { readonly kind: "mark"; readonly object: KubeObject }
  | { readonly kind: "remove"; readonly object: KubeObject };

/** Decides what deleting an object means now. */
export function prepareDelete(object: KubeObject, now: string): Deletion {
  const { finalizers = [], deletionTimestamp, generation = 0 } = object.metadata;
  if (finalizers.length === 0) return { kind: "remove", object };
  if (deletionTimestamp !== undefined) return { kind: "pending", object };
  const marks = { deletionTimestamp: now, deletionGracePeriodSeconds: 0 };
  const raised = generation > 0 ? { generation: generation + 1 } : {};
  return { kind: "mark", object: withMeta(object, { ...marks, ...raised }) };
}

/** Whether an update has taken the last finalizer from an object that waits for it. */
export function isFinalized(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined && (object.metadata.finalizers ?? []).length === 0;
}

/** A webhook's result as if it had been sent: pruned and defaulted again. */
export function redecode(resource: ServedResource, value: Json): KubeObject | Failure {
  const decoded = decode(resource, value, { validation: "Ignore", origin: "patch" });
  return decoded instanceof Failure ? decoded : decoded.object;
}
