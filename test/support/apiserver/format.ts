/** The form in which a client wants objects: as they are, as metadata only, or as a table. */
import type { ApiRequest } from "./cluster.ts";
import { asObject, type JsonObject, type KubeObject, textOf } from "./json.ts";
import type { Page } from "./reads.ts";
import { apiVersionOf } from "./resources.ts";
import { type IncludeObject, partialMetadata, tableOf } from "./table.ts";
import type { WatchEvent } from "./watch.ts";

/** One of the forms. */
export type Format = "object" | "partial" | "table";

/** The first form in an Accept header that the server has. */
export function formatOf(accept: string): Format {
  for (const type of accept.split(",").map((part) => part.replaceAll(" ", ""))) {
    if (!type.startsWith("application/json") && !type.startsWith("*/*")) continue;
    if (type.includes("as=Table") && type.includes("v=v1;") === !type.includes("v=v1beta1")) return "table";
    if (type.includes("as=PartialObjectMetadata")) return "partial";
    if (!type.includes("as=")) return "object";
  }
  return "object";
}

function includeOf({ query }: ApiRequest): IncludeObject {
  const include = query.get("includeObject");
  return include === "None" || include === "Object" ? include : "Metadata";
}

/** Writes objects in the form that a request asks for. */
export interface Formatter {
  object(object: KubeObject): string;
  page(page: Page): string;
  event(event: WatchEvent): string;
}

/** The formatter for a request; `clock` gives the ages in tables. */
export function formatterFor(request: ApiRequest, format: Format, clock: () => Date): Formatter {
  const { resource } = request;
  const listKind = resource.listKind ?? `${resource.kind}List`;
  const include = includeOf(request);
  const table = (objects: readonly KubeObject[], metadata: JsonObject): string =>
    JSON.stringify(tableOf(resource, objects, { now: clock(), include, metadata }));
  const list = (kind: string, apiVersion: string, { items, metadata }: Page): string => {
    const head = JSON.stringify({ kind, apiVersion, metadata }).slice(0, -1);
    return `${head},"items":[${items.map(textOf).join(",")}]}`;
  };
  const one = (object: KubeObject): string => {
    if (format === "table") return table([object], { resourceVersion: object.metadata.resourceVersion });
    return format === "partial" ? textOf(partialMetadata(object)) : textOf(object);
  };
  return {
    object: one,
    page: (page) => {
      if (format === "table") return table(page.items, page.metadata);
      if (format === "object") return list(listKind, apiVersionOf(resource), page);
      return list("PartialObjectMetadataList", "meta.k8s.io/v1", { ...page, items: page.items.map(partialMetadata) });
    },
    event: ({ type, object }) => {
      const text = type === "ERROR" || !isComplete(object) ? JSON.stringify(object) : one(object);
      return `{"type":"${type}","object":${text}}\n`;
    },
  };
}

function isComplete(object: JsonObject): object is KubeObject {
  return asObject(object["metadata"])["resourceVersion"] !== undefined;
}
