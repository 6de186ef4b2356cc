/** Request bodies: JSON or YAML. */
import { parseDocument } from "yaml";
import { type Json } from "./json.ts";
import { badRequest, Failure, unsupportedMediaType } from "./status.ts";

const ACCEPTED = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];

/** The value of a JSON text. */
export function parseJson(text: string): Json | Failure {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    return badRequest(
      `the object provided is unrecognized: couldn't get version/kind; json parse error: ${String(error)}`,
    );
  }
}

/** The value of a YAML (or JSON) text. */
export function parseYaml(text: string): Json | Failure {
  const document = parseDocument(text, { merge: true });
  const [error] = document.errors;
  if (error !== undefined) return badRequest(`error converting YAML to JSON: yaml: ${error.message}`);
  return document.toJS() as Json;
}

/** The object that a POST or PUT sends. */
export function parseBody(contentType: string, text: string): Json | Failure {
  const type = contentType.split(";")[0]?.trim() ?? "";
  if (type === "" || type === "application/json") return parseJson(text);
  return type === "application/yaml" ? parseYaml(text) : unsupportedMediaType(ACCEPTED);
}
