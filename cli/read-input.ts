import { isObject } from "../falco/base/json.ts";
import { failure, problem, type Problem, type Result } from "../falco/base/problem.ts";
import { parseYaml, type Position, type YamlDocument } from "../falco/base/yaml.ts";
import { type Finding, type Findings, pathOf, stepsOf } from "./findings.ts";
import { type Chunks, displayName, readStandardInput, readTextFile, standardInput } from "./read-source.ts";

/** One object of a file that was given on the command line. */
export interface InputDocument {
  /** The file as it was named; `<stdin>` for standard input. */
  readonly file: string;
  readonly value: Readonly<Record<string, unknown>>;
  /** A problem of this object, whose path begins at the object, with its place in the file. */
  readonly locate: (each: Problem) => Finding;
}

/** Reads files and, once, standard input. What cannot be read goes to `findings`. */
export interface InputReader {
  readonly read: (file: string, options?: ReadOptions) => Promise<readonly InputDocument[]>;
  /** The text of a file or of standard input, at most `limit` bytes; what is wrong with it is not among the findings. */
  readonly text: (file: string, limit?: number) => Promise<Result<string>>;
}

interface ReadOptions {
  /** Whether a file without any object is all right, such as the list of Secrets where there are none. */
  readonly mayBeEmpty?: boolean;
  /** The kind that a file without any object lacks. */
  readonly needed?: string;
}

/** A reader whose `-` is `stdin`. */
export function inputReader(stdin: Chunks, findings: Findings): InputReader {
  let taken = false;
  const textOf: InputReader["text"] = async (file, limit) => {
    if (file !== standardInput.argument) return readTextFile(file, limit);
    if (taken) return failure([problem("INPUT_UNREADABLE", "", usedTwice)]);
    taken = true;
    return readStandardInput(stdin, limit);
  };
  return {
    text: textOf,
    read: async (file, { mayBeEmpty = false, needed } = {}) => {
      const name = displayName(file);
      const mistakes = findings.unusable.length;
      const documents = documentsOf(name, await textOf(file), findings);
      if (documents.length === 0 && !mayBeEmpty && findings.unusable.length === mistakes) {
        findings.unusable.push(unlocated(name, empty(needed)));
      }
      return documents;
    },
  };
}

function empty(needed: string | undefined): Problem {
  if (needed !== undefined) return problem("KIND_UNSUPPORTED", "", `This holds no ${needed}.`);
  return problem("YAML_INVALID", "", "This is empty. An object is needed.");
}

const usedTwice = "Standard input can be given once only. Use a file for the other.";

/** The objects in a text, with the items of a `List` (as `kubectl get -o yaml` writes it) each on their own. */
function documentsOf(file: string, text: Result<string>, findings: Findings): readonly InputDocument[] {
  if (!text.ok) {
    findings.unusable.push(...text.problems.map((each) => unlocated(file, each)));
    return [];
  }
  const parsed = parseYaml(text.value);
  if (!parsed.ok) {
    findings.unusable.push(...parsed.problems.slice(0, yamlMistakes).map((each) => unparsed(file, each)));
    return [];
  }
  return parsed.value.flatMap((each) => objectsOf(file, each, findings));
}

/** Most mistakes in YAML follow from the first. */
const yamlMistakes = 5;

function unlocated(file: string, each: Problem): Finding {
  return { file, problem: each };
}

/** Mistakes in YAML begin with their place, which belongs behind the file's name. */
export function unparsed(file: string, each: Problem): Finding {
  const [, line, column, message] = /^line (\d+), column (\d+): (.*)$/s.exec(each.message) ?? [];
  if (message === undefined) return unlocated(file, each);
  return { file, position: { line: Number(line), column: Number(column) }, problem: { ...each, message } };
}

type Steps = readonly (string | number)[];

function objectsOf(file: string, document: YamlDocument, findings: Findings): readonly InputDocument[] {
  const { value } = document;
  if (!isObject(value) || !isList(value)) return objectAt({ file, document, steps: [], value }, findings);
  return value["items"].flatMap((item, index) =>
    objectAt({ file, document, steps: ["items", index], value: item }, findings),
  );
}

function isList(value: Readonly<Record<string, unknown>>): value is Record<string, unknown> & { items: unknown[] } {
  const { kind, items } = value;
  return typeof kind === "string" && kind.endsWith("List") && Array.isArray(items);
}

interface Placed {
  readonly file: string;
  readonly document: YamlDocument;
  /** Where the object stands in the document. */
  readonly steps: Steps;
  readonly value: unknown;
}

function objectAt({ file, document, steps, value }: Placed, findings: Findings): readonly InputDocument[] {
  const position = (path: string): Position => document.positionOf([...steps, ...stepsOf(path)]);
  if (isObject(value)) {
    return [{ file, value, locate: (each) => ({ file, position: position(each.path), problem: each }) }];
  }
  const message = "An object with apiVersion and kind is needed here.";
  findings.unusable.push({
    file,
    position: position(""),
    problem: problem("KIND_UNSUPPORTED", pathOf(steps), message),
  });
  return [];
}
