import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { toYaml } from "../falco/base/yaml.ts";
import type { KubeObject } from "../falco/objects/kube-object.ts";

/** How manifests are written: to standard output, or into a folder. */
export type OutputFormat = { readonly kind: "yaml" | "json" } | { readonly kind: "folder"; readonly path: string };

/** A place that objects go to. */
export type Target = "shoot" | "seed" | "control-plane";

/** Objects that go to the same place, in apply order. */
export interface TargetObjects {
  readonly target: Target;
  readonly objects: readonly KubeObject[];
}

/** Manifests as text. Those of several targets say where each belongs: they must not be applied to one cluster together. */
export function manifestText(format: "yaml" | "json", groups: readonly TargetObjects[]): string {
  const [only, second] = groups;
  const single = second === undefined ? only : undefined;
  if (format === "yaml") {
    return groups
      .flatMap(({ target, objects }) => objects.map((each) => yamlDocument(each, single === undefined ? target : "")))
      .join("");
  }
  const value =
    single === undefined ? Object.fromEntries(groups.map((each) => [each.target, toList(each)])) : toList(single);
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function yamlDocument(object: KubeObject, target: string): string {
  return `---\n${target === "" ? "" : `# target: ${target}\n`}${toYaml(object)}`;
}

/** What kubectl takes as one. */
function toList({ objects }: TargetObjects): object {
  return { apiVersion: "v1", kind: "List", items: objects };
}

/** A file to be written, below the output folder. */
interface OutputFile {
  readonly folder: string;
  readonly name: string;
  readonly text: string;
}

/** One file an object, numbered in apply order; with several targets a folder for each. */
function outputFiles(groups: readonly TargetObjects[]): readonly OutputFile[] {
  return groups.flatMap(({ target, objects }) =>
    objects.map((each, index) => ({
      folder: groups.length > 1 ? target : "",
      name: `${String(index + 1).padStart(3, "0")}-${each.kind.toLowerCase()}-${fileName(each.metadata.name)}.yaml`,
      text: toYaml(each),
    })),
  );
}

function fileName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9.-]+/g, "-");
}

/**
 * Writes manifests into a folder, which is replaced as a whole: nobody ever sees half of it. A folder that holds anything but an
 * earlier output is left alone, and the sentence that says so is the result.
 */
export function writeFolder(path: string, groups: readonly TargetObjects[]): string | undefined {
  const folder = resolve(path);
  const before = entriesOf(folder);
  if (before === "no folder") return "This is a file. Name a folder.";
  if (before.some((each) => !isOutput(each))) {
    return "This folder holds other files than an earlier output. Name another one, or empty it.";
  }
  mkdirSync(dirname(folder), { recursive: true });
  const temporary = mkdtempSync(join(dirname(folder), `.${basename(folder)}-`));
  try {
    const fresh = join(temporary, "new");
    mkdirSync(fresh);
    for (const each of outputFiles(groups)) {
      mkdirSync(join(fresh, each.folder), { recursive: true });
      writeFileSync(join(fresh, each.folder, each.name), each.text);
    }
    if (before.length > 0) renameSync(folder, join(temporary, "old"));
    renameSync(fresh, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return undefined;
}

/** The files of a folder, and those one level below; none when it does not exist. */
function entriesOf(folder: string): readonly string[] | "no folder" {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "ENOENT") return [];
    if (code === "ENOTDIR") return "no folder";
    throw error;
  }
}

function isOutput(entry: string): boolean {
  return /^(?:(?:shoot|seed|control-plane)(?:[/\\]|$))?(?:\d{3}-[a-z]+-[A-Za-z0-9.-]+\.yaml)?$/.test(entry);
}
