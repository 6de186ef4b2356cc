import type { Secret } from "../api/gardener.ts";
import { nearest } from "../api/nearest.ts";
import type { Json } from "../base/json.ts";
import { failure, problem, type Result, success } from "../base/problem.ts";
import { isHttpUrl } from "./landscape.ts";
import { keyAt, type OutputSettings, readValue } from "./output-settings.ts";

/** The destinations whose settings come from a Secret. */
export type SecretDestination = "custom" | "opensearch" | "splunk";

interface SecretShape {
  readonly section: string;
  /** Key of the Secret, in lower case → key of the output. */
  readonly keys: Readonly<Record<string, string>>;
  readonly required: readonly string[];
  /** The key that holds a URL. */
  readonly url: string;
}

const same = (...keys: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(keys.map((key) => [key, key]));

const shapes: Readonly<Record<SecretDestination, SecretShape>> = {
  custom: {
    section: "webhook",
    keys: { ...same("address", "method", "customheaders", "checkcert"), checkcerts: "checkcert" },
    required: ["address"],
    url: "address",
  },
  opensearch: {
    section: "elasticsearch",
    keys: same(
      "hostport",
      "index",
      "suffix",
      "username",
      "password",
      "checkcert",
      "minimumpriority",
      "numberofshards",
      "numberofreplicas",
      "flattenfields",
      "createindextemplate",
      "customheaders",
    ),
    required: ["hostport"],
    url: "hostport",
  },
  splunk: {
    section: "splunk",
    keys: same("host", "token", "checkcert", "minimumpriority", "customheaders"),
    required: ["host", "token"],
    url: "host",
  },
};

/** Whether the settings of a destination come from a Secret. */
export function isSecretDestination(name: string): name is SecretDestination {
  return Object.hasOwn(shapes, name);
}

/**
 * Reads a destination's Secret into the settings of its output. Every unknown key, missing key and unusable value is a
 * problem; they name the Secret and the key, never what it holds. Problems have no path. `name` is what its owner calls the Secret: a
 * copy in the seed is called otherwise.
 */
export function readDestinationSecret(
  destination: SecretDestination,
  secret: Secret,
  name = secret.metadata.name ?? "",
): Result<OutputSettings> {
  const shape = shapes[destination];
  const texts = secretTexts(secret);
  const missing = shape.required
    .filter((key) => (texts.get(key) ?? "").trim() === "")
    .map((key) => `needs the key "${key}" for the destination "${destination}".`);
  const entries = [...texts].map(([key, text]) => readEntry(shape, key, text));
  const complaints = [...missing, ...entries.flatMap((each) => (typeof each === "string" ? [each] : []))];
  if (complaints.length === 0)
    return success(new Map(entries.flatMap((each) => (typeof each === "string" ? [] : [each]))));
  return failure(complaints.map((each) => problem("SECRET_INVALID", "", `The Secret "${name}" ${each}`)));
}

/** A setting and its value, or what is wrong with the key, as the end of a sentence that begins with the Secret's name. */
function readEntry(shape: SecretShape, key: string, text: string): readonly [string, Json] | string {
  const setting = Object.hasOwn(shape.keys, key) ? shape.keys[key] : undefined;
  if (setting === undefined) return unknownKey(key, Object.keys(shape.keys));
  if (key === shape.url && text.trim() !== "" && !isHttpUrl(text.trim())) {
    return `has no URL under "${key}". Write it with https:// or http://.`;
  }
  const path = `${shape.section}.${setting}`;
  const read = readSetting(path, key === shape.url ? text.trim() : text);
  return read.ok ? [path, read.value] : `has a bad "${key}". ${read.problems.map(({ message }) => message).join(" ")}`;
}

/** The Secret's values as texts by their keys in lower case, without the white space that editors leave at the end. */
function secretTexts({ data = {}, stringData = {} }: Secret): ReadonlyMap<string, string> {
  const decoded = Object.entries(data).map(
    ([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")] as const,
  );
  return new Map(
    [...decoded, ...Object.entries(stringData)].map(([key, value]) => [key.toLowerCase(), value.trimEnd()]),
  );
}

function readSetting(path: string, text: string): Result<Json> {
  const key = keyAt(path);
  return key === undefined ? success(text) : readValue(key, text, "");
}

function unknownKey(key: string, known: readonly string[]): string {
  const suggestion = nearest(key, known);
  const hint = suggestion === undefined ? `Known keys: ${known.join(", ")}.` : `Did you mean "${suggestion}"?`;
  return `has the unknown key "${key}". ${hint}`;
}
