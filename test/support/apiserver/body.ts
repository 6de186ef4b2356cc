/** Request bodies: JSON or YAML. */
import { parseDocument } from "yaml";
import type { Json } from "./json.ts";
import { decodeProtobuf } from "./protobuf.ts";
import { badRequest, type Failure, unsupportedMediaType } from "./status.ts";

const PROTOBUF = "application/vnd.kubernetes.protobuf";
const ACCEPTED = ["application/json", "application/yaml", PROTOBUF];

/** A body as text, and how the text is written. */
export interface Body {
  readonly text: string;
  readonly contentType: string;
}

/** The text of a body; what comes as protobuf, as from Go's typed clients, is turned into JSON. */
export function readBody(contentType: string, bytes: Buffer): Body {
  const decoded = contentType.startsWith(PROTOBUF) ? decodeProtobuf(bytes) : undefined;
  if (decoded === undefined) return { text: bytes.toString(), contentType };
  return { text: JSON.stringify(decoded), contentType: "application/json" };
}

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
