import { type CustomRule } from "../api/falco-service-config.ts";
import { type ConfigMap } from "../api/gardener.ts";
import { gunzipText } from "../base/compress.ts";
import { sha256Hex } from "../base/json.ts";
import { failure, joinPath, problem, type Problem, type Result, success } from "../base/problem.ts";
import { type FalcoVersion } from "../catalog/catalogue.ts";
import { findRuleSet } from "../catalog/choose.ts";
import { checkRulesShape } from "../rules/shape.ts";
import { type Facts } from "./facts.ts";
import { declaredResource } from "./resources.ts";
import { type RuleFile, type ShootConfigMap } from "./state.ts";

/** A file may have 1 MiB once it is unpacked, in bytes: more does not fit into a ConfigMap. */
export const ruleFileLimit = 1024 * 1024;
/** A ConfigMap may have that many files. */
export const ruleFileCount = 10;

/** What Falco loads, in that order: standard sets, custom files, and then what the shoot's owner keeps in the shoot itself. */
export interface RuleFiles {
  readonly files: readonly RuleFile[];
  readonly shootConfigMaps: readonly ShootConfigMap[];
}

/** Upstream's order, in which later sets may build on earlier ones; sets of other names follow as they were written. */
const loadOrder = ["falco-rules", "falco-incubating-rules", "falco-sandbox-rules"];

/** The rules of one cluster, each file ready to be shipped. */
export function resolveRules(facts: Facts, falco: FalcoVersion): Result<RuleFiles> {
  const rules = facts.config.rules ?? { standard: ["falco-rules"] };
  const standard = standardFiles(rules.standard ?? [], facts, falco);
  const custom = customFiles(rules.custom ?? [], facts);
  const problems = [...(standard.ok ? [] : standard.problems), ...(custom.ok ? [] : custom.problems)];
  if (!standard.ok || !custom.ok) return failure(problems);
  const files = [...standard.value, ...custom.value];
  return success({ files, shootConfigMaps: shootConfigMaps(rules.custom ?? []) }, [
    ...standard.warnings,
    ...custom.warnings,
  ]);
}

function standardFiles(names: readonly string[], facts: Facts, falco: FalcoVersion): Result<readonly RuleFile[]> {
  const path = joinPath(facts.configPath, "rules", "standard");
  const results = names.map((name, index) => standardFile(name, joinPath(path, index), facts, falco));
  const problems = results.flatMap((each) => (each.ok ? [] : each.problems));
  if (problems.length > 0) return failure(problems);
  const texts = results.flatMap((each) => (each.ok ? [each.value] : []));
  const sorted = [...texts].sort((left, right) => rank(left.name) - rank(right.name));
  return success(
    sorted.map(({ name, text }, index) => ({
      configMap: configMapOf(name),
      file: `${orderOf(index)}-${name}.yaml`,
      text,
    })),
    results.flatMap((each) => (each.ok ? each.warnings : [])),
  );
}

function rank(name: string): number {
  const index = loadOrder.indexOf(name);
  return index === -1 ? loadOrder.length : index;
}

/** The sets of upstream have ConfigMaps of their own names, as the Go extension has them. */
function configMapOf(name: string): string {
  return loadOrder.includes(name) ? name : `falco-rules-${name}`;
}

function orderOf(index: number): string {
  return String(index).padStart(4, "0");
}

function standardFile(
  name: string,
  path: string,
  facts: Facts,
  falco: FalcoVersion,
): Result<{ readonly name: string; readonly text: string }> {
  const set = findRuleSet(facts.catalogue, falco, name);
  if (!set.ok) return failure(set.problems.map((each) => ({ ...each, path })));
  const { source } = set.value;
  if (source.kind === "oci") {
    const message = `The rules "${name}" come from an OCI artifact, which is not available in this version.`;
    return failure([problem("NOT_AVAILABLE", path, message)]);
  }
  const text = facts.ruleFiles.get(source.file);
  if (text !== undefined) return success({ name, text }, set.warnings);
  const message = `The rules "${name}" are to come from the file "${source.file}", which does not ship with the extension.`;
  return failure([problem("RULES_SOURCE_MISSING", path, message)]);
}

function customFiles(custom: readonly CustomRule[], facts: Facts): Result<readonly RuleFile[]> {
  const problems: Problem[] = [];
  const files: RuleFile[] = [];
  const seen = new Map<string, string>();
  for (const [index, { resourceName }] of custom.entries()) {
    if (resourceName === undefined) continue;
    const path = joinPath(facts.configPath, "rules", "custom", index, "resourceName");
    const read = readConfigMap(resourceName, path, facts);
    if (!read.ok) {
      problems.push(...read.problems);
      continue;
    }
    for (const { name, text } of read.value) {
      const other = seen.get(name);
      if (other !== undefined) problems.push(duplicateFile(name, path, [other, resourceName]));
      seen.set(name, resourceName);
      files.push(toRuleFile({ resourceName, name, text }, index));
    }
  }
  return problems.length > 0 ? failure(problems) : success(files);
}

function duplicateFile(name: string, path: string, [first, second]: readonly [string, string]): Problem {
  const where = first === second ? `twice in "${first}"` : `both in "${first}" and in "${second}"`;
  return problem("FIELD_DUPLICATE", path, `There is a rules file "${name}" ${where}. Give each a name of its own.`);
}

interface CustomFile {
  readonly resourceName: string;
  readonly name: string;
  readonly text: string;
}

/** Custom files come after all standard ones: their number starts with 1. A ConfigMap's name must not depend on its place. */
function toRuleFile({ resourceName, name, text }: CustomFile, index: number): RuleFile {
  const stem = name.replace(/\.ya?ml$/, "").slice(0, 200);
  return {
    configMap: `falco-custom-rules-${sha256Hex(`${resourceName}/${name}`).slice(0, 8)}`,
    file: `1${orderOf(index)}-${stem}.yaml`,
    text,
  };
}

function readConfigMap(
  resourceName: string,
  path: string,
  { cluster, referenced }: Facts,
): Result<readonly { readonly name: string; readonly text: string }[]> {
  const declared = declaredResource(cluster.resources, "ConfigMap", resourceName);
  if (!declared.ok) return failure(declared.problems.map((each) => ({ ...each, path })));
  const name = declared.value.resourceRef.name;
  const configMap = referenced.configMaps.get(name);
  if (configMap !== undefined) return readRules(configMap, name, path);
  return failure([problem("RESOURCE_MISSING", path, `The ConfigMap "${name}" has not been found.`)]);
}

/**
 * The rules files of a ConfigMap, in the order of their names: at most ten, each at most 1 MiB once unpacked, each a list of
 * items. Every problem names the ConfigMap and the key.
 */
export function readRules(
  { data = {}, binaryData = {} }: ConfigMap,
  configMap: string,
  path: string,
): Result<readonly { readonly name: string; readonly text: string }[]> {
  const count = Object.keys(data).length + Object.keys(binaryData).length;
  if (count > ruleFileCount) {
    const message = `The ConfigMap "${configMap}" has ${String(count)} rules files; ten at most are taken.`;
    return failure([problem("RULES_TOO_LARGE", path, message)]);
  }
  const plain = Object.entries(data).map(([key, text]) => ({ key, name: fileName(key), result: success(text) }));
  const binary = Object.entries(binaryData).map(([key, encoded]) => ({
    key,
    name: fileName(key.replace(/\.gz$/, "")),
    result: unpack(key, encoded),
  }));
  const files = [...plain, ...binary].sort((left, right) => (left.name < right.name ? -1 : 1));
  const problems = files.flatMap(({ key, result }) =>
    fileProblems(result).map((each) => ({
      ...each,
      path,
      message: `ConfigMap "${configMap}", key "${key}": ${each.message}`,
    })),
  );
  if (problems.length > 0) return failure(problems);
  return success(files.flatMap(({ name, result }) => (result.ok ? [{ name, text: result.value }] : [])));
}

function fileName(key: string): string {
  return /\.ya?ml$/.test(key) ? key : `${key}.yaml`;
}

const tooLarge = problem("RULES_TOO_LARGE", "", "It is larger than 1 MiB once unpacked. Split it.");

function unpack(key: string, encoded: string): Result<string> {
  const bytes = Buffer.from(encoded, "base64");
  if (!key.endsWith(".gz")) return success(bytes.toString("utf8"));
  const unpacked = gunzipText(bytes, ruleFileLimit);
  if (unpacked.kind === "text") return success(unpacked.text);
  if (unpacked.kind === "too-large") return failure([tooLarge]);
  return failure([problem("RULES_UNPACK", "", "It is not gzip, or damaged, or holds no UTF-8 text.")]);
}

function fileProblems(result: Result<string>): readonly Problem[] {
  if (!result.ok) return result.problems;
  if (Buffer.byteLength(result.value) > ruleFileLimit) return [tooLarge];
  return checkRulesShape(result.value);
}

function shootConfigMaps(custom: readonly CustomRule[]): readonly ShootConfigMap[] {
  return custom.flatMap(({ shootConfigMap }) =>
    shootConfigMap === undefined ? [] : [{ name: shootConfigMap, directory: `shoot-custom-rules/${shootConfigMap}` }],
  );
}
