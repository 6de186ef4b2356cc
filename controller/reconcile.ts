import { type Extension, targetNamespace } from "../falco/api/gardener.ts";
import type { Outcome } from "../falco/base/outcome.ts";
import { formatProblem, type Problem } from "../falco/base/problem.ts";
import { chooseFalcosidekick } from "../falco/catalog/choose.ts";
import { defaultDestinations } from "../falco/desired/destinations.ts";
import type { Facts, Place } from "../falco/desired/facts.ts";
import { tokenNeeds } from "../falco/desired/outputs.ts";
import { defaultVersion } from "../falco/desired/release.ts";
import { managedResourceNames } from "../falco/objects/managed-resource.ts";
import { keyOf } from "../kube/objects.ts";
import type { ControllerContext, Remembered } from "./context.ts";
import { type DesiredResources, desiredResources, isWaiting } from "./desired-resources.ts";
import { classOf } from "./extension-class.ts";
import { ensureIdentity, type EnsuredIdentity } from "./identity/identity.ts";
import { rememberInspected } from "./identity/maker.ts";
import { writeIdentitySecret } from "./identity-secret.ts";
import { configPath, observe, type Observation } from "./observe.ts";
import { removeManagedResource } from "./remove-managed-resource.ts";
import { isServedElsewhere } from "./served-elsewhere.ts";
import { contentOf, hasRolledOut, lacksSecrets, writeManagedResource } from "./write-managed-resource.ts";

/** How long to wait for something that others bring, if nothing announces it before. In seconds. */
const waitingSeconds = 10;

/** Makes the cluster of an Extension what it should be. Never waits for the shoot: on creation it has no nodes yet. */
export async function reconcile(
  extension: Extension,
  context: ControllerContext,
  signal: AbortSignal,
): Promise<Outcome> {
  const observation = await observe(extension, context, signal);
  if (observation === undefined) return waiting(missingCluster(extension));
  if (observation.hibernated || (await isServedElsewhere(observation, context, signal))) return { kind: "done" };
  if (!observation.config.ok) return { kind: "stalled", problems: observation.config.problems };
  if (observation.arriving) return waiting("Gardener's copies of what spec.resources refers to");
  return deploy(extension, observation, context, signal);
}

/** Decides what is to be there and writes it, unless all of it is known to be as it should be. */
async function deploy(
  extension: Extension,
  observation: Observation,
  context: ControllerContext,
  signal: AbortSignal,
): Promise<Outcome> {
  const key = keyOf({ namespace: observation.cluster.namespace, name: extension.metadata.name ?? "" });
  const fingerprint = fingerprintOf(observation, observation.identitySecret?.metadata.resourceVersion, context);
  const remembered = context.memory.get(key);
  if (remembered?.fingerprint === fingerprint && isUntouched(remembered, observation, context)) {
    return again(remembered.renewAt, context);
  }
  const identity = await identityFor(observation, context, signal);
  const desired = desiredResources(factsOf(observation, identity, context), context.rendering, observation.class);
  if (!desired.ok) return unresolved(desired.problems);
  report(extension, desired.warnings, context);
  const managedResources = await write(desired.value, observation, context, signal);
  const written = fingerprintOf(observation, identity.version, context);
  const { version: identityVersion, renewAt } = identity;
  context.memory.set(key, { fingerprint: written, managedResources, renewAt, identityVersion });
  return again(identity.renewAt, context);
}

function waiting(forWhat: string): Outcome {
  return { kind: "waiting", for: forWhat, afterSeconds: waitingSeconds };
}

/** Where the description of the Extension's cluster is looked for. */
function missingCluster(extension: Extension): string {
  const kind = classOf(extension);
  if (kind === "seed") return "the Seed in the garden (the flag --seed-name or SEED_NAME says which one it is)";
  return kind === "garden" ? "the Garden in this cluster" : `the Cluster ${extension.metadata.namespace ?? ""}`;
}

/** Done, until something has to be renewed. */
function again(renewAt: Date, { now }: ControllerContext): Outcome {
  return { kind: "again", afterSeconds: Math.max(1, (renewAt.getTime() - now().getTime()) / 1000) };
}

function unresolved(problems: readonly Problem[]): Outcome {
  return isWaiting(problems)
    ? waiting(problems.map(({ message }) => message).join(" "))
    : { kind: "stalled", problems };
}

/** Everything that the decision depends on, in short. What the time decides is in it as what it decides now. */
function fingerprintOf(
  { versions }: Observation,
  identityVersion: string | undefined,
  { profiles, now }: ControllerContext,
): string {
  const { catalogue, revision } = profiles();
  const falco = defaultVersion(catalogue, now());
  const falcosidekick = chooseFalcosidekick(catalogue, now());
  const chosen = [falco, falcosidekick].map((each) => (each.ok ? each.value.version : ""));
  return [versions, identityVersion, revision, ...chosen].join(" ");
}

/** Whether the cluster's ManagedResources are still as they were left, and nothing is due for renewal. */
function isUntouched(remembered: Remembered, { cluster }: Observation, { known, now }: ControllerContext): boolean {
  if (remembered.renewAt <= now()) return false;
  return [...remembered.managedResources].every(([name, content]) => {
    const present = known.managedResources.get(keyOf({ namespace: cluster.namespace, name }));
    if (present === undefined || present.metadata.deletionTimestamp !== undefined) return false;
    return contentOf(present) === content && !lacksSecrets(present);
  });
}

/** An identity, and the version of the Secret that holds it. */
type StoredIdentity = EnsuredIdentity & { readonly version: string | undefined };

/** The certificates and tokens of the cluster, which are stored before anything uses them. */
async function identityFor(
  observation: Observation,
  context: ControllerContext,
  signal: AbortSignal,
): Promise<StoredIdentity> {
  const { cluster, config, identitySecret: present } = observation;
  const destinations =
    (config.ok ? config.value.destinations : undefined) ?? defaultDestinations(placeOf(observation), context.landscape);
  const request = {
    present,
    needs: tokenNeeds(destinations, context.landscape),
    clusterIdentity: cluster.clusterIdentity,
    namespace: targetNamespace,
    now: context.now(),
    rolledOut: isRolledOut(observation, context),
  };
  const ensured = await ensureIdentity(request, context.identityMaker);
  if (ensured.secretData === undefined) return { ...ensured, version: present?.metadata.resourceVersion };
  const { namespace } = cluster;
  context.logger.info("certificates or tokens are made anew", { namespace, reasons: ensured.reasons });
  const stored = await writeIdentitySecret(ensured.secretData, { namespace, present }, context.client, signal);
  rememberInspected(stored, ensured.inspected, context.identityMaker);
  return { ...ensured, version: stored.resourceVersion };
}

/** Whether every pod runs with what is stored now; false as well when nobody knows. */
function isRolledOut(
  { cluster: { namespace }, identitySecret }: Observation,
  { known, memory, names }: ControllerContext,
): boolean {
  const remembered = memory.get(keyOf({ namespace, name: names.extension }));
  const target = known.managedResources.get(keyOf({ namespace, name: names.target }));
  // A deployed version that is not remembered may be that of an earlier Secret.
  const isOfPresent = remembered?.identityVersion === identitySecret?.metadata.resourceVersion;
  return remembered !== undefined && isOfPresent && target !== undefined && hasRolledOut(target);
}

function factsOf(observation: Observation, { identity }: EnsuredIdentity, context: ControllerContext): Facts {
  const { config, cluster, referenced } = observation;
  const { landscape, now } = context;
  if (!config.ok) throw new Error("a configuration that cannot be read has no facts");
  const { catalogue } = context.profiles();
  const ruleFiles = context.ruleFiles();
  return {
    now: now(),
    place: placeOf(observation),
    config: config.value,
    configPath,
    cluster,
    catalogue,
    landscape,
    referenced,
    ruleFiles,
    identity,
  };
}

function placeOf({ class: kind }: Observation): Place {
  return kind === "shoot" ? "shoot" : "seed";
}

function report({ metadata }: Extension, warnings: readonly Problem[], { logger }: ControllerContext): void {
  for (const each of warnings) logger.warn(formatProblem(each), { namespace: metadata.namespace ?? "" });
}

/**
 * Writes both ManagedResources, and removes the one beside the control plane when nothing is needed there any more. A seed has no control
 * plane; the Go extension left one there all the same.
 */
async function write(
  { target, controlPlane }: DesiredResources,
  { cluster: { namespace }, class: kind }: Observation,
  { client, known }: ControllerContext,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const written = new Map<string, string>();
  for (const resource of controlPlane === undefined ? [target] : [target, controlPlane]) {
    const { name } = resource.managedResource.metadata;
    const present = known.managedResources.get(keyOf({ namespace, name }));
    written.set(name, await writeManagedResource(resource, present, client, signal));
  }
  const spare = { namespace, name: managedResourceNames["control-plane"] };
  if (controlPlane === undefined && kind !== "garden" && known.managedResources.get(keyOf(spare)) !== undefined) {
    await removeManagedResource(spare, client, signal);
  }
  return written;
}
