import type { CustomRule, FalcoServiceConfig } from "../api/falco-service-config.ts";
import type { ConfigMap, NamedResource } from "../api/gardener.ts";
import { gunzipText, utf8Text } from "../base/compress.ts";
import { sha256Hex } from "../base/json.ts";
import { at, combine, failure, joinPath, problem, type Problem, type Result, success } from "../base/problem.ts";
import type { Catalogue, FalcoVersion, RuleSet } from "../catalog/catalogue.ts";
import { findRuleSet } from "../catalog/choose.ts";
import { checkRulesShape } from "../rules/shape.ts";
import type { Facts } from "./facts.ts";
import { declaredResource } from "./resources.ts";
import type { RuleFile, ShootConfigMap } from "./state.ts";

/** A file may have 1 MiB once it is unpacked, in bytes: more does not fit into a ConfigMap. */
export const ruleFileLimit = 1024 * 1024;
/** A ConfigMap may have that many files. */
const ruleFileCount = 10;

/** What Falco loads, in that order: standard sets, custom files, and then what the shoot's owner keeps in the shoot itself. */
export interface RuleFiles {
  readonly files: readonly RuleFile[];
  readonly shootConfigMaps: readonly ShootConfigMap[];
}

/** Upstream's order, in which later sets may build on earlier ones; sets of other names follow as they were written. */
const loadOrder = ["falco-rules", "falco-incubating-rules", "falco-sandbox-rules"];

/** The rules of one cluster, each file ready to be shipped. */
export function resolveRules(facts: Facts, falco: FalcoVersion): Result<RuleFiles> {
  const { config, configPath, catalogue, cluster, referenced } = facts;
  const custom = config.rules?.custom ?? [];
  const context = { configPath, resources: cluster.resources, configMaps: referenced.configMaps };
  const parts = combine({
    standard: standardFiles(standardRuleSets(config, { configPath, catalogue, falco }), facts),
    custom: customRuleFiles(custom, context),
  });
  if (!parts.ok) return parts;
  const files = [...parts.value.standard, ...parts.value.custom];
  if (files.length === 0 && shootConfigMaps(custom).length === 0) {
    const message =
      "The ConfigMaps named here hold no rules file, so Falco would see nothing. Add rules, or name standard ones.";
    return failure([problem("RULES_NONE", joinPath(configPath, "rules"), message)]);
  }
  return success({ files, shootConfigMaps: shootConfigMaps(custom) }, parts.warnings);
}

/** A standard set that a configuration selects, and where it says so. */
interface SelectedSet {
  readonly name: string;
  readonly file: string;
  readonly path: string;
}

/** The standard sets of a configuration, in load order; `falco-rules` when it says nothing about rules. */
export function standardRuleSets(
  { rules = { standard: ["falco-rules"] } }: FalcoServiceConfig,
  { configPath, catalogue, falco }: { configPath: string; catalogue: Catalogue; falco: FalcoVersion },
): Result<readonly SelectedSet[]> {
  const path = joinPath(configPath, "rules", "standard");
  const results = (rules.standard ?? []).map((name, index) =>
    selectedSet(findRuleSet(catalogue, falco, name), name, joinPath(path, index)),
  );
  const problems = results.flatMap((each) => (each.ok ? [] : each.problems));
  if (problems.length > 0) return failure(problems);
  const sets = results.flatMap((each) => (each.ok ? [each.value] : []));
  return success(
    [...sets].sort((left, right) => rank(left.name) - rank(right.name)),
    results.flatMap((each) => (each.ok ? each.warnings : [])),
  );
}

function selectedSet(found: Result<RuleSet>, name: string, path: string): Result<SelectedSet> {
  if (!found.ok) return failure(found.problems.map((each) => ({ ...each, path })));
  const { source } = found.value;
  if (source.kind === "file") return at(path, success({ name, file: source.file, path }, found.warnings));
  const message = `The rules "${name}" come from an OCI artifact, which is not available in this version.`;
  return failure([problem("NOT_AVAILABLE", path, message)]);
}

function standardFiles(sets: Result<readonly SelectedSet[]>, { ruleFiles }: Facts): Result<readonly RuleFile[]> {
  if (!sets.ok) return sets;
  const missing = sets.value.filter(({ file }) => !ruleFiles.has(file));
  if (missing.length > 0) return failure(missing.map(sourceMissing));
  const files = sets.value.map(({ name, file }, index) => ({
    configMap: configMapOf(name),
    file: `${orderOf(index)}-${name}.yaml`,
    text: ruleFiles.get(file) ?? "",
  }));
  return success(files, sets.warnings);
}

function sourceMissing({ name, file, path }: SelectedSet): Problem {
  const message = `The rules "${name}" are to come from the file "${file}", which does not ship with the extension.`;
  return problem("RULES_SOURCE_MISSING", path, message);
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

/** What custom rules are read from. */
export interface CustomRuleContext {
  /** Where the configuration stands in the user's object. */
  readonly configPath: string;
  readonly resources: readonly NamedResource[];
  readonly configMaps: ReadonlyMap<string, ConfigMap>;
}

/** The files of the ConfigMaps that custom rules name, in load order. The same file name twice is a problem. */
export function customRuleFiles(
  custom: readonly CustomRule[],
  context: CustomRuleContext,
): Result<readonly RuleFile[]> {
  const problems: Problem[] = [];
  const files: RuleFile[] = [];
  const seen = new Map<string, string>();
  for (const [index, { resourceName }] of custom.entries()) {
    if (resourceName === undefined) continue;
    const path = joinPath(context.configPath, "rules", "custom", index, "resourceName");
    const read = readConfigMap(resourceName, path, context);
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
  const hash = sha256Hex(`${resourceName}/${name}`).slice(0, 8);
  // A key of a ConfigMap has 253 characters at most. `a.yaml` and `a.yml` must stay two files.
  const kept = name.length > 240 ? `${name.slice(0, 200)}-${hash}.yaml` : name;
  return { configMap: `falco-custom-rules-${hash}`, file: `1${orderOf(index)}-${kept}`, text };
}

function readConfigMap(
  resourceName: string,
  path: string,
  { resources, configMaps }: CustomRuleContext,
): Result<readonly { readonly name: string; readonly text: string }[]> {
  const declared = declaredResource(resources, "ConfigMap", resourceName);
  if (!declared.ok) return failure(declared.problems.map((each) => ({ ...each, path })));
  const name = declared.value.resourceRef.name;
  const configMap = configMaps.get(name);
  if (configMap !== undefined) return readRules(configMap, name, path);
  return failure([problem("RESOURCE_MISSING", path, `The ConfigMap "${name}" has not been found.`)]);
}

/**
 * The rules files of a ConfigMap, in the order of their names: at most ten, each at most 1 MiB once unpacked, each a list of
 * items. Every problem names the ConfigMap and the key.
 */
function readRules(
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
  if (!key.endsWith(".gz")) {
    const text = utf8Text(bytes);
    return text === undefined ? failure([problem("RULES_INVALID", "", "It holds no UTF-8 text.")]) : success(text);
  }
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
