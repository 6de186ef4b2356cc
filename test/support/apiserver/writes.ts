/** Create, update, patch and delete: admission round the pure steps, and the commit. */
import { parseBody } from "./body.ts";
import { type Answer, type ApiRequest, type Attributes, type Cluster, type Operation, timestamp } from "./cluster.ts";
import { decode, type Decoded, fieldValidationOf } from "./decode.ts";
import { type KubeObject, withMeta } from "./json.ts";
import type { Writer } from "./managed-fields.ts";
import { finishNamespace, isTerminating, namespaceKey } from "./namespaces.ts";
import { applied, appliedObject, patched, patchKind } from "./patch.ts";
import { checkPreconditions, isFinalized, prepareCreate, prepareUpdate, type Target } from "./prepare.ts";
import { present } from "./reads.ts";
import { apiVersionOf, storageKey } from "./resources.ts";
import { alreadyExists, badRequest, Failure, forbidden, notFound, type Status } from "./status.ts";

const NAMESPACE = { group: "", plural: "namespaces", kind: "Namespace" };

const isDryRun = (request: ApiRequest): boolean => request.query.get("dryRun") === "All";

function targetOf(cluster: Cluster, request: ApiRequest): Target {
  const { resource, namespace, subresource, query, userAgent } = request;
  const writer: Writer = {
    manager: query.get("fieldManager") ?? (userAgent.split("/")[0] || "unknown"),
    apiVersion: apiVersionOf(resource),
    subresource,
    time: timestamp(cluster),
    schema: resource.schema,
    hasStatus: resource.status === true,
  };
  return { resource, namespace, writer };
}

function attributesOf(request: ApiRequest, operation: Operation, before?: KubeObject, after?: KubeObject): Attributes {
  const { resource, namespace, subresource, user } = request;
  const options = { kind: OPTIONS[operation], apiVersion: "meta.k8s.io/v1" };
  const name = after?.metadata.name ?? before?.metadata.name ?? request.name;
  const dryRun = isDryRun(request);
  return { operation, resource, namespace, name, subresource, object: after, oldObject: before, dryRun, user, options };
}
const OPTIONS = { CREATE: "CreateOptions", UPDATE: "UpdateOptions", DELETE: "DeleteOptions" } as const;

/** The first phase of admission: the built-in step, then the mutating webhooks. */
async function mutated(cluster: Cluster, attributes: Attributes): Promise<Decoded | Failure> {
  const { operation, oldObject, object } = attributes;
  const hooked = cluster.beforeWrite?.(operation, oldObject, object);
  if (hooked !== undefined && !isKubeObject(hooked)) return refusal(hooked);
  const next = hooked !== undefined && operation !== "DELETE" ? hooked : object;
  const admitted = await cluster.admit("mutating", { ...attributes, object: next });
  if (admitted instanceof Failure) return admitted;
  const result = admitted.object ?? oldObject;
  return result === undefined ? badRequest("nothing to admit") : { object: result, warnings: admitted.warnings };
}

function isKubeObject(value: KubeObject | Status): value is KubeObject {
  return value.kind !== "Status";
}

const refusal = ({ code = 403, reason = "Forbidden", message = "" }: Status): Failure =>
  new Failure(code, reason, message);

function namespaceFailure(cluster: Cluster, request: ApiRequest, name: string): Failure | undefined {
  if (!request.resource.namespaced) return undefined;
  const namespace = cluster.storage.collection(namespaceKey).get("", request.namespace);
  if (namespace === undefined) return notFound(NAMESPACE, request.namespace);
  if (!isTerminating(namespace)) return undefined;
  const why = `unable to create new content in namespace ${request.namespace} because it is being terminated`;
  return forbidden(request.resource, name, why);
}

function addressFailure({ namespace, name, verb }: ApiRequest, sent: KubeObject): Failure | undefined {
  const { namespace: given = "", name: named = "" } = sent.metadata;
  if (given !== "" && given !== namespace) {
    return badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
  if (verb === "create" || named === name) return undefined;
  return badRequest(`the name of the object (${named}) does not match the name on the URL (${name})`);
}

/** The object in the body of a request. */
function sentObject(request: ApiRequest): Decoded | Failure {
  const value = parseBody(request.contentType, request.body);
  if (value instanceof Failure) return value;
  const validation = fieldValidationOf(request.query.get("fieldValidation"));
  const decoded = decode(request.resource, value, { validation, origin: "body" });
  if (decoded instanceof Failure) return decoded;
  return addressFailure(request, decoded.object) ?? decoded;
}

/** POST. */
export async function createObject(cluster: Cluster, request: ApiRequest): Promise<Answer | Failure> {
  const sent = sentObject(request);
  if (sent instanceof Failure) return sent;
  if ((sent.object.metadata.resourceVersion ?? "") !== "") {
    return badRequest("resourceVersion should not be set on objects to be created");
  }
  return insert(cluster, request, { ...sent, object: withMeta(sent.object, { managedFields: undefined }) });
}

async function insert(cluster: Cluster, request: ApiRequest, sent: Decoded): Promise<Answer | Failure> {
  const { resource, namespace } = request;
  const missing = namespaceFailure(cluster, request, sent.object.metadata.name ?? "");
  if (missing !== undefined) return missing;
  const placed = resource.namespaced ? withMeta(sent.object, { namespace }) : sent.object;
  const admitted = await mutated(cluster, attributesOf(request, "CREATE", undefined, placed));
  if (admitted instanceof Failure) return admitted;
  const uid = cluster.newUid();
  const identity = { uid, now: timestamp(cluster), suffix: uid.replaceAll("-", "").slice(0, 5) };
  const object = prepareCreate(targetOf(cluster, request), admitted.object, identity);
  if (object instanceof Failure) return object;
  const checked = await cluster.admit("validating", attributesOf(request, "CREATE", undefined, object));
  if (checked instanceof Failure) return checked;
  return add(cluster, request, { object, warnings: [...sent.warnings, ...admitted.warnings, ...checked.warnings] });
}

function add({ storage }: Cluster, request: ApiRequest, { object, warnings }: Decoded): Answer | Failure {
  const { name = "", namespace = "" } = object.metadata;
  const key = storageKey(request.resource);
  if (storage.collection(key).get(namespace, name) !== undefined) return alreadyExists(request.resource, name);
  return { code: 201, object: isDryRun(request) ? object : storage.put(key, object), warnings };
}

/** What a request wants to make of the stored object. */
interface Proposal extends Decoded {
  readonly applied: boolean;
}
type Propose = (old: KubeObject, target: Target) => Proposal | Failure;

const plain = (decoded: Decoded | Failure): Proposal | Failure =>
  decoded instanceof Failure ? decoded : { ...decoded, applied: false };

/** PUT. */
export async function updateObject(cluster: Cluster, request: ApiRequest): Promise<Answer | Failure> {
  const sent = sentObject(request);
  if (sent instanceof Failure) return sent;
  return change(cluster, request, (old, target) => checkPreconditions(target, old, sent.object) ?? plain(sent));
}

/** PATCH of any kind. */
export async function patchObject(cluster: Cluster, request: ApiRequest): Promise<Answer | Failure> {
  const kind = patchKind(request);
  if (kind instanceof Failure) return kind;
  if (kind === "apply") return applyObject(cluster, request);
  return change(cluster, request, (old, target) => {
    const proposal = patched(request, kind, old);
    if (proposal instanceof Failure) return proposal;
    return (
      addressFailure(request, proposal.object) ?? checkPreconditions(target, old, proposal.object) ?? plain(proposal)
    );
  });
}

async function applyObject(cluster: Cluster, request: ApiRequest): Promise<Answer | Failure> {
  const configuration = appliedObject(request);
  if (configuration instanceof Failure) return configuration;
  const { resource, namespace, name } = request;
  const stored = cluster.storage.collection(storageKey(resource)).get(namespace, name);
  if (stored === undefined && request.subresource === "") return applyNew(cluster, request, configuration);
  return change(cluster, request, (old, target) => {
    const object = applied(request, old, { configuration, writer: target.writer });
    if (object instanceof Failure) return object;
    return checkPreconditions(target, old, object) ?? { object, warnings: [], applied: true };
  });
}

function applyNew(
  cluster: Cluster,
  request: ApiRequest,
  configuration: KubeObject,
): Promise<Answer | Failure> | Failure {
  const { resource, name } = request;
  const { apiVersion, kind } = configuration;
  if ((configuration.metadata.uid ?? "") !== "") return notFound(resource, name);
  const { writer } = targetOf(cluster, request);
  const object = applied(request, { apiVersion, kind, metadata: { name } }, { configuration, writer });
  return object instanceof Failure ? object : insert(cluster, request, { object, warnings: [] });
}

/** Repeats a change until nobody has written in between: admission takes time. */
async function change(cluster: Cluster, request: ApiRequest, propose: Propose): Promise<Answer | Failure> {
  const collection = cluster.storage.collection(storageKey(request.resource));
  for (;;) {
    const stored = collection.get(request.namespace, request.name);
    if (stored === undefined) return notFound(request.resource, request.name);
    const answer = await changeOnce(cluster, request, { stored, propose });
    if (answer !== undefined) return answer;
  }
}

/** One attempt; undefined when the object changed meanwhile. */
async function changeOnce(
  cluster: Cluster,
  request: ApiRequest,
  { stored, propose }: { readonly stored: KubeObject; readonly propose: Propose },
): Promise<Answer | Failure | undefined> {
  const target = targetOf(cluster, request);
  const old = present(request.resource, stored);
  const proposal = propose(old, target);
  if (proposal instanceof Failure) return proposal;
  const admitted = await mutated(cluster, attributesOf(request, "UPDATE", old, proposal.object));
  if (admitted instanceof Failure) return admitted;
  const object = prepareUpdate(target, old, { sent: admitted.object, applied: proposal.applied });
  if (object instanceof Failure) return object;
  const checked = await cluster.admit("validating", attributesOf(request, "UPDATE", old, object));
  if (checked instanceof Failure) return checked;
  const warnings = [...proposal.warnings, ...admitted.warnings, ...checked.warnings];
  if (object === old || isDryRun(request)) return { code: 200, object, warnings };
  return commit(cluster, request, { stored, object, warnings });
}

interface Commit {
  readonly stored: KubeObject;
  readonly object: KubeObject;
  readonly warnings: readonly string[];
}

function commit({ storage }: Cluster, request: ApiRequest, { stored, object, warnings }: Commit): Answer | undefined {
  const key = storageKey(request.resource);
  if (storage.collection(key).get(request.namespace, request.name) !== stored) return undefined;
  if (!isFinalized(object) || key === namespaceKey) return { code: 200, object: storage.put(key, object), warnings };
  const last = storage.remove(key, object);
  finishNamespace(storage, request.namespace);
  return { code: 200, object: last, warnings };
}

/** A write's attributes for the admission of a deletion. */
export async function admitDelete(cluster: Cluster, request: ApiRequest, old: KubeObject): Promise<Decoded | Failure> {
  const attributes = attributesOf(request, "DELETE", old);
  const admitted = await mutated(cluster, attributes);
  if (admitted instanceof Failure) return admitted;
  const checked = await cluster.admit("validating", attributes);
  return checked instanceof Failure ? checked : { object: old, warnings: [...admitted.warnings, ...checked.warnings] };
}
