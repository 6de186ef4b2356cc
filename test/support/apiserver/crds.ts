/** CustomResourceDefinitions as the definitions that they stand for. */
import { asArray, asObject, asString, asStrings, at, isObject, type JsonObject, type KubeObject } from "./json.ts";
import { type Column, type Registry, type ResourceDefinition, storageKey } from "./resources.ts";
import type { Storage } from "./storage.ts";

/** Where CustomResourceDefinitions are stored. */
const crdKey = storageKey({ group: "apiextensions.k8s.io", plural: "customresourcedefinitions" });

const name: Column = { name: "Name", type: "string", format: "name", jsonPath: ".metadata.name" };
const age: Column = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" };

function columnsOf(version: JsonObject): readonly Column[] {
  const columns = asArray(version["additionalPrinterColumns"]).map((item): Column => {
    const { name: title, type, format, description, jsonPath, priority } = asObject(item);
    return {
      name: asString(title) ?? "",
      type: asString(type) ?? "string",
      jsonPath: asString(jsonPath) ?? "",
      ...(typeof format === "string" ? { format } : {}),
      ...(typeof description === "string" ? { description } : {}),
      ...(typeof priority === "number" ? { priority } : {}),
    };
  });
  return [name, ...(columns.length === 0 ? [age] : columns)];
}

/** One definition for each served version. */
function definitionsOf(crd: KubeObject): readonly ResourceDefinition[] {
  const spec = asObject(crd["spec"]);
  const names = asObject(spec["names"]);
  const kind = asString(names["kind"]) ?? "";
  const shared = {
    group: asString(spec["group"]) ?? "",
    kind,
    plural: asString(names["plural"]) ?? "",
    singular: asString(names["singular"]) ?? kind.toLowerCase(),
    listKind: asString(names["listKind"]) ?? `${kind}List`,
    shortNames: asStrings(names["shortNames"]),
    categories: asStrings(names["categories"]),
    namespaced: spec["scope"] === "Namespaced",
  };
  const versions = asArray(spec["versions"]).map(asObject);
  return versions
    .filter((version) => version["served"] === true)
    .map((version) => ({
      ...shared,
      version: asString(version["name"]) ?? "",
      status: isObject(at(version, "subresources", "status")),
      columns: columnsOf(version),
      schema: asObject(at(version, "schema", "openAPIV3Schema")),
    }));
}

/** Keeps the registry in step with the stored CustomResourceDefinitions. */
export function serveCustomResources(storage: Storage, registry: Registry): void {
  storage.collection(crdKey).listen(({ type, object }) => {
    const group = asString(at(object, "spec", "group")) ?? "";
    const plural = asString(at(object, "spec", "names", "plural")) ?? "";
    registry.remove(group, plural);
    if (type !== "DELETED") {
      for (const definition of definitionsOf(object)) registry.add(definition);
      return;
    }
    const key = storageKey({ group, plural });
    for (const resource of storage.collection(key).list()) storage.remove(key, resource);
  });
}
