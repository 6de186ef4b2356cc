import { isObject, type JsonObject } from "../base/json.ts";
import { parseManifests } from "../base/yaml.ts";

/** An object of Kubernetes, as it is written to an API server. */
export interface KubeObject extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
}

interface Metadata extends JsonObject {
  readonly name: string;
  /** Missing when the kind is cluster scoped. */
  readonly namespace?: string;
}

/** The documents of what a template gives; what cannot be read is a mistake in the template, whose message shows none of its text. */
export function readTemplate(template: string, text: string): readonly unknown[] {
  try {
    return parseManifests(text);
  } catch (error) {
    const [reason = ""] = error instanceof Error ? error.message.split("\n") : [];
    throw new Error(`Template ${template} gives no YAML: ${reason}`);
  }
}

/** The same value, if it is an object; anything else is a mistake in the template that it comes from. */
export function toKubeObject(template: string, value: unknown): KubeObject {
  if (isKubeObject(value)) return value;
  throw new Error(`Template ${template} holds something that is no object of Kubernetes.`);
}

function isKubeObject(value: unknown): value is KubeObject {
  if (!isObject(value) || !isObject(value["metadata"])) return false;
  return [value["apiVersion"], value["kind"], value["metadata"]["name"]].every((each) => typeof each === "string");
}
