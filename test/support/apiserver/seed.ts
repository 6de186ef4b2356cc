/** Objects that are there before the first request. */
import { type Cluster, timestamp } from "./cluster.ts";
import { decode } from "./decode.ts";
import { asObject, asString, isObject, type Json, type KubeObject, textual } from "./json.ts";
import { prepareCreate, prepareUpdate } from "./prepare.ts";
import { apiVersionOf, type ServedResource, storageKey } from "./resources.ts";
import { Failure } from "./status.ts";

const namespaces = ["default", "kube-system", "kube-public"].map((name) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name },
}));

function resourceOf(cluster: Cluster, value: Json): ServedResource {
  const { apiVersion, kind } = asObject(value);
  const found = cluster.registry.byKind(asString(apiVersion) ?? "", asString(kind) ?? "");
  if (found === undefined) throw new Error(`no such kind: ${textual(apiVersion)} ${textual(kind)}`);
  return found;
}

/** Stores one object without admission, status included; throws on one that is not valid, as that is a mistake of the test. */
export function store(cluster: Cluster, object: object): KubeObject {
  const value = structuredClone(object) as Json;
  const resource = resourceOf(cluster, value);
  const decoded = decode(resource, value, { validation: "Strict", origin: "body" });
  if (decoded instanceof Failure) throw new Error(decoded.status.message);
  const now = timestamp(cluster);
  const { namespace = "" } = decoded.object.metadata;
  const writer = {
    manager: "seed",
    apiVersion: apiVersionOf(resource),
    subresource: "",
    time: now,
    schema: resource.schema,
    hasStatus: false,
  };
  const target = { resource, namespace, writer };
  const { name = "" } = decoded.object.metadata;
  const old = cluster.storage.collection(storageKey(resource)).get(namespace, name);
  const identity = { uid: cluster.newUid(), now, suffix: "00000" };
  const made =
    old === undefined
      ? prepareCreate(target, decoded.object, identity)
      : prepareUpdate(target, old, { sent: decoded.object, applied: false });
  if (made instanceof Failure) throw new Error(made.status.message);
  const { status } = decoded.object;
  return cluster.storage.put(storageKey(resource), isObject(status) ? { ...made, status } : made);
}

/** Stores the namespaces that every cluster has, and the given objects. */
export function seed(cluster: Cluster, objects: readonly object[]): void {
  for (const object of [...namespaces, ...objects]) store(cluster, object);
}
