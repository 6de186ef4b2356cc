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
import { clusterFactsOfShoot, isHibernated } from "../falco/desired/cluster-facts.ts";
import type { ClusterFacts, ReferencedObjects } from "../falco/desired/facts.ts";
import { identitySecretName } from "../falco/desired/identity.ts";
import { keyOf, type ResourceType } from "../kube/objects.ts";
import type { ControllerContext } from "./context.ts";
import { classOf, type ExtensionClass } from "./extension-class.ts";
import { shootCopiesName } from "./referenced-copies.ts";
import { resourceTypes } from "./resource-types.ts";

/** What there is to know about one Extension before anything is decided. */
export interface Observation {
  readonly class: ExtensionClass;
  readonly config: Result<FalcoServiceConfig>;
  readonly cluster: ClusterFacts;
  readonly hibernated: boolean;
  readonly referenced: ReferencedObjects;
  /** Whether what is in `referenced` is about to be replaced by Gardener. */
  readonly arriving: boolean;
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
  const found = await findCluster(extension, context, signal);
  if (found === undefined) return undefined;
  const config = atConfig(readServiceConfig(extension.spec.providerConfig));
  const wanted = config.ok ? wantedResources(config.value, found.facts.resources) : [];
  const prefix = found.class === "garden" ? "" : "ref-";
  const referenced = await readReferenced(wanted, { namespace, prefix, context, signal });
  const copies = context.known.copies.get(keyOf({ namespace, name: shootCopiesName }));
  const identitySecret = context.known.identities.get(keyOf({ namespace, name: identitySecretName }));
  return {
    class: found.class,
    config,
    cluster: found.facts,
    hibernated: found.hibernated,
    referenced,
    arriving: wanted.length > 0 && copies?.arriving === true,
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
  readonly class: ExtensionClass;
  readonly facts: ClusterFacts;
  readonly hibernated: boolean;
  readonly version: string;
}

/** A shoot's cluster is Gardener's Cluster object, named like the namespace; the landscape's own are read where they are described. */
async function findCluster(
  extension: Extension,
  context: ControllerContext,
  signal: AbortSignal,
): Promise<FoundCluster | undefined> {
  const kind = classOf(extension) ?? "shoot";
  if (kind !== "shoot") {
    const own = await context.ownCluster(kind, signal);
    return own && { ...own, class: kind, hibernated: false };
  }
  const cluster = context.known.clusters.get(extension.metadata.namespace ?? "");
  if (cluster === undefined) return undefined;
  const { resourceVersion: version = "" } = cluster.metadata;
  return { class: "shoot", facts: clusterFactsOfShoot(cluster), hibernated: isHibernated(cluster), version };
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
  readonly prefix: string;
  readonly context: ControllerContext;
  readonly signal: AbortSignal;
}

/**
 * Gardener copies what a Shoot or a Seed refers to into the namespace of its Extensions, as `ref-` and the object's own name. What a Garden
 * refers to is there already.
 */
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
  { namespace, prefix, context, signal }: Reading,
): Promise<readonly (readonly [string, T])[]> {
  const object = await context.client.get(type, { namespace, name: `${prefix}${name}` }, { signal });
  const value = object === undefined ? undefined : read(object);
  return value?.ok === true ? [[name, value.value]] : [];
}
