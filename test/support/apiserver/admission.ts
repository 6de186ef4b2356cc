/** Admission: which webhooks a write meets, and what they make of it. */
import type { Admitted, Attributes, Cluster } from "./cluster.ts";
import { asArray, asObject, asString, asStrings, type Json, type JsonObject, type KubeObject } from "./json.ts";
import { namespaceKey } from "./namespaces.ts";
import { jsonPatch } from "./patch-json.ts";
import { redecode } from "./prepare.ts";
import { type ServedResource, storageKey } from "./resources.ts";
import { matchesLabelSelector } from "./selectors.ts";
import { Failure, internalError } from "./status.ts";
import type { Storage } from "./storage.ts";
import { callWebhook, type ResolveService, type Verdict } from "./webhook-client.ts";

type State = Pick<Cluster, "storage" | "registry" | "newUid">;
type Phase = "mutating" | "validating";

const group = "admissionregistration.k8s.io";
const configurations: Readonly<Record<Phase, string>> = {
  mutating: storageKey({ group, plural: "mutatingwebhookconfigurations" }),
  validating: storageKey({ group, plural: "validatingwebhookconfigurations" }),
};

const has = (list: Json | undefined, value: string): boolean => {
  const items = asArray(list);
  return items.includes("*") || items.includes(value);
};

function matchesResource(list: Json | undefined, plural: string, subresource: string): boolean {
  const items = asStrings(list);
  if (items.includes("*/*")) return true;
  if (subresource === "") return items.includes("*") || items.includes(plural);
  return [`${plural}/${subresource}`, `*/${subresource}`, `${plural}/*`].some((item) => items.includes(item));
}

function matchesRule(rule: JsonObject, attributes: Attributes, versions: readonly string[]): boolean {
  const { resource, subresource, operation } = attributes;
  const scope = asString(rule["scope"]) ?? "*";
  const scoped = scope === "*" || (scope === "Namespaced") === resource.namespaced;
  return (
    scoped &&
    has(rule["operations"], operation) &&
    has(rule["apiGroups"], resource.group) &&
    versions.some((version) => has(rule["apiVersions"], version)) &&
    matchesResource(rule["resources"], resource.plural, subresource)
  );
}

/** With matchPolicy Equivalent a rule for another version of the same resource matches, too. */
function versionsOf(state: State, webhook: JsonObject, resource: ServedResource): readonly string[] {
  if (webhook["matchPolicy"] === "Exact") return [resource.version];
  return state.registry.all().flatMap((other) => (storageKey(other) === storageKey(resource) ? [other.version] : []));
}

function matchesObjects(webhook: JsonObject, { object, oldObject }: Attributes): boolean {
  const selector = webhook["objectSelector"];
  return [object, oldObject].some(
    (candidate) => candidate !== undefined && matchesLabelSelector(selector, candidate.metadata.labels ?? {}),
  );
}

function matchesNamespace(storage: Storage, webhook: JsonObject, attributes: Attributes): boolean {
  const { resource, object, oldObject, namespace } = attributes;
  const isNamespace = storageKey(resource) === namespaceKey;
  if (!resource.namespaced && !isNamespace) return true;
  const stored = isNamespace ? (object ?? oldObject) : storage.collection(namespaceKey).get("", namespace);
  return matchesLabelSelector(webhook["namespaceSelector"], stored?.metadata.labels ?? {});
}

function matches(state: State, webhook: JsonObject, attributes: Attributes): boolean {
  const versions = versionsOf(state, webhook, attributes.resource);
  const ruled = asArray(webhook["rules"]).some((rule) => matchesRule(asObject(rule), attributes, versions));
  return ruled && matchesObjects(webhook, attributes) && matchesNamespace(state.storage, webhook, attributes);
}

function webhooksFor(state: State, phase: Phase, attributes: Attributes): readonly JsonObject[] {
  // Webhooks do not judge their own configurations, so that a broken one can be taken away.
  if (attributes.resource.group === group) return [];
  const all = state.storage.collection(configurations[phase]).list();
  const webhooks = all.flatMap((configuration) => asArray(configuration["webhooks"]).map(asObject));
  return webhooks.filter((webhook) => matches(state, webhook, attributes));
}

function reviewOf(state: State, attributes: Attributes): JsonObject {
  const { resource, operation, namespace, name, subresource, object, oldObject, user } = attributes;
  const kind = { group: resource.group, version: resource.version, kind: resource.kind };
  const path = { group: resource.group, version: resource.version, resource: resource.plural };
  const request = {
    uid: state.newUid(),
    kind,
    resource: path,
    ...(subresource === "" ? {} : { subResource: subresource, requestSubResource: subresource }),
    requestKind: kind,
    requestResource: path,
    ...(name === "" ? {} : { name }),
    ...(namespace === "" ? {} : { namespace }),
    operation,
    userInfo: { username: user, groups: ["system:masters", "system:authenticated"] },
    object: object ?? null,
    oldObject: oldObject ?? null,
    dryRun: attributes.dryRun,
    options: attributes.options,
  };
  return { kind: "AdmissionReview", apiVersion: "admission.k8s.io/v1", request };
}

function refusesDryRun(webhook: JsonObject, attributes: Attributes): Failure | undefined {
  const safe = webhook["sideEffects"] === "None" || webhook["sideEffects"] === "NoneOnDryRun";
  if (!attributes.dryRun || safe) return undefined;
  const name = asString(webhook["name"]) ?? "";
  return new Failure(400, "BadRequest", `admission webhook "${name}" does not support dry run`);
}

/** Asks one webhook; undefined when it could not be asked and that is to be ignored. */
async function ask(
  webhook: JsonObject,
  review: JsonObject,
  resolve?: ResolveService,
): Promise<Verdict | Failure | undefined> {
  const answer = await callWebhook(webhook, review, resolve);
  return answer instanceof Failure && webhook["failurePolicy"] === "Ignore" ? undefined : answer;
}

function patched(attributes: Attributes, patch: Json | undefined): KubeObject | undefined | Failure {
  const { object, resource } = attributes;
  if (patch === undefined || object === undefined) return object;
  const result = jsonPatch(object, patch);
  return result instanceof Failure ? internalError(result.status.message ?? "") : redecode(resource, result);
}

async function mutate(state: State, attributes: Attributes, resolve?: ResolveService): Promise<Admitted | Failure> {
  let current = attributes;
  const warnings: string[] = [];
  for (const webhook of webhooksFor(state, "mutating", attributes)) {
    const refused = refusesDryRun(webhook, current);
    if (refused !== undefined) return refused;
    const answer = await ask(webhook, reviewOf(state, current), resolve);
    if (answer instanceof Failure) return answer;
    if (answer?.denied !== undefined) return answer.denied;
    const object = patched(current, answer?.patch);
    if (object instanceof Failure) return object;
    current = { ...current, object };
    warnings.push(...(answer?.warnings ?? []));
  }
  return { object: current.object, warnings };
}

async function check(state: State, attributes: Attributes, resolve?: ResolveService): Promise<Admitted | Failure> {
  const webhooks = webhooksFor(state, "validating", attributes);
  const refused = webhooks
    .map((webhook) => refusesDryRun(webhook, attributes))
    .find((failure) => failure !== undefined);
  if (refused !== undefined) return refused;
  const answers = await Promise.all(webhooks.map((webhook) => ask(webhook, reviewOf(state, attributes), resolve)));
  const warnings: string[] = [];
  for (const answer of answers) {
    if (answer instanceof Failure) return answer;
    if (answer?.denied !== undefined) return answer.denied;
    warnings.push(...(answer?.warnings ?? []));
  }
  return { object: attributes.object, warnings };
}

/** Admission by the webhooks whose configurations are stored in the server. */
export function webhookAdmission(state: State, resolve?: ResolveService): Cluster["admit"] {
  return (phase, attributes) => (phase === "mutating" ? mutate : check)(state, attributes, resolve);
}
