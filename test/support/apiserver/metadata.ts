/** Rules for object metadata. */
import {
  asString,
  entriesOf,
  equal,
  isArray,
  isObject,
  type Json,
  type KubeObject,
  type ObjectMeta,
  textual,
} from "./json.ts";
import type { ResourceDefinition } from "./resources.ts";
import { type FieldError, fieldError, invalidValue } from "./status.ts";

const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const rules = {
  subdomain: {
    pattern: new RegExp(`^${SUBDOMAIN}$`),
    longest: 253,
    why: `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN}')`,
  },
  label: {
    pattern: new RegExp(`^${LABEL}$`),
    longest: 63,
    why: `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${LABEL}')`,
  },
  path: { pattern: /^(?!\.{1,2}$)[^/%]+$/, longest: Number.MAX_SAFE_INTEGER, why: `may not contain '/' or '%'` },
} as const;

const QUALIFIED = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const LABEL_VALUE_WHY =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const QUALIFIED_WHY =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

function nameErrors(definition: ResourceDefinition, name: string | undefined): readonly FieldError[] {
  if (name === undefined || name === "") {
    return [fieldError("metadata.name", "FieldValueRequired", "Required value: name or generateName is required")];
  }
  const rule = rules[definition.names ?? "subdomain"];
  if (name.length > rule.longest)
    return [invalidValue("metadata.name", name, `must be no more than ${String(rule.longest)} bytes`)];
  return rule.pattern.test(name) ? [] : [invalidValue("metadata.name", name, rule.why)];
}

function mapErrors(meta: ObjectMeta): readonly FieldError[] {
  const labels = entriesOf(meta.labels ?? {}).flatMap(([key, value]) => [
    ...(QUALIFIED.test(key) ? [] : [invalidValue("metadata.labels", key, QUALIFIED_WHY)]),
    ...(LABEL_VALUE.test(textual(value)) ? [] : [invalidValue("metadata.labels", value, LABEL_VALUE_WHY)]),
  ]);
  const annotations = Object.keys(meta.annotations ?? {}).filter((key) => !QUALIFIED.test(key.toLowerCase()));
  return [...labels, ...annotations.map((key) => invalidValue("metadata.annotations", key, QUALIFIED_WHY))];
}

/** Every way in which metadata breaks the rules. */
export function metadataErrors(definition: ResourceDefinition, object: KubeObject): readonly FieldError[] {
  return [...nameErrors(definition, object.metadata.name), ...mapErrors(object.metadata)];
}

/** What an update may not do to metadata. */
export function metadataUpdateErrors(before: KubeObject, after: KubeObject): readonly FieldError[] {
  if (before.metadata.deletionTimestamp === undefined) return [];
  const known = before.metadata.finalizers ?? [];
  const added = (after.metadata.finalizers ?? []).filter((finalizer) => !known.includes(finalizer));
  if (added.length === 0) return [];
  const list = `[]string{${added.map((finalizer) => JSON.stringify(finalizer)).join(", ")}}`;
  const why = `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`;
  return [fieldError("metadata.finalizers", "FieldValueForbidden", `Forbidden: ${why}`)];
}

const CANNOT_BE_EMPTY = ["labels", "annotations", "finalizers", "ownerReferences"];

function isBlank(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === "") return true;
  return isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

/** Without empty maps and lists, which Go does not write. */
export function withoutBlanks(object: KubeObject): KubeObject {
  const blank = CANNOT_BE_EMPTY.filter((key) => object.metadata[key] !== undefined && isBlank(object.metadata[key]));
  if (blank.length === 0) return object;
  const metadata = Object.fromEntries(entriesOf(object.metadata).filter(([key]) => !blank.includes(key)));
  return { ...object, metadata };
}

/** The errors of changing what an immutable Secret or ConfigMap holds. */
export function immutabilityErrors(before: KubeObject, after: KubeObject): readonly FieldError[] {
  const type = asString(before["type"]);
  const typed = before.kind === "Secret" && !equal(before["type"], after["type"]) && type !== undefined;
  const errors = typed ? [invalidValue("type", after["type"] ?? "", "field is immutable")] : [];
  if (before["immutable"] !== true) return errors;
  const changed = ["immutable", "data", "binaryData"].filter((key) => !equal(before[key], after[key]));
  const why = "Forbidden: field is immutable when `immutable` is set";
  return [...errors, ...changed.map((key) => fieldError(key, "FieldValueForbidden", why))];
}
