import { realpathSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { type Decoder, decoder } from "../falco/api/decode.ts";
import { type FalcoProfile, falcoProfileKind, falcoProfileSchema } from "../falco/api/falco-profile.ts";
import { joinPath, problem, type Problem, type Result } from "../falco/base/problem.ts";
import { buildCatalogue, type Catalogue, managedRuleSet, profileName } from "../falco/catalog/catalogue.ts";
import { ruleFileLimit } from "../falco/desired/rule-files.ts";
import { checkRulesShape } from "../falco/rules/shape.ts";
import { loadRuleFiles, loadShippedProfiles } from "../profiles/load.ts";
import { decoded } from "./collect-resources.ts";
import type { Finding, Findings } from "./findings.ts";
import { identifierOf, kindOf, wrongKind } from "./kinds.ts";
import type { InputDocument, InputReader } from "./read-input.ts";
import { readTextFile, standardInput } from "./read-source.ts";

/** The catalogue, and the content of the rules files that it names. */
export interface CatalogueInput {
  readonly catalogue: Catalogue;
  readonly profiles: readonly FalcoProfile[];
  /** The profiles as they are written. */
  readonly objects: readonly unknown[];
  readonly ruleFiles: ReadonlyMap<string, string>;
  /** Finds the place of a problem whose path begins with `falcoprofiles[name]`; undefined for other problems. */
  readonly locate: (each: Problem) => Finding | undefined;
}

/** A profile, and the file and folder that it came from; standard input is in no folder. */
interface ProfileDocument {
  readonly profile: FalcoProfile;
  readonly document: InputDocument;
  readonly folder?: string;
}

/**
 * The catalogue of the profiles in these files, or of the profile that ships when there are none. What profiles disagree about
 * is a warning here; it becomes a problem where it is used. `decode` decides what keeps a profile from being used: any mistake of its shape,
 * unless somebody else tells of these.
 */
export async function readCatalogue(
  files: readonly string[],
  reader: InputReader,
  findings: Findings,
  decode: Decoder<typeof falcoProfileSchema> = strict,
): Promise<CatalogueInput> {
  const documents: ProfileDocument[] = [];
  for (const file of files) {
    const folder = file === standardInput.argument ? {} : { folder: dirname(file) };
    const read = (await reader.read(file, { needed: falcoProfileKind.kind })).flatMap((each) =>
      profileIn(each, decode, findings),
    );
    documents.push(...read.map((each) => ({ ...each, ...folder })));
  }
  reportTwice(documents, findings);
  const profiles = files.length === 0 ? loadShippedProfiles() : documents.map(({ profile }) => profile);
  const { catalogue, problems } = buildCatalogue(profiles);
  const locate = locator(documents);
  findings.warnings.push(...problems.map((each) => locate(each) ?? { file: "profiles", problem: each }));
  const objects = files.length === 0 ? profiles : documents.map(({ document }) => document.value);
  return { catalogue, profiles, objects, ruleFiles: readRuleFiles(documents, catalogue, findings), locate };
}

const strict = decoder(falcoProfileSchema);

/** The profile that a document holds, as a list of one or none. */
function profileIn(
  document: InputDocument,
  decode: Decoder<typeof falcoProfileSchema>,
  findings: Findings,
): readonly ProfileDocument[] {
  if (kindOf(document) !== falcoProfileKind.kind) {
    findings.unusable.push(document.locate(wrongKind(document, [falcoProfileKind.kind])));
    return [];
  }
  const profile = decoded(document, document.value, decode, findings);
  return profile === undefined ? [] : [{ profile, document }];
}

function reportTwice(documents: readonly ProfileDocument[], { unusable }: Findings): void {
  for (const [index, { document }] of documents.entries()) {
    const { name } = identifierOf(document);
    const other = documents.slice(0, index).find((each) => identifierOf(each.document).name === name);
    if (other === undefined) continue;
    const message = `There is a FalcoProfile "${name}" in ${other.document.file} already. Give each a name of its own.`;
    unusable.push(document.locate(problem("FIELD_DUPLICATE", "metadata.name", message)));
  }
}

function locator(documents: readonly ProfileDocument[]): CatalogueInput["locate"] {
  return (each) => {
    const [, name, below] = /^falcoprofiles\[([^\]]*)\]\.?(.*)$/.exec(each.path) ?? [];
    const found = documents.find(({ profile }) => profileName(profile) === name);
    if (found === undefined || below === undefined) return undefined;
    return { ...found.document.locate({ ...each, path: below }), problem: each };
  };
}

/** Files are looked for beside the profile that names them, then among those that ship. */
function readRuleFiles(
  documents: readonly ProfileDocument[],
  { ruleSets }: Catalogue,
  findings: Findings,
): ReadonlyMap<string, string> {
  const beside = new Map<string, string>();
  for (const { profile, document, folder } of documents) {
    for (const [index, { source }] of (profile.spec.rules ?? []).entries()) {
      if (source.file === undefined || folder === undefined) continue;
      const path = joinPath("spec.rules", index, "source", "file");
      const report = (each: Problem): void => void findings.unusable.push(document.locate({ ...each, path }));
      const text = readBeside(folder, source.file, report);
      const known = beside.get(source.file);
      if (text !== undefined && known !== undefined && known !== text) report(differs(source.file));
      if (text !== undefined) beside.set(source.file, text);
    }
  }
  const named = ruleSets.flatMap(({ source }) => (source.kind === "file" ? [source.file] : []));
  const shipped = loadRuleFiles([managedRuleSet.file, ...named].filter((each) => !beside.has(each)));
  return new Map([...shipped, ...beside]);
}

function differs(file: string): Problem {
  const message = `Two profiles have a file "${file}" beside them, with different content. Give each a name of its own.`;
  return problem("PROFILE_CONFLICT", "", message);
}

/** The text of a rules file below a folder; undefined when there is none, or when it would lie outside. */
function readBeside(folder: string, file: string, report: (each: Problem) => void): string | undefined {
  if (!staysInside(folder, file)) return undefined;
  const read: Result<string> = readTextFile(join(folder, file), ruleFileLimit);
  const problems = read.ok ? checkRulesShape(read.value) : read.problems;
  for (const each of problems) report({ ...each, message: `The rules file "${file}": ${each.message}` });
  return read.ok && problems.length === 0 ? read.value : undefined;
}

/** Whether the file exists and, whatever symbolic links there are, lies below the folder. */
function staysInside(folder: string, file: string): boolean {
  if (!/\.ya?ml$/.test(file)) return false;
  try {
    return realpathSync(join(folder, file)).startsWith(realpathSync(folder) + sep);
  } catch {
    return false;
  }
}
