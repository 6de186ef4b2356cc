/** Label and field selectors, in the syntax of list and watch. */
import { asArray, asObject, asString, asStrings, at, type Json, type KubeObject } from "./json.ts";
import { badRequest, Failure } from "./status.ts";

/** Whether an object is selected. */
export type Selector = (object: KubeObject) => boolean;
type Labels = Readonly<Record<string, string>>;
type Requirement = (labels: Labels) => boolean;

const SET = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/;
const EQUALITY = /^([^=!\s]+)\s*(==|=|!=)\s*([^=!\s]*)$/;
const EXISTS = /^(!?)\s*([A-Za-z0-9][A-Za-z0-9._/-]*)$/;

function oneOf(key: string, values: readonly string[], wanted: boolean): Requirement {
  const allowed = new Set(values);
  // A label that is absent is "not in" any set.
  return (labels) => (labels[key] === undefined ? !wanted : allowed.has(labels[key]) === wanted);
}

function requirement(text: string): Requirement | Failure {
  const set = SET.exec(text);
  if (set) {
    const values = (set[3] ?? "").split(",").map((value) => value.trim());
    return oneOf(set[1] ?? "", values, set[2] === "in");
  }
  const equality = EQUALITY.exec(text);
  if (equality) return oneOf(equality[1] ?? "", [equality[3] ?? ""], equality[2] !== "!=");
  const exists = EXISTS.exec(text);
  if (!exists) return badRequest(`unable to parse requirement: ${text}`);
  const key = exists[2] ?? "";
  return exists[1] === "!" ? (labels) => labels[key] === undefined : (labels) => labels[key] !== undefined;
}

/** Splits at commas outside of parentheses. */
function split(text: string): readonly string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** A label selector from a query. */
export function labelSelector(text: string): Selector | Failure {
  const requirements: Requirement[] = [];
  for (const part of split(text)) {
    const parsed = requirement(part);
    if (parsed instanceof Failure) return parsed;
    requirements.push(parsed);
  }
  return (object) => requirements.every((matches) => matches(object.metadata.labels ?? {}));
}

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  "/events": [
    "involvedObject.kind",
    "involvedObject.name",
    "involvedObject.namespace",
    "involvedObject.uid",
    "reason",
    "type",
  ],
  "/pods": ["spec.nodeName", "status.phase", "spec.serviceAccountName"],
  "/secrets": ["type"],
  "/namespaces": ["status.phase"],
};

/** A field selector from a query; which fields there are depends on the resource. */
export function fieldSelector(resource: string, text: string): Selector | Failure {
  const tests: Selector[] = [];
  for (const part of split(text)) {
    const [, field = "", operator, value = ""] = /^([^=!]+)(==|=|!=)(.*)$/.exec(part) ?? [];
    if (operator === undefined) return badRequest(`invalid selector: '${part}'; can't understand '${part}'`);
    const known = field === "metadata.name" || field === "metadata.namespace" || FIELDS[resource]?.includes(field);
    if (known !== true) return badRequest(`field label not supported: ${field}`);
    const path = field.split(".");
    tests.push((object) => ((asString(at(object, ...path)) ?? "") === value) === (operator !== "!="));
  }
  return (object) => tests.every((test) => test(object));
}

function expression(value: Json, labels: Labels): boolean {
  const { key, operator, values } = asObject(value);
  const label = labels[asString(key) ?? ""];
  if (operator === "Exists") return label !== undefined;
  if (operator === "DoesNotExist") return label === undefined;
  return oneOf(asString(key) ?? "", asStrings(values), operator === "In")(labels);
}

/** Whether a metav1.LabelSelector selects these labels; an absent or empty one selects all. */
export function matchesLabelSelector(selector: Json | undefined, labels: Labels): boolean {
  const { matchLabels, matchExpressions } = asObject(selector);
  const equal = Object.entries(asObject(matchLabels)).every(([key, value]) => labels[key] === value);
  return equal && asArray(matchExpressions).every((item) => expression(item, labels));
}
