/** Discovery: /api and /apis, for one group and version at a time or aggregated. */
import type { JsonObject } from "./json.ts";
import { apiVersionOf, type ResourceDefinition } from "./resources.ts";

type Definitions = readonly ResourceDefinition[];

const VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const STATUS_VERBS = ["get", "patch", "update"];
const unique = (items: readonly string[]): readonly string[] => [...new Set(items)];
const groupsOf = (definitions: Definitions): readonly string[] =>
  unique(definitions.map(({ group }) => group)).filter((group) => group !== "");

/** Released versions before beta before alpha, newer before older. */
function versionRank(version: string): readonly number[] {
  const [, major = "0", stage = "", minor = "0"] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? [];
  return [stage === "" ? 2 : stage === "beta" ? 1 : 0, Number(major), Number(minor)];
}

function byVersion(a: string, b: string): number {
  const [x, y] = [versionRank(a), versionRank(b)];
  return x.map((value, index) => (y[index] ?? 0) - value).find((difference) => difference !== 0) ?? 0;
}

function versionsOf(definitions: Definitions, group: string): readonly string[] {
  const own = definitions.filter((definition) => definition.group === group);
  return unique(own.map(({ version }) => version)).toSorted(byVersion);
}

function groupOf(definitions: Definitions, name: string): JsonObject {
  const versions = versionsOf(definitions, name).map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions, preferredVersion: versions[0] ?? {} };
}

/** /apis */
export function groupList(definitions: Definitions): JsonObject {
  const groups = groupsOf(definitions).map((group) => groupOf(definitions, group));
  return { kind: "APIGroupList", apiVersion: "v1", groups };
}

/** /apis/GROUP */
export function group(definitions: Definitions, name: string): JsonObject | undefined {
  if (!groupsOf(definitions).includes(name)) return undefined;
  return { kind: "APIGroup", apiVersion: "v1", ...groupOf(definitions, name) };
}

/** /api */
export function coreVersions(): JsonObject {
  return { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] };
}

function resourcesOf(definition: ResourceDefinition): readonly JsonObject[] {
  const { plural, singular, namespaced, kind, shortNames, categories } = definition;
  const extras = { ...(shortNames ? { shortNames } : {}), ...(categories ? { categories } : {}) };
  const main = { name: plural, singularName: singular, namespaced, kind, verbs: VERBS, ...extras };
  if (definition.status !== true) return [main];
  return [main, { name: `${plural}/status`, singularName: "", namespaced, kind, verbs: STATUS_VERBS }];
}

/** /api/v1 and /apis/GROUP/VERSION */
export function resourceList(definitions: Definitions, apiVersion: string): JsonObject | undefined {
  const own = definitions.filter((definition) => apiVersionOf(definition) === apiVersion);
  if (own.length === 0) return undefined;
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion: apiVersion, resources: own.flatMap(resourcesOf) };
}

function aggregatedResource(definition: ResourceDefinition): JsonObject {
  const { plural, singular, namespaced, kind, shortNames, categories, status } = definition;
  // As with the real server, a kind of this very group and version is given by name alone.
  const responseKind = { group: "", version: "", kind };
  const subresource = { subresource: "status", responseKind, verbs: STATUS_VERBS };
  return {
    resource: plural,
    responseKind,
    scope: namespaced ? "Namespaced" : "Cluster",
    singularResource: singular,
    verbs: VERBS,
    ...(shortNames ? { shortNames } : {}),
    ...(categories ? { categories } : {}),
    ...(status === true ? { subresources: [subresource] } : {}),
  };
}

function aggregatedGroup(definitions: Definitions, name: string): JsonObject {
  const versions = versionsOf(definitions, name).map((version) => ({
    version,
    freshness: "Current",
    resources: definitions
      .filter((definition) => definition.group === name && definition.version === version)
      .map(aggregatedResource),
  }));
  return { metadata: name === "" ? {} : { name }, versions };
}

/** /api or /apis in the aggregated form. */
export function aggregated(definitions: Definitions, core: boolean): JsonObject {
  const names = core ? [""] : groupsOf(definitions);
  const items = names.map((name) => aggregatedGroup(definitions, name));
  return { kind: "APIGroupDiscoveryList", apiVersion: "apidiscovery.k8s.io/v2", metadata: {}, items };
}
