import { CORE_SCHEMA, dump, loadAll, YAMLException } from "js-yaml";
import { type Document, isCollection, isMap, isNode, isScalar, LineCounter, parseAllDocuments, type Node } from "yaml";
import { failure, problem, type Result, success } from "./problem.ts";

/** Where something stands in a text; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One document of a YAML file that a person wrote. */
export interface YamlDocument {
  readonly value: unknown;
  /** Where the field or entry at `steps` (names and list indexes) begins, a field at its name; or the nearest around it. */
  readonly positionOf: (steps: readonly (string | number)[]) => Position;
}

/** No manifest is larger than this: etcd takes 1.5 MiB, and a list of them still fits. In bytes. */
export const yamlLimit = 16 * 1024 * 1024;

const mistakesTold = 10;

/**
 * Reads what a person wrote: YAML 1.2 or JSON, any number of documents, empty ones left out. Duplicate keys (unless
 * `uniqueKeys` is false, as Falco has it) and aliases that would unfold beyond measure or into themselves are mistakes. A
 * mistake is `YAML_INVALID` with line and column in its message; of many, which one slip can cause, the first are told.
 */
export function parseYaml(text: string, { uniqueKeys = true } = {}): Result<readonly YamlDocument[]> {
  if (text.length > yamlLimit) {
    return failure([problem("INPUT_TOO_LARGE", "", `The text is larger than ${String(yamlLimit)} bytes.`)]);
  }
  const lines = new LineCounter();
  const documents = [
    ...parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, uniqueKeys, logLevel: "silent" }),
  ];
  const mistakes = documents.flatMap(({ errors }) => errors).slice(0, mistakesTold);
  if (mistakes.length > 0) return failure(mistakes.map(({ message, pos }) => invalid(message, lines, pos[0])));
  try {
    return success(documents.map((each) => toDocument(each, lines)).filter(({ value }) => value !== null));
  } catch (error) {
    return failure([invalid(error instanceof Error ? error.message : String(error), lines, 0)]);
  }
}

function invalid(message: string, lines: LineCounter, offset: number): ReturnType<typeof problem> {
  const { line, col } = lines.linePos(offset);
  const tooDeep = /call stack|stack overflow/i.test(message);
  // The parser quotes what it stumbled over, which may be part of a Secret.
  const sentence = tooDeep ? "This is nested too deeply." : message.replace(/: ".*$/s, "").replace(/\.?$/, ".");
  return problem("YAML_INVALID", "", `line ${String(line)}, column ${String(col)}: ${sentence}`);
}

function toDocument(document: Document.Parsed, lines: LineCounter): YamlDocument {
  const value: unknown = document.toJS();
  if (holdsItself(value, new Set(), new Set())) throw new Error("An alias stands for what it is in");
  return { value, positionOf: (steps) => positionOf(document.contents, steps, lines) };
}

function holdsItself(value: unknown, around: Set<unknown>, seen: Set<unknown>): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (around.has(value)) return true;
  if (seen.has(value)) return false;
  seen.add(value);
  around.add(value);
  const found = Object.values(value).some((each) => holdsItself(each, around, seen));
  around.delete(value);
  return found;
}

function positionOf(root: Node | null, steps: readonly (string | number)[], lines: LineCounter): Position {
  let node: unknown = root;
  let start: unknown = root;
  for (const step of steps) {
    const below: unknown = isCollection(node) ? node.get(step, true) : undefined;
    if (!isNode(below)) break;
    start = nameOf(node, step) ?? below;
    node = below;
  }
  const { line, col } = lines.linePos(isNode(start) ? (start.range?.[0] ?? 0) : 0);
  return { line, column: col };
}

function nameOf(node: unknown, step: string | number): unknown {
  return isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === step)?.key : undefined;
}

/**
 * Reads manifests that our own templates made. Ten times as quick as `parseYaml`, without positions; a mistake is a mistake
 * in a template, so it throws.
 */
export function parseManifests(text: string): readonly unknown[] {
  return loadAll(text, { schema: CORE_SCHEMA }).filter((each) => each !== null && each !== undefined);
}

/**
 * Reads many objects that a program wrote, such as `kubectl get shoots -A -o yaml` (or `-o json`): ten times as quick as `parseYaml`, and
 * without positions but in mistakes. Empty documents are left out.
 */
export function parseObjects(text: string): Result<readonly unknown[]> {
  const json = /^\s*[{[]/.test(text) ? jsonOf(text) : undefined;
  if (json !== undefined) return success([json]);
  try {
    return success(parseManifests(text));
  } catch (error) {
    const { reason = "This cannot be read", mark } = error instanceof YAMLException ? error : {};
    // As above: what is quoted may be part of a Secret.
    const sentence = reason.replace(/:? ".*$/s, "").replace(/\.?$/, ".");
    const place = `line ${String((mark?.line ?? 0) + 1)}, column ${String((mark?.column ?? 0) + 1)}`;
    return failure([problem("YAML_INVALID", "", `${place}: ${sentence}`)]);
  }
}

/** undefined when it is no JSON: then it may be YAML in its flow style. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Writes a value as YAML that readers of YAML 1.1 and 1.2 agree on: keys in the order they have, no aliases, lines unbroken. */
export function toYaml(value: unknown): string {
  return dump(value, { noRefs: true, lineWidth: -1 });
}
