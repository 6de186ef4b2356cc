import { isObject } from "../../falco/base/json.ts";
import { failure, problem, type Problem, type Result, success } from "../../falco/base/problem.ts";
import { parseManifests } from "../../falco/base/yaml.ts";

/**
 * The manifests in what `helm template` prints, as they are written: Gardener reads YAML as helm does, and that is not quite as we do
 * (`0644` is octal there). Hooks are left out with a warning: nobody would run them at the right moment, and most are jobs and tests.
 */
export function readManifests(output: string): Result<readonly string[]> {
  const manifests: string[] = [];
  const warnings: Problem[] = [];
  for (const text of documentsOf(output)) {
    const object = read(text);
    if (object === undefined) return invalid(text);
    if (object === null) continue;
    const { kind, metadata } = object;
    if (!isHook(metadata)) manifests.push(text);
    else warnings.push(hook(`${kind} ${metadata.name}`));
  }
  return success(manifests, warnings);
}

/** Three hyphens at the beginning of a line end a document wherever they are. */
function documentsOf(output: string): readonly string[] {
  return output
    .split(/^---(?:[ \t].*)?$/m)
    .map((each) => each.trim())
    .filter((each) => each !== "");
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: unknown };
}

/** The object of a document; null if there is none, undefined if it is something else. */
function read(text: string): Manifest | null | undefined {
  let values: readonly unknown[];
  try {
    values = parseManifests(text);
  } catch {
    return undefined;
  }
  const [value] = values;
  if (value === undefined) return null;
  return isManifest(value) ? value : undefined;
}

function isManifest(value: unknown): value is Manifest {
  if (!isObject(value) || !isObject(value["metadata"])) return false;
  return [value["apiVersion"], value["kind"], value["metadata"]["name"]].every((each) => typeof each === "string");
}

function isHook({ annotations }: Manifest["metadata"]): boolean {
  return isObject(annotations) && annotations["helm.sh/hook"] !== undefined;
}

function hook(name: string): Problem {
  return problem("NOT_AVAILABLE", "", `The hook ${name} is left out: charts for the seed are deployed without hooks.`);
}

/** Helm writes above each document from which template it came; its text itself may hold secrets. */
function invalid(text: string): Result<never> {
  const [, file = "a template"] = /^# Source: (\S{1,200})$/m.exec(text) ?? [];
  const message = `The chart's ${file} gives something that is no object with apiVersion, kind and name.`;
  return failure([problem("CHART_INVALID", "", message)]);
}
