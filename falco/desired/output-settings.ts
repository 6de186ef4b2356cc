import { nearest } from "../api/nearest.ts";
import { isObject, type Json } from "../base/json.ts";
import { failure, joinPath, problem, type Problem, type Result, success } from "../base/problem.ts";
import { falcosidekickOutputs, type OutputKey } from "./falcosidekick-outputs.generated.ts";

/** Settings of one falcosidekick output, by their full path (`loki.hostport`), checked and in their right types. */
export type OutputSettings = ReadonlyMap<string, Json>;

/** The sections of falcosidekick's configuration that settings may be given for: outputs, and what outputs share. */
export const outputSections: readonly string[] = Object.keys(falcosidekickOutputs);

/** The environment variable that sets a path, or undefined when only the configuration file does. */
export function environmentOf(path: string): string | undefined {
  return keyAt(path)?.env;
}

/** The kind of value that stands at a path. */
export function keyAt(path: string): OutputKey | undefined {
  const section = sectionOf(path);
  return section === undefined ? undefined : keyIn(section, path.slice(section.length + 1));
}

/** Whether a name is a section, or holds sections below it (`otlp` holds `otlp.logs`). */
export function isOutputSection(name: string): boolean {
  return outputSections.some((each) => each === name || each.startsWith(`${name}.`));
}

function sectionOf(path: string): string | undefined {
  return outputSections.find(
    (each) => path.startsWith(`${each}.`) && keyIn(each, path.slice(each.length + 1)) !== undefined,
  );
}

function keyIn(section: string, name: string): OutputKey | undefined {
  const keys = falcosidekickOutputs[section] ?? {};
  return Object.hasOwn(keys, name) ? keys[name] : undefined;
}

/**
 * Checks the settings of a section, nested or with dots, in any types that can be read as the right ones (`"true"`, `"8"`): a
 * Secret holds nothing but strings. Problems are at `path` and below, and never show a value.
 */
export function readOutputSettings(
  section: string,
  settings: Readonly<Record<string, unknown>>,
  path: string,
): Result<OutputSettings> {
  const read = new Map<string, Json>();
  const problems: Problem[] = [];
  const visit = (name: string, value: unknown, where: string): void => {
    const key = keyAt(name);
    if (key !== undefined) {
      const result = readValue(key, value, where);
      if (result.ok) read.set(name, result.value);
      else problems.push(...result.problems);
    } else if (isObject(value) && isOutputSection(name)) {
      for (const [below, entry] of Object.entries(value)) visit(`${name}.${below}`, entry, joinPath(where, below));
    } else {
      problems.push(unknownSetting(name, where));
    }
  };
  for (const [name, value] of Object.entries(settings)) visit(`${section}.${name}`, value, joinPath(path, name));
  return problems.length > 0 ? failure(problems) : success(read);
}

function unknownSetting(name: string, where: string): Problem {
  const known = outputSections.flatMap((section) =>
    Object.keys(falcosidekickOutputs[section] ?? {}).map((key) => `${section}.${key}`),
  );
  const section = name.slice(0, name.lastIndexOf("."));
  const suggestion = nearest(
    name,
    known.filter((each) => each.startsWith(`${section}.`)),
  );
  const hint = suggestion === undefined ? "" : ` Did you mean "${suggestion.slice(section.length + 1)}"?`;
  return problem("FIELD_UNKNOWN", where, `falcosidekick has no setting "${name}".${hint}`);
}

/** Reads a value as the type that a key has. */
export function readValue(key: OutputKey, value: unknown, path: string): Result<Json> {
  const read = readers[key.type](value);
  if (read === undefined) return failure([problem("FIELD_TYPE", path, `This must be ${typeNames[key.type]}.`)]);
  if (key.choices !== undefined && !key.choices.includes(typeof read === "object" ? "" : String(read))) {
    return failure([problem("FIELD_VALUE", path, `This must be one of ${key.choices.join(", ")}.`)]);
  }
  return success(read);
}

const typeNames: Readonly<Record<OutputKey["type"], string>> = {
  string: "a text",
  duration: "a duration such as 5s",
  bool: "true or false",
  int: "a whole number",
  list: "a list of texts, or one text with commas",
  map: "a mapping of names without dots to texts, or one text such as name:value,name:value",
};

const readers: Readonly<Record<OutputKey["type"], (value: unknown) => Json | undefined>> = {
  string: readText,
  duration: readText,
  bool: (value) => {
    if (typeof value === "boolean") return value;
    if (typeof value !== "string") return undefined;
    const text = value.trim().toLowerCase();
    return text === "true" || text === "false" ? text === "true" : undefined;
  },
  int: (value) => {
    const number = typeof value === "string" && /^\s*-?\d+\s*$/.test(value) ? Number(value) : value;
    return typeof number === "number" && Number.isSafeInteger(number) ? number : undefined;
  },
  list: (value) => {
    if (typeof value === "string") return value.split(",").map((each) => each.trim());
    return Array.isArray(value) && value.every((each) => typeof each === "string") ? value : undefined;
  },
  // A dot in a name makes falcosidekick take the name apart (viper's key delimiter).
  map: (value) => {
    const pairs = typeof value === "string" ? readPairs(value) : value;
    if (!isObject(pairs) || Object.keys(pairs).some((name) => name.includes("."))) return undefined;
    const entries = Object.entries(pairs).map(([name, entry]) => [name, readText(entry)] as const);
    return entries.some(([, entry]) => entry === undefined) ? undefined : (Object.fromEntries(entries) as Json);
  },
};

function readText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

/** `name:value,name:value`, or lines of `name: value`; a value may hold colons, and in lines commas as well. */
function readPairs(text: string): Readonly<Record<string, string>> | undefined {
  const pairs = text.includes("\n") ? text.split("\n") : text.split(",");
  const entries = pairs
    .filter((each) => each.trim() !== "")
    .map((each) => {
      const colon = each.indexOf(":");
      return [each.slice(0, colon).trim(), unquoted(each.slice(colon + 1).trim()), colon > 0] as const;
    });
  return entries.every(([, , complete]) => complete)
    ? Object.fromEntries(entries.map(([name, value]) => [name, value]))
    : undefined;
}

function unquoted(text: string): string {
  return /^(".*"|'.*')$/.test(text) ? text.slice(1, -1) : text;
}
