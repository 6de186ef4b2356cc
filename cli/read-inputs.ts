import { problem } from "../falco/base/problem.ts";
import type { Landscape } from "../falco/desired/landscape.ts";
import { collectResources, resourceKinds, type Resources } from "./collect-resources.ts";
import type { Findings } from "./findings.ts";
import { type Kind, kindOf, wrongKind } from "./kinds.ts";
import { type CatalogueInput, readCatalogue } from "./read-catalogue.ts";
import type { InputDocument, InputReader } from "./read-input.ts";
import { readLandscape } from "./read-landscape.ts";

/** The files that every command takes. */
export interface InputFiles {
  readonly config?: string;
  readonly profile: readonly string[];
  readonly resource: readonly string[];
  /** The object that the command is about; its file may hold resources, too. */
  readonly object: string;
}

/** Everything that was given, read. */
export interface Inputs {
  /** The object that the command is about; undefined when it cannot be used. */
  readonly object: InputDocument | undefined;
  readonly resources: Resources;
  readonly landscape: Landscape;
  readonly catalogue: CatalogueInput;
}

/** What a command makes of its files. */
export interface InputOptions {
  /** The kinds that the command is about. */
  readonly kinds: readonly Kind[];
  readonly otlpLogging?: boolean;
}

/** Reads all files; whatever is wrong with any of them is among the findings. */
export async function readInputs(
  files: InputFiles,
  { kinds, otlpLogging = false }: InputOptions,
  reader: InputReader,
  findings: Findings,
): Promise<Inputs> {
  const { object, rest } = chooseObject(await reader.read(files.object), kinds, findings);
  const given: InputDocument[] = [...rest];
  for (const file of files.resource) given.push(...(await reader.read(file, { mayBeEmpty: true })));
  return {
    object,
    resources: collectResources(given, findings),
    landscape: await readLandscape(files.config, otlpLogging, reader, findings),
    catalogue: await readCatalogue(files.profile, reader, findings),
  };
}

interface Chosen {
  readonly object: InputDocument | undefined;
  readonly rest: readonly InputDocument[];
}

/** The one object that the command is about; the others in its file must be resources. */
function chooseObject(documents: readonly InputDocument[], kinds: readonly Kind[], findings: Findings): Chosen {
  const isObject = (each: InputDocument): boolean => kinds.some((kind) => kind === kindOf(each));
  const [object, second] = documents.filter(isObject);
  if (second !== undefined) {
    const message = "There is more than one object here that this could be about. Leave one.";
    findings.unusable.push(second.locate(problem("FIELD_DUPLICATE", "", message)));
  }
  if (object !== undefined || documents.length === 0) {
    return { object, rest: documents.filter((each) => !isObject(each)) };
  }
  const isResource = (each: InputDocument): boolean => resourceKinds.some((kind) => kind === kindOf(each));
  const [wrong] = documents.filter((each) => !isResource(each));
  const [first] = documents;
  const culprit = wrong ?? first;
  if (culprit !== undefined) findings.unusable.push(culprit.locate(wrongKind(culprit, kinds)));
  return { object: undefined, rest: [] };
}

/** Reads a file that must hold one object of one of these kinds. */
export async function readOne(
  file: string,
  kinds: readonly Kind[],
  reader: InputReader,
  findings: Findings,
): Promise<InputDocument | undefined> {
  return chooseObject(await reader.read(file), kinds, findings).object;
}
