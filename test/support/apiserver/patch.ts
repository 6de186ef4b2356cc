/** PATCH: which kind of patch it is, and the object that it makes of the stored one. */
import { parseJson, parseYaml } from "./body.ts";
import type { ApiRequest } from "./cluster.ts";
import { decode, fieldValidationOf, type Decoded } from "./decode.ts";
import { asString, isObject, type Json, type JsonObject, type KubeObject, withKey, withMeta } from "./json.ts";
import { trackApply, type Writer } from "./managed-fields.ts";
import { jsonPatch } from "./patch-json.ts";
import { mergePatch } from "./patch-merge.ts";
import { strategicMergePatch } from "./patch-strategic.ts";
import { apiVersionOf, type ServedResource } from "./resources.ts";
import { applyDefaults, prune } from "./schema.ts";
import { badRequest, Failure, fieldError, invalid, unsupportedMediaType } from "./status.ts";

/** How a patch is written. */
export type PatchKind = "json" | "merge" | "strategic" | "apply";

const KINDS: Readonly<Record<string, PatchKind>> = {
  "application/json-patch+json": "json",
  "application/merge-patch+json": "merge",
  "application/strategic-merge-patch+json": "strategic",
  "application/apply-patch+yaml": "apply",
};

/** The kind of a patch by its media type. */
export function patchKind(request: ApiRequest): PatchKind | Failure {
  const kind = KINDS[request.contentType.split(";")[0]?.trim() ?? ""];
  const strategic = request.resource.builtin === true;
  if (kind !== undefined && (kind !== "strategic" || strategic)) return kind;
  const accepted = Object.keys(KINDS).filter((type) => strategic || KINDS[type] !== "strategic");
  return unsupportedMediaType(accepted);
}

function changed(kind: PatchKind, resource: ServedResource, document: JsonObject, patch: Json): Json | Failure {
  if (kind === "json") return jsonPatch(document, patch);
  if (!isObject(patch)) return badRequest("the patch is not an object");
  return kind === "merge" ? mergePatch(document, patch) : strategicMergePatch(resource.schema, document, patch);
}

/** The stored object with a JSON, merge or strategic patch. */
export function patched(request: ApiRequest, kind: PatchKind, old: KubeObject): Decoded | Failure {
  const { resource, query } = request;
  const patch = parseJson(request.body);
  if (patch instanceof Failure) return patch;
  const result = changed(kind, resource, old, patch);
  if (result instanceof Failure) return result;
  return decode(resource, result, { validation: fieldValidationOf(query.get("fieldValidation")), origin: "patch" });
}

const OPTIONS = { group: "meta.k8s.io", kind: "PatchOptions", plural: "patchoptions" };

/** The configuration of an apply: complete, typed and without ownership of its own. */
export function appliedObject(request: ApiRequest): KubeObject | Failure {
  const { resource, query, name, namespace } = request;
  if ((query.get("fieldManager") ?? "") === "") {
    return invalid(OPTIONS, "", [
      fieldError("fieldManager", "FieldValueRequired", "Required value: is required for apply patch"),
    ]);
  }
  const value = parseYaml(request.body);
  if (value instanceof Failure) return value;
  const { value: pruned, unknown } = prune(resource.schema, value);
  const apiVersion = apiVersionOf(resource);
  if (unknown.length > 0) {
    const fields = unknown.map((path) => `.${path}: field not declared in schema`).join("\n");
    const what = `${namespace}/${name}; ${apiVersion}, Kind=${resource.kind}`;
    return new Failure(500, undefined, `failed to create typed patch object (${what}): ${fields}`);
  }
  const decoded = decode(resource, withoutNulls(pruned), { validation: "Ignore", origin: "patch" });
  if (decoded instanceof Failure) return decoded;
  return checkedApply(request, isObject(pruned) ? pruned : {});
}

/** Typed metadata has no nulls ("creationTimestamp: null" is what Go clients send). */
function withoutNulls(value: Json): Json {
  if (!isObject(value) || !isObject(value["metadata"])) return value;
  const metadata = Object.fromEntries(Object.entries(value["metadata"]).filter(([, item]) => item !== null));
  return { ...value, metadata };
}

function checkedApply({ resource, name, subresource }: ApiRequest, value: JsonObject): KubeObject | Failure {
  const plain = withoutNulls(value);
  const object = isObject(plain) ? plain : {};
  const metadata = isObject(object["metadata"]) ? object["metadata"] : {};
  if (metadata["managedFields"] !== undefined) return badRequest("metadata.managedFields must be nil");
  const given = asString(metadata["name"]) ?? "";
  if (given === "") {
    return badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  }
  if (given !== name) {
    return badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);
  }
  const whole: KubeObject = { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind, metadata };
  if (subresource !== "status") return resource.status === true ? withKey(whole, "status", undefined) : whole;
  const { apiVersion, kind, status } = whole;
  return { apiVersion, kind, metadata: { name }, ...(status === undefined ? {} : { status }) };
}

/** The stored (or an empty) object with a configuration applied, defaults filled in. */
export function applied(
  request: ApiRequest,
  live: KubeObject,
  { configuration, writer }: { readonly configuration: KubeObject; readonly writer: Writer },
): KubeObject | Failure {
  const force = request.query.get("force") === "true";
  const { resourceVersion } = configuration.metadata;
  const plain = withMeta(configuration, { resourceVersion: undefined, uid: undefined });
  const result = trackApply(live, plain, { writer, force });
  if (result instanceof Failure || result === live) return result;
  const stated = resourceVersion === undefined ? result : withMeta(result, { resourceVersion });
  const full = applyDefaults(request.resource.schema, stated);
  return { ...stated, ...(isObject(full) ? full : {}) };
}
