import { readFileSync } from "node:fs";
import { isObject } from "../../falco/base/json.ts";
import { formatProblem } from "../../falco/base/problem.ts";
import { parseYaml } from "../../falco/base/yaml.ts";
import type { KubeObject } from "../../kube/objects.ts";

/** The objects of a file. What is wrong with it is an error whose message names the file. */
export function readManifests(file: string): readonly KubeObject[] {
  const parsed = parseYaml(readText(file));
  if (!parsed.ok) throw new Error(parsed.problems.map((each) => `${file}: ${formatProblem(each)}`).join("\n"));
  const values = parsed.value.map(({ value }) => value);
  if (values.length === 0) throw new Error(`${file}: The file holds no object.`);
  return values.map((value) => {
    if (isKubeObject(value)) return value;
    throw new Error(`${file}: Every object needs apiVersion, kind and metadata.name (a Configuration the first two).`);
  });
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const code = isObject(error) ? error["code"] : undefined;
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: "There is no such file.",
      EISDIR: "This is a folder. Name a file.",
      EACCES: "There is no permission to read this file.",
    };
    throw new Error(`${file}: ${reasons[String(code)] ?? "This file cannot be read."}`, { cause: error });
  }
}

function isKubeObject(value: unknown): value is KubeObject {
  if (!isObject(value) || typeof value["apiVersion"] !== "string" || typeof value["kind"] !== "string") return false;
  if (value["kind"] === "Configuration") return true;
  return isObject(value["metadata"]) && typeof value["metadata"]["name"] === "string";
}
