/** What the server serves: one definition for each version of a resource. */
import type { Json, KubeObject } from "./json.ts";
import { objectMetaSchema } from "./builtin-schemas.ts";
import type { Schema } from "./schema.ts";

/** A column of `kubectl get`; the cell is a JSONPath into the object, or computed. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
  readonly jsonPath?: string;
  readonly cell?: (object: KubeObject, now: Date) => Json;
}

/** A resource in one version. */
export interface ResourceDefinition {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly listKind?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly namespaced: boolean;
  /** Has a status subresource: main writes leave status alone and status writes leave the rest alone. */
  readonly status?: boolean;
  /** When metadata.generation rises; "content" is everything but metadata (and status, if it is a subresource). */
  readonly generation?: "spec" | "content" | "none";
  readonly columns?: readonly Column[];
  /** Without a schema every field is known and kept. */
  readonly schema?: Schema;
  /** The document for /openapi/v3: the schema by its definition name, if it is a shared one. */
  readonly definitionName?: string;
  /** A kind of the server itself: strategic merge patch is understood and PUT needs no resourceVersion. */
  readonly builtin?: boolean;
  /** The object as it may be stored; for what a schema cannot say (stringData, allocated addresses). */
  readonly normalize?: (object: KubeObject, old: KubeObject | undefined) => KubeObject;
  /** How object names are checked; RBAC takes any path segment. */
  readonly names?: "subdomain" | "label" | "path";
}

/** A definition as it is served: every resource has a schema, if only one that keeps everything. */
export interface ServedResource extends ResourceDefinition {
  readonly schema: Schema;
  /** The schema as it was given, for /openapi/v3. */
  readonly published?: Schema;
}

/** A definition with the schema of metadata in it. */
function served(definition: ResourceDefinition): ServedResource {
  const given: Schema = definition.schema ?? { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  const text: Schema = { type: "string" };
  const properties = { apiVersion: text, kind: text, ...given.properties, metadata: objectMetaSchema };
  const published = definition.schema === undefined ? {} : { published: definition.schema };
  return { ...definition, ...published, schema: { ...given, properties } };
}

/** Where all versions of a resource are stored. */
export function storageKey(definition: { readonly group: string; readonly plural: string }): string {
  return `${definition.group}/${definition.plural}`;
}

/** group/version, or only the version in the core group. */
export function apiVersionOf(definition: { readonly group: string; readonly version: string }): string {
  return definition.group === "" ? definition.version : `${definition.group}/${definition.version}`;
}

/** The group and the version of an apiVersion. */
export function splitApiVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf("/");
  if (slash < 0) return { group: "", version: apiVersion };
  return { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** The served definitions; CRDs come and go while the server runs. */
export class Registry {
  readonly #byPath = new Map<string, ServedResource>();

  add(definition: ResourceDefinition): void {
    this.#byPath.set(`${apiVersionOf(definition)}/${definition.plural}`, served(definition));
  }

  /** Removes every version of a resource. */
  remove(group: string, plural: string): void {
    for (const [path, definition] of this.#byPath) {
      if (definition.group === group && definition.plural === plural) this.#byPath.delete(path);
    }
  }

  find(apiVersion: string, plural: string): ServedResource | undefined {
    return this.#byPath.get(`${apiVersion}/${plural}`);
  }

  byKind(apiVersion: string, kind: string): ServedResource | undefined {
    return this.all().find((definition) => definition.kind === kind && apiVersionOf(definition) === apiVersion);
  }

  all(): readonly ServedResource[] {
    return [...this.#byPath.values()];
  }
}
