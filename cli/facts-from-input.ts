import type { FalcoServiceConfig } from "../falco/api/falco-service-config.ts";
import { extensionType, readExtension } from "../falco/api/gardener.ts";
import { nearest } from "../falco/api/nearest.ts";
import { readServiceConfig } from "../falco/api/read-service-config.ts";
import { isObject } from "../falco/base/json.ts";
import { joinPath, problem, type Problem, problemsBelow, type Result } from "../falco/base/problem.ts";
import { readSubject } from "../falco/desired/admission-subject.ts";
import type { ClusterFacts, Facts, Place } from "../falco/desired/facts.ts";
import { clusterOfSeed, clusterOfShoot } from "./cluster-from-input.ts";
import { identityOf, referencedObjects, type Resources } from "./collect-resources.ts";
import type { Findings } from "./findings.ts";
import { type Kind, kindOf } from "./kinds.ts";
import type { InputDocument } from "./read-input.ts";

/** The kinds that `render` takes as INPUT. */
export const inputKinds = ["Shoot", "Seed", "Extension", "FalcoServiceConfig"] as const satisfies readonly Kind[];

/** What the input says, or undefined after a finding has been reported. */
interface Input {
  readonly place: Place;
  readonly config: FalcoServiceConfig;
  readonly configPath: string;
  readonly cluster: ClusterFacts;
  readonly projectNamespace?: string;
}

/** The facts that do not come from the input itself. */
export type Surroundings = Pick<Facts, "now" | "landscape" | "catalogue" | "ruleFiles"> & {
  readonly resources: Resources;
};

/** The facts of an input; undefined when something about it is wrong, which then is among the findings. */
export function factsFromInput(
  document: InputDocument,
  { resources, ...surroundings }: Surroundings,
  findings: Findings,
): Facts | undefined {
  const input = readInput(document, resources, findings);
  if (input === undefined) return undefined;
  const { place, config, configPath, cluster, projectNamespace } = input;
  const namespaces = {
    controlPlane: cluster.namespace,
    ...(place === "seed" ? { project: "garden" } : projectNamespace !== undefined && { project: projectNamespace }),
  };
  return {
    ...surroundings,
    place,
    config,
    configPath,
    cluster,
    referenced: referencedObjects(cluster.resources, resources, namespaces, findings),
    identity: identityOf(resources, cluster.namespace, findings),
  };
}

function readInput(document: InputDocument, resources: Resources, findings: Findings): Input | undefined {
  const kind = kindOf(document);
  if (kind === "Extension") return fromExtension(document, resources, findings);
  if (kind === "FalcoServiceConfig") return fromServiceConfig(document, resources, findings);
  return fromShootOrSeed(document, resources, findings);
}

function fromShootOrSeed(document: InputDocument, resources: Resources, findings: Findings): Input | undefined {
  const read = accept(readSubject(document.value), document, findings);
  if (read === undefined) return undefined;
  const { value: subject } = read;
  if (subject === undefined) {
    findings.problems.push(document.locate(switchedOff(document)));
    return undefined;
  }
  const { place, configPath } = subject;
  const config = accept(subject.config, document, findings)?.value;
  if (config === undefined) return undefined;
  if (place === "seed") return { place, config, configPath, cluster: clusterOfSeed(document, resources, findings) };
  const known = clusterOfShoot({ shoot: document }, resources, findings);
  return known === undefined ? undefined : { place, config, configPath, ...known };
}

/** Why there is nothing to render for a Shoot or a Seed. */
function switchedOff({ value }: InputDocument): Problem {
  const { metadata, spec, kind } = value;
  const what = String(kind);
  if (isObject(metadata) && typeof metadata["deletionTimestamp"] === "string") {
    return problem("FIELD_VALUE", "metadata.deletionTimestamp", `This ${what} is being deleted: nothing is deployed.`);
  }
  const extensions: unknown = isObject(spec) ? spec["extensions"] : undefined;
  const types = (Array.isArray(extensions) ? extensions : []).map((each: unknown) =>
    isObject(each) && typeof each["type"] === "string" ? each["type"] : "",
  );
  const index = types.indexOf(extensionType);
  if (index !== -1) {
    const path = joinPath("spec.extensions", index, "disabled");
    return problem("FIELD_VALUE", path, `Falco is switched off for this ${what}: nothing is deployed.`);
  }
  const similar = nearest(extensionType, types);
  const path = similar === undefined ? "spec.extensions" : joinPath("spec.extensions", types.indexOf(similar), "type");
  const hint = similar === undefined ? `Add an entry "- type: ${extensionType}".` : `Did you mean it by "${similar}"?`;
  return problem(
    "FIELD_REQUIRED",
    path,
    `No entry has the type ${extensionType}, so this ${what} gets no Falco. ${hint}`,
  );
}

function fromExtension(document: InputDocument, resources: Resources, findings: Findings): Input | undefined {
  const extension = accept(readExtension(document.value), document, findings)?.value;
  if (extension === undefined) return undefined;
  const { metadata, spec } = extension;
  const unfit = unfitExtension(spec);
  if (unfit !== undefined) {
    findings.problems.push(document.locate(unfit));
    return undefined;
  }
  const configPath = "spec.providerConfig";
  const config = accept(below(configPath, readServiceConfig(spec.providerConfig)), document, findings)?.value;
  if (config === undefined) return undefined;
  if (spec.class === "seed") {
    return { place: "seed", config, configPath, cluster: clusterOfSeed(resources.Seed[0], resources, findings) };
  }
  const controlPlane = metadata.namespace;
  const known = clusterOfShoot(controlPlane === undefined ? {} : { controlPlane }, resources, findings);
  return known === undefined ? undefined : { place: "shoot", config, configPath, ...known };
}

function unfitExtension({
  type,
  class: place = "shoot",
}: {
  readonly type: string;
  readonly class?: string;
}): Problem | undefined {
  if (type !== extensionType) {
    return problem("FIELD_VALUE", "spec.type", `This Extension is of the type "${type}", not ${extensionType}.`);
  }
  if (place === "shoot" || place === "seed") return undefined;
  return problem(
    "NOT_AVAILABLE",
    "spec.class",
    `The class "${place}" is not available in this version, only shoot and seed.`,
  );
}

function fromServiceConfig(document: InputDocument, resources: Resources, findings: Findings): Input | undefined {
  const config = accept(readServiceConfig(document.value), document, findings)?.value;
  if (config === undefined) return undefined;
  const known = clusterOfShoot({}, resources, findings);
  return known === undefined ? undefined : { place: "shoot", config, configPath: "", ...known };
}

function below<T>(path: string, result: Result<T>): Result<T> {
  if (!result.ok) return { ok: false, problems: problemsBelow(path, result.problems) };
  return { ...result, warnings: problemsBelow(path, result.warnings) };
}

/** The value of a result in an object, as it may be undefined itself; problems and warnings become findings at their place. */
function accept<T>(result: Result<T>, document: InputDocument, findings: Findings): { readonly value: T } | undefined {
  if (!result.ok) {
    findings.problems.push(...result.problems.map((each) => document.locate(each)));
    return undefined;
  }
  findings.warnings.push(...result.warnings.map((each) => document.locate(each)));
  return { value: result.value };
}
