/**
 * Writes builtin-schemas.generated.ts from Kubernetes' published OpenAPI v3 documents:
 *   node test/support/apiserver/generate-builtin-schemas.ts DIRECTORY-OF-api/openapi-spec/v3
 * Only what decides behaviour is kept (structure, merge keys, list types), no descriptions.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

interface Node {
  [key: string]: unknown;
}

const KINDS: Readonly<Record<string, readonly string[]>> = {
  api__v1: [
    "Namespace",
    "Secret",
    "ConfigMap",
    "Event",
    "Service",
    "ServiceAccount",
    "Pod",
    "Node",
    "ResourceQuota",
    "LimitRange",
  ],
  apis__apps__v1: ["DaemonSet", "Deployment", "StatefulSet", "ReplicaSet"],
  "apis__rbac.authorization.k8s.io__v1": ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"],
  "apis__networking.k8s.io__v1": ["NetworkPolicy"],
  apis__policy__v1: ["PodDisruptionBudget"],
  "apis__coordination.k8s.io__v1": ["Lease"],
  "apis__scheduling.k8s.io__v1": ["PriorityClass"],
  "apis__admissionregistration.k8s.io__v1": ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
  "apis__apiextensions.k8s.io__v1": ["CustomResourceDefinition"],
};
const KEPT = new Set([
  "type",
  "format",
  "required",
  "nullable",
  "x-kubernetes-list-type",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-map-type",
  "x-kubernetes-patch-merge-key",
  "x-kubernetes-patch-strategy",
  "x-kubernetes-preserve-unknown-fields",
  "x-kubernetes-group-version-kind",
]);
const REFERENCE = "#/components/schemas/";

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && !Array.isArray(value);
const nodes = (value: unknown): [string, Node][] =>
  isNode(value)
    ? Object.entries(value).flatMap(([key, item]): [string, Node][] => (isNode(item) ? [[key, item]] : []))
    : [];

/** A default that means something; the empty ones only mirror Go's zero values. */
function keepsDefault(value: unknown): boolean {
  return (typeof value === "string" && value !== "") || (typeof value === "number" && value !== 0) || value === true;
}

/** A reference may come wrapped in an allOf of one, to carry a description or a default. */
function referenceOf(schema: Node): string | undefined {
  const direct = schema["$ref"];
  if (typeof direct === "string") return direct.slice(REFERENCE.length);
  const all = schema["allOf"];
  const only: unknown = Array.isArray(all) && all.length === 1 ? all[0] : undefined;
  return isNode(only) ? referenceOf(only) : undefined;
}

function compact(schema: Node): Node {
  const result: Node = {};
  const reference = referenceOf(schema);
  if (reference !== undefined) result["$ref"] = reference;
  for (const [key, value] of Object.entries(schema)) if (KEPT.has(key)) result[key] = value;
  if (keepsDefault(schema["default"])) result["default"] = schema["default"];
  if (schema["format"] === "int-or-string") result["x-kubernetes-int-or-string"] = true;
  if (isNode(schema["items"])) result["items"] = compact(schema["items"]);
  if (isNode(schema["additionalProperties"])) result["additionalProperties"] = compact(schema["additionalProperties"]);
  if (isNode(schema["properties"])) {
    result["properties"] = Object.fromEntries(nodes(schema["properties"]).map(([name, item]) => [name, compact(item)]));
  }
  return result;
}

function isRoot(name: string, schema: Node, kinds: readonly string[]): boolean {
  const identity: unknown = schema["x-kubernetes-group-version-kind"];
  const kind = name.slice(name.lastIndexOf(".") + 1);
  return Array.isArray(identity) && identity.length === 1 && kinds.includes(kind);
}

function collect(name: string, all: ReadonlyMap<string, Node>, into: Map<string, Node>): void {
  const schema = all.get(name);
  if (schema === undefined || into.has(name)) return;
  const slim = compact(schema);
  into.set(name, slim);
  const text = JSON.stringify(slim);
  for (const match of text.matchAll(/"\$ref":"([^"]+)"/g)) collect(match[1] ?? "", all, into);
}

function main(directory: string): void {
  const found = new Map<string, Node>();
  for (const [file, kinds] of Object.entries(KINDS)) {
    const document: unknown = JSON.parse(readFileSync(join(directory, `${file}_openapi.json`), "utf8"));
    const components = isNode(document) ? document["components"] : undefined;
    const all = new Map(nodes(isNode(components) ? components["schemas"] : undefined));
    for (const [name, schema] of all) if (isRoot(name, schema, kinds)) collect(name, all, found);
  }
  const sorted = Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
  const text = [
    "// Written by generate-builtin-schemas.ts from Kubernetes' OpenAPI documents (Apache-2.0); do not edit.",
    "/** The structure of the built-in kinds, by definition name, as JSON text. */",
    `export const builtinSchemasJson = ${JSON.stringify(JSON.stringify(sorted))};`,
  ];
  writeFileSync(join(import.meta.dirname, "builtin-schemas.generated.ts"), text.join("\n") + "\n");
}

main(process.argv[2] ?? "");
