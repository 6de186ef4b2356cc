import { type Cluster, type NamedResource, readSeed, readShoot, type Seed } from "../falco/api/gardener.ts";
import { isObject } from "../falco/base/json.ts";
import { combine, problem, type Problem, problemsBelow, type Result, success } from "../falco/base/problem.ts";
import { clusterFactsOfSeed, clusterFactsOfShoot } from "../falco/desired/cluster-facts.ts";
import type { ClusterFacts } from "../falco/desired/facts.ts";
import { decoded, projectOf, type Resources, resourcesAsGiven } from "./collect-resources.ts";
import type { Finding, Findings } from "./findings.ts";
import { identifierOf, kindOf } from "./kinds.ts";
import type { InputDocument } from "./read-input.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Stand where the input does not say; every one begins with this word, so that they are found. */
export const placeholders = {
  clusterIdentity: "PLACEHOLDER-cluster-identity",
  seedIngressDomain: "PLACEHOLDER-seed-ingress-domain",
} as const;

/** The version of Kubernetes that is assumed where the input names none. */
const assumedKubernetesVersion = "1.34.0";

/** What is known of the shoot that Falco is to run in. */
export interface ShootInput {
  /** The Shoot itself, when that is what was given. */
  readonly shoot?: InputDocument;
  /** The control plane's namespace, when that is known: it is the Cluster's name. */
  readonly controlPlane?: string;
}

/** What a cluster is, and the project's namespace; undefined when the Cluster that was given cannot be used. */
export interface ClusterInput {
  readonly cluster: ClusterFacts;
  readonly projectNamespace?: string;
}

/**
 * The cluster of a shoot: its Cluster if that is given, else a plain one with placeholders, which is noted. The Shoot that was given
 * counts for more than the Cluster's copy of it, because it is what will be.
 */
export function clusterOfShoot(input: ShootInput, resources: Resources, findings: Findings): ClusterInput | undefined {
  const given = chooseCluster(input, resources, findings);
  if (given === "none fits") return undefined;
  const spec = fields(given?.value["spec"]);
  const shootValue = shootOf(input, spec, resources);
  const seedValue = seedOf(shootValue, spec, resources);
  const source = given ?? input.shoot;
  const read = combine({
    shoot: shootValue === undefined ? success({ metadata: {} }) : within("spec.shoot", readShoot(shootValue)),
    seed: seedValue === undefined ? success(undefined) : within("spec.seed", readSeed(seedValue)),
  });
  if (!read.ok) {
    findings.unusable.push(...read.problems.map((each) => located(each, source, resources)));
    return undefined;
  }
  const name = given === undefined ? nameOfControlPlane(input, shootValue, resources) : identifierOf(given).name;
  if (given === undefined) findings.notes.push(derivedNote(name, input));
  return clusterInput(name, read.value, { resources, findings, shootIsKnown: shootValue !== undefined });
}

function within<T>(path: string, result: Result<T>): Result<T> {
  return result.ok ? result : { ok: false, problems: problemsBelow(path, result.problems) };
}

/** Where a problem of a Cluster stands: in the Cluster, or in the Shoot or Seed that stands for it. */
function located(
  each: Problem,
  source: InputDocument | undefined,
  { Shoot: [shoot], Seed: [seed] }: Resources,
): Finding {
  const path = each.path.replace(/^spec\.(shoot|seed)\.?/, "");
  if (source !== undefined && kindOf(source) === "Cluster") return source.locate(each);
  const own = each.path.startsWith("spec.seed") ? seed : (source ?? shoot);
  return own === undefined ? { file: "", problem: each } : own.locate({ ...each, path });
}

interface ClusterParts {
  readonly shoot: Cluster["spec"]["shoot"];
  readonly seed: Seed | undefined;
}

interface ClusterContext {
  readonly resources: Resources;
  readonly findings: Findings;
  readonly shootIsKnown: boolean;
}

function clusterInput(
  name: string,
  { shoot, seed }: ClusterParts,
  { resources, findings, shootIsKnown }: ClusterContext,
): ClusterInput {
  const known = clusterFactsOfShoot({ metadata: { name }, spec: { shoot, ...(seed !== undefined && { seed }) } });
  const declared = shootIsKnown ? known : { ...known, resources: asGiven(resources, findings) };
  const { namespace } = shoot.metadata ?? {};
  return {
    cluster: complete(declared, { seedIsKnown: seed !== undefined }, findings),
    ...(namespace !== undefined && { projectNamespace: namespace }),
  };
}

/** The Cluster that belongs to the input. With Clusters of other shoots only, somebody has mixed up their files. */
function chooseCluster(
  { shoot, controlPlane }: ShootInput,
  { Cluster: clusters }: Resources,
  { unusable }: Findings,
): InputDocument | undefined | "none fits" {
  const wanted = shoot === undefined ? undefined : identifierOf(shoot);
  const fits = (each: InputDocument): boolean => {
    if (controlPlane !== undefined) return identifierOf(each).name === controlPlane;
    const copy = nonEmpty(fields(each.value["spec"])["shoot"]);
    if (wanted === undefined || copy === undefined) return true;
    const { name, namespace } = identifierOf({ value: copy });
    return name === wanted.name && (namespace === undefined || namespace === wanted.namespace);
  };
  const fitting = clusters.filter(fits);
  const [first, second] = fitting;
  if (second !== undefined) {
    const message = "There is another Cluster that this could be about. Give one only.";
    unusable.push(second.locate(problem("FIELD_DUPLICATE", "metadata.name", message)));
    return "none fits";
  }
  const [other] = clusters;
  if (first !== undefined || other === undefined) return first;
  const what = controlPlane ?? (wanted === undefined ? "" : `${wanted.namespace ?? ""}/${wanted.name}`);
  const message = `The Cluster "${identifierOf(other).name}" belongs to another shoot than "${what}". Give its own, or none.`;
  unusable.push(other.locate(problem("FIELD_CONFLICT", "metadata.name", message)));
  return "none fits";
}

/** The Shoot: the input itself with the status of the Cluster's copy, or that copy, or the one that was given as a resource. */
function shootOf(input: ShootInput, clusterSpec: Fields, { Shoot: shoots }: Resources): Fields | undefined {
  const copy = nonEmpty(clusterSpec["shoot"]);
  const own = input.shoot?.value;
  if (own === undefined) return copy ?? (shoots.length === 1 ? shoots[0]?.value : undefined);
  const status = { ...fields(copy?.["status"]), ...fields(own["status"]) };
  return { ...copy, ...own, status };
}

function seedOf(shoot: Fields | undefined, clusterSpec: Fields, { Seed: seeds }: Resources): Fields | undefined {
  const wanted = fields(shoot?.["spec"])["seedName"];
  const named = seeds.find((each) => identifierOf(each).name === wanted);
  return nonEmpty(clusterSpec["seed"]) ?? (named ?? (wanted === undefined ? seeds[0] : undefined))?.value;
}

/** `shoot--project--name`, as Gardener names control planes. */
function nameOfControlPlane({ controlPlane }: ShootInput, shoot: Fields | undefined, resources: Resources): string {
  const technicalId = fields(shoot?.["status"])["technicalID"];
  if (controlPlane !== undefined) return controlPlane;
  if (typeof technicalId === "string" && technicalId !== "") return technicalId;
  const { name = "", namespace = "garden-local" } = shoot === undefined ? {} : identifierOf({ value: shoot });
  const project = projectOf(namespace, resources);
  const projectName = project === undefined ? namespace.replace(/^garden-/, "") : identifierOf(project).name;
  return `shoot--${projectName}--${name === "" ? "example" : name}`;
}

function derivedNote(name: string, { shoot }: ShootInput): string {
  const from = shoot === undefined ? "is assumed" : "is derived from the Shoot";
  return `No Cluster is given: a plain one called "${name}" ${from}. Give the real one with --resource.`;
}

function asGiven(resources: Resources, { notes }: Findings): readonly NamedResource[] {
  const given = resourcesAsGiven(resources);
  if (given.length > 0) {
    notes.push(
      "There is no Shoot with spec.resources: every Secret and ConfigMap given counts as an entry of its own name.",
    );
  }
  return given;
}

/** The cluster of a seed, from its Seed; a plain one where that is not given. */
export function clusterOfSeed(seed: InputDocument | undefined, resources: Resources, findings: Findings): ClusterFacts {
  const value = seed?.value ?? { metadata: { name: "example" } };
  const read =
    seed === undefined ? readSeed(value) : { ok: true as const, value: decoded(seed, value, readSeed, findings) };
  const known = clusterFactsOfSeed((read.ok ? read.value : undefined) ?? { metadata: {} });
  if (seed !== undefined) return complete(known, { seedIsKnown: true }, findings);
  findings.notes.push('No Seed is given: a plain one called "example" is assumed. Give the real one with --resource.');
  return complete({ ...known, resources: asGiven(resources, findings) }, { seedIsKnown: false }, findings);
}

function complete(
  known: ClusterFacts,
  { seedIsKnown }: { readonly seedIsKnown: boolean },
  { notes }: Findings,
): ClusterFacts {
  const { clusterIdentity, seedIngressDomain } = placeholders;
  const assumed = {
    ...((known.clusterIdentity ?? "") === "" && { clusterIdentity }),
    ...(known.kubernetesVersion === "" && { kubernetesVersion: assumedKubernetesVersion }),
    ...(!seedIsKnown && { seedIngressDomain }),
  };
  const list = Object.entries(assumed).map(([field, value]) => `${value} (${meanings[field] ?? field})`);
  if (list.length > 0) notes.push(`What the input does not say is filled in: ${list.join(", ")}.`);
  return { ...known, ...assumed };
}

const meanings: Readonly<Record<string, string>> = {
  clusterIdentity: "the cluster's identity",
  kubernetesVersion: "the version of Kubernetes",
  seedIngressDomain: "the seed's ingress domain",
};

function fields(value: unknown): Fields {
  return isObject(value) ? value : {};
}

function nonEmpty(value: unknown): Fields | undefined {
  return isObject(value) && Object.keys(value).length > 0 ? value : undefined;
}
