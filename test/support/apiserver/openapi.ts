/** OpenAPI v3 documents: what kubectl needs to apply, explain and validate. */
import { createHash } from "node:crypto";
import { builtinDefinitions } from "./builtin-schemas.ts";
import { asObject, entriesOf, isArray, isObject, type Json, type JsonObject } from "./json.ts";
import { apiVersionOf, type ServedResource } from "./resources.ts";

const META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
const PREFIX = "#/components/schemas/";

const pathOf = (apiVersion: string): string => (apiVersion.includes("/") ? `apis/${apiVersion}` : `api/${apiVersion}`);

/** /openapi/v3: a document for each group and version; its hash makes clients load it again after a change. */
export function openApiIndex(definitions: readonly ServedResource[]): JsonObject {
  const versions = [...new Set(definitions.map(apiVersionOf))];
  const paths = versions.map((apiVersion): [string, Json] => {
    const document = JSON.stringify(openApiDocument(definitions, apiVersion) ?? {});
    const hash = createHash("sha256").update(document).digest("hex").slice(0, 32).toUpperCase();
    return [pathOf(apiVersion), { serverRelativeURL: `/openapi/v3/${pathOf(apiVersion)}?hash=${hash}` }];
  });
  return { paths: Object.fromEntries(paths) };
}

/** The definition's name in components. */
function nameOf(definition: ServedResource): string {
  const reversed = definition.group.split(".").reverse().join(".");
  return definition.definitionName ?? `${reversed}.${definition.version}.${definition.kind}`;
}

/** References in published definitions are bare names; documents want paths. */
function withPaths(value: Json): Json {
  if (isArray(value)) return value.map(withPaths);
  if (!isObject(value)) return value;
  const entries = entriesOf(value).map(([key, item]): [string, Json] => {
    const reference = key === "$ref" && typeof item === "string";
    return [key, reference ? PREFIX + item : withPaths(item)];
  });
  return Object.fromEntries(entries);
}

function referenced(name: string, into: Set<string>): void {
  if (into.has(name) || builtinDefinitions[name] === undefined) return;
  into.add(name);
  for (const match of JSON.stringify(builtinDefinitions[name]).matchAll(/"\$ref":"([^"]+)"/g)) {
    referenced(match[1] ?? "", into);
  }
}

function kindSchema(definition: ServedResource): JsonObject {
  const given = asObject(definition.published ?? { type: "object", "x-kubernetes-preserve-unknown-fields": true });
  const text = { type: "string" };
  const properties = {
    apiVersion: text,
    kind: text,
    ...asObject(given["properties"]),
    metadata: { $ref: PREFIX + META },
  };
  return { ...given, properties, "x-kubernetes-group-version-kind": [identity(definition)] };
}

function identity({ group, version, kind }: ServedResource): JsonObject {
  return { group, version, kind };
}

function schemasOf(definitions: readonly ServedResource[]): JsonObject {
  const shared = new Set<string>();
  referenced(META, shared);
  for (const { definitionName } of definitions) if (definitionName !== undefined) referenced(definitionName, shared);
  const own = definitions.filter(({ definitionName }) => definitionName === undefined);
  return Object.fromEntries([
    ...[...shared].map((name): [string, Json] => [name, withPaths(builtinDefinitions[name] ?? {})]),
    ...own.map((definition): [string, Json] => [nameOf(definition), kindSchema(definition)]),
  ]);
}

const parameter = (name: string): Json => ({ name, in: "query", schema: { type: "string" } });
const parameters = ["dryRun", "fieldManager", "fieldValidation", "force"].map(parameter);

function operation(definition: ServedResource, action: string): JsonObject {
  const content = { "application/json": { schema: { $ref: PREFIX + nameOf(definition) } } };
  return {
    operationId: `${action}${definition.kind}`,
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": identity(definition),
    parameters,
    responses: { "200": { description: "OK", content } },
  };
}

function pathsOf(definition: ServedResource): readonly [string, Json][] {
  const scope = definition.namespaced ? "namespaces/{namespace}/" : "";
  const base = `/${pathOf(apiVersionOf(definition))}/${scope}${definition.plural}`;
  return [
    [base, { get: operation(definition, "list"), post: operation(definition, "post") }],
    [
      `${base}/{name}`,
      { get: operation(definition, "get"), put: operation(definition, "put"), patch: operation(definition, "patch") },
    ],
  ];
}

/** /openapi/v3/apis/GROUP/VERSION */
export function openApiDocument(definitions: readonly ServedResource[], apiVersion: string): JsonObject | undefined {
  const own = definitions.filter((definition) => apiVersionOf(definition) === apiVersion);
  if (own.length === 0) return undefined;
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: "embedded" },
    paths: Object.fromEntries(own.flatMap(pathsOf)),
    components: { schemas: schemasOf(own) },
  };
}
