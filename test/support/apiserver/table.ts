/** Tables: what `kubectl get` asks for and prints. */
import { ageOf } from "./duration.ts";
import type { Json, JsonObject, KubeObject } from "./json.ts";
import { jsonPath } from "./json-path.ts";
import type { Column, ResourceDefinition } from "./resources.ts";

const standard: readonly Column[] = [
  { name: "Name", type: "string", format: "name", jsonPath: ".metadata.name" },
  { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
];

const columnsOf = (definition: ResourceDefinition): readonly Column[] => definition.columns ?? standard;

function cellOf(column: Column, object: KubeObject, now: Date): Json {
  if (column.cell !== undefined) return column.cell(object, now);
  const values = jsonPath(column.jsonPath ?? "", object);
  const [value] = values;
  if (value === undefined) return column.type === "string" ? "" : null;
  if (column.type === "date") return ageOf(value, now);
  if (values.length > 1) return values.map((item) => text(item)).join(",");
  return typeof value === "object" ? text(value) : value;
}

function text(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Only type and metadata, as metadata informers and tables want it. */
export function partialMetadata(object: KubeObject): KubeObject {
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata };
}

/** What a table shows of each object besides its cells. */
export type IncludeObject = "None" | "Metadata" | "Object";

/** How to make a table. */
export interface TableOptions {
  readonly now: Date;
  readonly include: IncludeObject;
  readonly metadata: JsonObject;
  /** Off for the later events of a watch. */
  readonly columns?: boolean;
}

function includedObject(object: KubeObject, include: IncludeObject): { object?: KubeObject } {
  if (include === "None") return {};
  return { object: include === "Object" ? object : partialMetadata(object) };
}

/** A meta.k8s.io/v1 Table of objects. */
export function tableOf(
  definition: ResourceDefinition,
  objects: readonly KubeObject[],
  options: TableOptions,
): JsonObject {
  const columns = columnsOf(definition);
  const columnDefinitions = columns.map(({ name, type, format = "", description = "", priority = 0 }) => {
    return { name, type, format, description, priority };
  });
  const rows = objects.map((object) => ({
    cells: columns.map((column) => cellOf(column, object, options.now)),
    ...includedObject(object, options.include),
  }));
  const shown = options.columns === false ? [] : columnDefinitions;
  return { kind: "Table", apiVersion: "meta.k8s.io/v1", metadata: options.metadata, columnDefinitions: shown, rows };
}
