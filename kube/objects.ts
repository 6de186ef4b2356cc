import { isObject } from "../falco/base/json.ts";

/** One owner of an object; with `controller`, the one that manages it. */
interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** The part of `metadata` that controllers use. */
interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
}

/** Any object as an API server returned it. Everything but `metadata` is for the caller to decode. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

/** An object to write. Has no index signature, so that every typed interface of an object fits. */
export interface ObjectToWrite {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** Which object of a type: `namespace` is absent for what belongs to the whole cluster. */
export interface ObjectName {
  readonly namespace?: string;
  readonly name: string;
}

/** A kind, and where an API server serves it. */
export interface ResourceType {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

/**
 * `resource("extensions.gardener.cloud/v1alpha1", "Cluster", { namespaced: false })`. The plural follows from the kind
 * by the rules of English that Kubernetes uses; `plural` is for the exceptions.
 */
export function resource(
  apiVersion: string,
  kind: string,
  { plural = pluralOf(kind), namespaced = true }: { plural?: string; namespaced?: boolean } = {},
): ResourceType {
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/", 2) : ["", apiVersion];
  return { group: group ?? "", version: version ?? "", kind, plural, namespaced };
}

function pluralOf(kind: string): string {
  const word = kind.toLowerCase();
  if (/(s|x|ch|sh)$/.test(word)) return `${word}es`;
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}

/** `v1`, `apps/v1`. */
function apiVersionOf({ group, version }: ResourceType): string {
  return group === "" ? version : `${group}/${version}`;
}

/** The URL path of a collection; without a namespace, of all namespaces. */
export function collectionPath(type: ResourceType, namespace?: string): string {
  const root = type.group === "" ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const scope = type.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  return `${root}${scope}/${type.plural}`;
}

/** The URL path of one object, or of one of its subresources (`status`, `token`). */
export function objectPath(type: ResourceType, { namespace, name }: ObjectName, subresource?: string): string {
  // Without this check, a missing namespace would silently address something else.
  if (name === "" || (type.namespaced && (namespace === undefined || namespace === ""))) {
    throw new Error(`A ${type.kind} is addressed by ${type.namespaced ? "namespace and name" : "name"}.`);
  }
  const path = `${collectionPath(type, namespace)}/${encodeURIComponent(name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** `namespace/name`, or `name`: the key of an object in stores and queues. */
export function keyOf({ namespace, name }: ObjectName): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** The reverse of `keyOf`; neither part can hold a slash. */
export function nameOf(key: string): ObjectName {
  const slash = key.indexOf("/");
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/**
 * What an API server sent, as an object. The items of a list of built-in kinds carry neither kind nor version, so they are
 * taken from `type`. Throws if there is no name: then it is no object at all.
 */
export function toKubeObject(value: unknown, type: ResourceType): KubeObject {
  if (isKubeObject(value)) return value;
  const typed: unknown = isObject(value) ? { apiVersion: apiVersionOf(type), kind: type.kind, ...value } : value;
  if (isKubeObject(typed)) return typed;
  throw new Error(`The API server sent something that is no ${type.kind}.`);
}

function isKubeObject(value: unknown): value is KubeObject {
  return (
    isObject(value) &&
    typeof value["apiVersion"] === "string" &&
    typeof value["kind"] === "string" &&
    isObject(value["metadata"])
  );
}
