import { CORE_SCHEMA, dump, loadAll } from "js-yaml";
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

/**
 * Reads what a person wrote: YAML 1.2 or JSON, any number of documents, empty ones left out. Duplicate keys (unless
 * `uniqueKeys` is false, as Falco has it) and aliases that would unfold beyond measure are mistakes. A mistake is
 * `YAML_INVALID` with line and column in its message.
 */
export function parseYaml(text: string, { uniqueKeys = true } = {}): Result<readonly YamlDocument[]> {
  if (text.length > yamlLimit) {
    return failure([problem("INPUT_TOO_LARGE", "", `The text is larger than ${String(yamlLimit)} bytes.`)]);
  }
  const lines = new LineCounter();
  const documents = [
    ...parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, uniqueKeys, logLevel: "silent" }),
  ];
  const mistakes = documents.flatMap(({ errors }) => errors).map(({ message, pos }) => invalid(message, lines, pos[0]));
  if (mistakes.length > 0) return failure(mistakes);
  try {
    return success(documents.filter(({ contents }) => contents !== null).map((each) => toDocument(each, lines)));
  } catch (error) {
    return failure([invalid(error instanceof Error ? error.message : String(error), lines, 0)]);
  }
}

function invalid(message: string, lines: LineCounter, offset: number): ReturnType<typeof problem> {
  const { line, col } = lines.linePos(offset);
  const sentence = message.replace(/\.?$/, ".");
  return problem("YAML_INVALID", "", `line ${String(line)}, column ${String(col)}: ${sentence}`);
}

function toDocument(document: Document.Parsed, lines: LineCounter): YamlDocument {
  const value: unknown = document.toJS();
  return { value, positionOf: (steps) => positionOf(document.contents, steps, lines) };
}

function positionOf(root: Node | null, steps: readonly (string | number)[], lines: LineCounter): Position {
  let node: Node | null = root;
  let offset = root?.range?.[0] ?? 0;
  for (const step of steps) {
    const name = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === step)?.key : undefined;
    const below: unknown = isCollection(node) ? node.get(step, true) : undefined;
    const start = isNode(name) ? name : below;
    if (!isNode(start)) break;
    offset = start.range?.[0] ?? offset;
    node = isNode(below) ? below : null;
  }
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

/**
 * Reads manifests that our own templates made. Ten times as quick as `parseYaml`, without positions; a mistake is a mistake
 * in a template, so it throws.
 */
export function parseManifests(text: string): readonly unknown[] {
  return loadAll(text, { schema: CORE_SCHEMA }).filter((each) => each !== null && each !== undefined);
}

/** Writes a value as YAML that readers of YAML 1.1 and 1.2 agree on: keys in the order they have, no aliases, lines unbroken. */
export function toYaml(value: unknown): string {
  return dump(value, { noRefs: true, lineWidth: -1 });
}
