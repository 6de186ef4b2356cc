import {
  type ConfigMap,
  type Extension,
  type NamedResource,
  readConfigMap,
  readSecret,
  type Secret,
} from "../falco/api/gardener.ts";
import type { FalcoServiceConfig } from "../falco/api/falco-service-config.ts";
import { readServiceConfig } from "../falco/api/read-service-config.ts";
import { problemsBelow, type Result, success } from "../falco/base/problem.ts";
import { clusterFactsOfSeed, clusterFactsOfShoot, isHibernated } from "../falco/desired/cluster-facts.ts";
import type { ClusterFacts, Place, ReferencedObjects } from "../falco/desired/facts.ts";
import { identitySecretName } from "../falco/desired/identity.ts";
import { keyOf, type ResourceType } from "../kube/objects.ts";
import type { ControllerContext } from "./context.ts";
import { resourceTypes } from "./resource-types.ts";

/** What there is to know about one Extension before anything is decided. */
export interface Observation {
  readonly place: Place;
  readonly config: Result<FalcoServiceConfig>;
  readonly cluster: ClusterFacts;
  readonly hibernated: boolean;
  readonly referenced: ReferencedObjects;
  readonly identitySecret: Secret | undefined;
  /** The versions of all objects that were read, but for the identity's Secret, which may be written in between. */
  readonly versions: string;
}

/** Where the configuration stands in an Extension; the paths of problems begin with it. */
export const configPath = "spec.providerConfig";

/** Reads everything that decides about an Extension; undefined when its cluster is not known yet. */
export async function observe(
  extension: Extension,
  context: ControllerContext,
  signal: AbortSignal,
): Promise<Observation | undefined> {
  const { namespace = "" } = extension.metadata;
  const found = await findCluster(extension, context);
  if (found === undefined) return undefined;
  const config = atConfig(readServiceConfig(extension.spec.providerConfig));
  const wanted = config.ok ? wantedResources(config.value, found.facts.resources) : [];
  const referenced = await readReferenced(wanted, { namespace, context, signal });
  const identitySecret = context.known.identities.get(keyOf({ namespace, name: identitySecretName }));
  return {
    place: found.place,
    config,
    cluster: found.facts,
    hibernated: found.hibernated,
    referenced,
    identitySecret,
    versions: [
      extension.metadata.uid,
      extension.metadata.generation,
      found.version,
      ...[...referenced.secrets, ...referenced.configMaps].map(
        ([name, { metadata }]) => `${name}@${metadata.resourceVersion ?? ""}`,
      ),
    ].join(" "),
  };
}

function atConfig(read: Result<FalcoServiceConfig>): Result<FalcoServiceConfig> {
  return read.ok
    ? success(read.value, problemsBelow(configPath, read.warnings))
    : { ok: false, problems: problemsBelow(configPath, read.problems) };
}

interface FoundCluster {
  readonly place: Place;
  readonly facts: ClusterFacts;
  readonly hibernated: boolean;
  readonly version: string;
}

/** A shoot's cluster is Gardener's Cluster object, named like the namespace; a seed's is the Seed itself, in the garden. */
async function findCluster(extension: Extension, context: ControllerContext): Promise<FoundCluster | undefined> {
  if (extension.spec.class === "seed") {
    const seed = await context.seed();
    if (seed === undefined) return undefined;
    const { resourceVersion: version = "" } = seed.metadata;
    return { place: "seed", facts: clusterFactsOfSeed(seed), hibernated: false, version };
  }
  const cluster = context.known.clusters.get(extension.metadata.namespace ?? "");
  if (cluster === undefined) return undefined;
  const { resourceVersion: version = "" } = cluster.metadata;
  return { place: "shoot", facts: clusterFactsOfShoot(cluster), hibernated: isHibernated(cluster), version };
}

/** The entries of `spec.resources` that the configuration uses. */
function wantedResources(config: FalcoServiceConfig, resources: readonly NamedResource[]): readonly NamedResource[] {
  const names = new Set([
    ...(config.destinations ?? []).map(({ resourceSecretName }) => resourceSecretName),
    ...(config.rules?.custom ?? []).map(({ resourceName }) => resourceName),
  ]);
  return resources.filter(({ name }) => names.has(name));
}

interface Reading {
  readonly namespace: string;
  readonly context: ControllerContext;
  readonly signal: AbortSignal;
}

/** Gardener copies what a shoot refers to into its control plane's namespace, as `ref-` and the object's own name. */
async function readReferenced(wanted: readonly NamedResource[], reading: Reading): Promise<ReferencedObjects> {
  const namesOf = (kind: string): readonly string[] =>
    wanted.filter(({ resourceRef }) => resourceRef.kind === kind).map(({ resourceRef }) => resourceRef.name);
  const [secrets, configMaps] = await Promise.all([
    Promise.all(namesOf("Secret").map((name) => readCopy<Secret>(name, resourceTypes.secret, readSecret, reading))),
    Promise.all(
      namesOf("ConfigMap").map((name) => readCopy<ConfigMap>(name, resourceTypes.configMap, readConfigMap, reading)),
    ),
  ]);
  return { secrets: new Map(secrets.flat()), configMaps: new Map(configMaps.flat()) };
}

async function readCopy<T>(
  name: string,
  type: ResourceType,
  read: (object: unknown) => Result<T>,
  { namespace, context, signal }: Reading,
): Promise<readonly (readonly [string, T])[]> {
  const object = await context.client.get(type, { namespace, name: `ref-${name}` }, { signal });
  const value = object === undefined ? undefined : read(object);
  return value?.ok === true ? [[name, value.value]] : [];
}
