/** What a server tells about itself: discovery, OpenAPI, version, health. */
import { aggregated, coreVersions, group, groupList, resourceList } from "./discovery.ts";
import type { JsonObject } from "./json.ts";
import { openApiDocument, openApiIndex } from "./openapi.ts";
import type { Registry } from "./resources.ts";

/** A document and its media type. */
export interface Document {
  readonly body: JsonObject | string;
  readonly contentType: string;
}

const VERSION: JsonObject = {
  major: "1",
  minor: "36",
  gitVersion: "v1.36.3+embedded",
  gitCommit: "",
  gitTreeState: "clean",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "",
  compiler: "",
  platform: "",
};
const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

const json = (body: JsonObject | undefined): Document | undefined => body && { body, contentType: "application/json" };

function discovery(registry: Registry, segments: readonly string[], accept: string): Document | undefined {
  const definitions = registry.all();
  const [root, first, second] = segments;
  if (first === undefined) {
    const core = root === "api";
    if (accept.includes("as=APIGroupDiscoveryList") && /v=v2(?!beta)/.test(accept)) {
      return { body: aggregated(definitions, core), contentType: AGGREGATED };
    }
    return json(core ? coreVersions() : groupList(definitions));
  }
  if (root === "api") return json(resourceList(definitions, first));
  return json(second === undefined ? group(definitions, first) : resourceList(definitions, `${first}/${second}`));
}

function openApi(registry: Registry, segments: readonly string[]): Document | undefined {
  const [, version, root, ...rest] = segments;
  if (version !== "v3") return undefined;
  if (root === undefined) return json(openApiIndex(registry.all()));
  return json(openApiDocument(registry.all(), rest.join("/")));
}

/** The document at a path, if there is one. */
export function documentAt(registry: Registry, path: string, accept: string): Document | undefined {
  const segments = path.split("/").filter((segment) => segment !== "");
  const [root] = segments;
  if (root === "api" || root === "apis")
    return segments.length <= (root === "api" ? 2 : 3) ? discovery(registry, segments, accept) : undefined;
  if (root === "openapi") return openApi(registry, segments);
  if (root === "version") return json(VERSION);
  const healthy = root === "healthz" || root === "readyz" || root === "livez";
  return healthy ? { body: "ok", contentType: "text/plain" } : undefined;
}
