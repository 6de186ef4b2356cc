/** Delete and deletecollection. */
import { parseBody } from "./body.ts";
import { type Answer, type ApiRequest, type Cluster, timestamp } from "./cluster.ts";
import { asString, at, isObject, type Json, type JsonObject, type KubeObject } from "./json.ts";
import { deleteNamespace, deleteStored, finishNamespace, namespaceKey } from "./namespaces.ts";
import { present, scopeOf, selectorOf } from "./reads.ts";
import { apiVersionOf, storageKey } from "./resources.ts";
import { conflict, Failure, notFound } from "./status.ts";
import { admitDelete } from "./writes.ts";

/** DeleteOptions come as a body or as query parameters. */
function optionsOf(request: ApiRequest): JsonObject | Failure {
  const value: Json | Failure = request.body === "" ? {} : parseBody(request.contentType, request.body);
  if (value instanceof Failure) return value;
  const options = isObject(value) ? value : {};
  const dryRun = request.query.get("dryRun");
  return dryRun === null ? options : { ...options, dryRun: [dryRun] };
}

function preconditionFailure(
  { resource, name }: ApiRequest,
  options: JsonObject,
  old: KubeObject,
): Failure | undefined {
  const uid = asString(at(options, "preconditions", "uid"));
  const version = asString(at(options, "preconditions", "resourceVersion"));
  const { uid: oldUid = "", resourceVersion = "" } = old.metadata;
  if (uid !== undefined && uid !== oldUid) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${oldUid}). The object might have been deleted and then recreated`;
    return conflict(resource, name, why, resource.kind);
  }
  if (version === undefined || version === resourceVersion) return undefined;
  const why = `the ResourceVersion in the precondition (${version}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`;
  return conflict(resource, name, why, resource.kind);
}

function removed(cluster: Cluster, request: ApiRequest, stored: KubeObject): KubeObject {
  const { storage } = cluster;
  const now = timestamp(cluster);
  const key = storageKey(request.resource);
  if (key === namespaceKey) return deleteNamespace(storage, stored, now);
  const left = deleteStored(storage, key, { object: stored, now });
  finishNamespace(storage, stored.metadata.namespace ?? "");
  return left;
}

function success({ resource }: ApiRequest, { name = "", uid = "" }: KubeObject["metadata"]): JsonObject {
  const group = resource.group === "" ? {} : { group: resource.group };
  const details = { name, ...group, kind: resource.plural, uid };
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details };
}

/** DELETE of one object: a Status when it is gone, the object when it waits for its finalizers. */
export async function deleteObject(cluster: Cluster, request: ApiRequest): Promise<Answer | Failure> {
  const options = optionsOf(request);
  if (options instanceof Failure) return options;
  const { resource, namespace, name } = request;
  const collection = cluster.storage.collection(storageKey(resource));
  const stored = collection.get(namespace, name);
  if (stored === undefined) return notFound(resource, name);
  const old = present(resource, stored);
  const admitted = preconditionFailure(request, options, old) ?? (await admitDelete(cluster, request, old));
  if (admitted instanceof Failure) return admitted;
  const { warnings } = admitted;
  if (Array.isArray(options["dryRun"])) return { code: 200, object: success(request, old.metadata), warnings };
  // Admission took time: what is deleted is what is there now.
  const current = collection.get(namespace, name);
  if (current === undefined) return notFound(resource, name);
  const left = removed(cluster, request, current);
  const gone = collection.get(namespace, name) === undefined;
  return { code: 200, object: gone ? success(request, left.metadata) : present(resource, left), warnings };
}

/** DELETE of all objects that a selector selects; answers with the list of them. */
export async function deleteObjects(cluster: Cluster, request: ApiRequest): Promise<Answer | Failure> {
  const selector = selectorOf(request);
  if (selector instanceof Failure) return selector;
  const { resource } = request;
  const all = cluster.storage.collection(storageKey(resource)).list(scopeOf(request));
  const items: KubeObject[] = [];
  for (const object of selector === undefined ? all : all.filter(selector)) {
    const { name = "", namespace = "" } = object.metadata;
    const answer = await deleteObject(cluster, { ...request, name, namespace });
    if (answer instanceof Failure && answer.code !== 404) return answer;
    items.push(present(resource, object));
  }
  const kind = resource.listKind ?? `${resource.kind}List`;
  const metadata = { resourceVersion: String(cluster.storage.revision) };
  return { code: 200, object: { kind, apiVersion: apiVersionOf(resource), metadata, items }, warnings: [] };
}
