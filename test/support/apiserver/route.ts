/** From a method and a path to the resource that they mean. */
import type { ApiRequest } from "./cluster.ts";
import type { Registry, ServedResource } from "./resources.ts";
import { type Failure, methodNotAllowed, unknownPath } from "./status.ts";

/** A request for a resource, before its headers and body are known. */
export type Route = Pick<ApiRequest, "verb" | "resource" | "namespace" | "name" | "subresource">;
type Place = Omit<Route, "verb">;

const isTrue = (text: string | null): boolean => text === "true" || text === "1";

/** namespaces/NAMESPACE/RESOURCE/NAME/SUBRESOURCE, unless "namespaces" is the resource itself. */
function namespacedPlace(registry: Registry, apiVersion: string, segments: readonly string[]): Place | undefined {
  const [first, namespace = "", plural = "", name = "", subresource = ""] = segments;
  const resource = first === "namespaces" ? registry.find(apiVersion, plural) : undefined;
  return resource?.namespaced === true ? { resource, namespace, name, subresource } : undefined;
}

function placeOf(registry: Registry, apiVersion: string, segments: readonly string[]): Place | undefined {
  const [plural = "", name = "", subresource = ""] = segments;
  const resource = registry.find(apiVersion, plural);
  return (
    namespacedPlace(registry, apiVersion, segments) ?? (resource && { resource, namespace: "", name, subresource })
  );
}

function collectionVerb(method: string, query: URLSearchParams): ApiRequest["verb"] | undefined {
  if (method === "GET") return isTrue(query.get("watch")) ? "watch" : "list";
  return method === "POST" ? "create" : method === "DELETE" ? "deletecollection" : undefined;
}

const OBJECT_VERBS: Readonly<Record<string, ApiRequest["verb"]>> = {
  GET: "get",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};

function verbOf(method: string, place: Place, query: URLSearchParams): ApiRequest["verb"] | undefined {
  if (place.name !== "") return place.subresource !== "" && method === "DELETE" ? undefined : OBJECT_VERBS[method];
  const verb = collectionVerb(method, query);
  const needsNamespace = verb === "create" || verb === "deletecollection";
  return needsNamespace && place.resource.namespaced && place.namespace === "" ? undefined : verb;
}

function hasSubresource(resource: ServedResource, subresource: string): boolean {
  return subresource === "" || (subresource === "status" && resource.status === true);
}

/** The route of a request below /api/v1 or /apis/GROUP/VERSION. */
export function routeOf(registry: Registry, method: string, url: URL): Route | Failure {
  const segments = url.pathname
    .split("/")
    .filter((segment) => segment !== "")
    .map(decodeURIComponent);
  const core = segments[0] === "api";
  const apiVersion = core ? (segments[1] ?? "") : segments.slice(1, 3).join("/");
  const place = placeOf(registry, apiVersion, segments.slice(core ? 2 : 3));
  if (place === undefined || !hasSubresource(place.resource, place.subresource)) return unknownPath();
  const verb = verbOf(method, place, url.searchParams);
  return verb === undefined ? methodNotAllowed() : { verb, ...place };
}
