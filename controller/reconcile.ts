import { type Extension, targetNamespace } from "../falco/api/gardener.ts";
import type { Outcome } from "../falco/base/outcome.ts";
import { formatProblem, type Problem } from "../falco/base/problem.ts";
import { chooseFalcosidekick, defaultFalcoVersion } from "../falco/catalog/choose.ts";
import { defaultDestinations } from "../falco/desired/destinations.ts";
import type { Facts } from "../falco/desired/facts.ts";
import { tokenNeeds } from "../falco/desired/outputs.ts";
import { managedResourceNames } from "../falco/objects/managed-resource.ts";
import { keyOf } from "../kube/objects.ts";
import type { ControllerContext, Remembered } from "./context.ts";
import { type DesiredResources, desiredResources, isWaiting } from "./desired-resources.ts";
import { ensureIdentity, type EnsuredIdentity } from "./identity/identity.ts";
import { writeIdentitySecret } from "./identity-secret.ts";
import { configPath, observe, type Observation } from "./observe.ts";
import { removeManagedResource } from "./remove-managed-resource.ts";
import { contentOf, lacksSecrets, writeManagedResource } from "./write-managed-resource.ts";

/** How long to wait for something that others bring, if nothing announces it before. In seconds. */
const waitingSeconds = 10;

/** Makes the cluster of an Extension what it should be. Never waits for the shoot: on creation it has no nodes yet. */
export async function reconcile(
  extension: Extension,
  context: ControllerContext,
  signal: AbortSignal,
): Promise<Outcome> {
  const observation = await observe(extension, context, signal);
  if (observation === undefined) return waiting("the Cluster");
  if (observation.hibernated) return { kind: "done" };
  if (!observation.config.ok) return { kind: "stalled", problems: observation.config.problems };
  const key = keyOf({ namespace: observation.cluster.namespace, name: extension.metadata.name ?? "" });
  const fingerprint = fingerprintOf(observation, observation.identitySecret?.metadata.resourceVersion, context);
  const remembered = context.memory.get(key);
  if (remembered?.fingerprint === fingerprint && isUntouched(remembered, observation, context)) {
    return again(remembered.renewAt, context);
  }
  const identity = await identityFor(observation, context, signal);
  const desired = desiredResources(factsOf(observation, identity, context), context.rendering);
  if (!desired.ok) return unresolved(desired.problems);
  report(extension, desired.warnings, context);
  const managedResources = await write(desired.value, observation, context, signal);
  const written = fingerprintOf(observation, identity.version, context);
  context.memory.set(key, { fingerprint: written, managedResources, renewAt: identity.renewAt });
  return again(identity.renewAt, context);
}

function waiting(forWhat: string): Outcome {
  return { kind: "waiting", for: forWhat, afterSeconds: waitingSeconds };
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
  const falco = defaultFalcoVersion(catalogue, now());
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
  const { cluster, config, place, identitySecret: present } = observation;
  const destinations =
    (config.ok ? config.value.destinations : undefined) ?? defaultDestinations(place, context.landscape);
  const request = {
    present,
    needs: tokenNeeds(destinations, context.landscape),
    clusterIdentity: cluster.clusterIdentity,
    namespace: targetNamespace,
    now: context.now(),
  };
  const ensured = await ensureIdentity(request, context.identityMaker);
  if (ensured.secretData === undefined) return { ...ensured, version: present?.metadata.resourceVersion };
  const { namespace } = cluster;
  context.logger.info("certificates or tokens are made anew", { namespace, reasons: ensured.reasons });
  const version = await writeIdentitySecret(ensured.secretData, { namespace, present }, context.client, signal);
  return { ...ensured, version };
}

function factsOf(observation: Observation, { identity }: EnsuredIdentity, context: ControllerContext): Facts {
  const { place, config, cluster, referenced } = observation;
  const { landscape, now } = context;
  if (!config.ok) throw new Error("a configuration that cannot be read has no facts");
  const { catalogue } = context.profiles();
  const ruleFiles = context.ruleFiles();
  return {
    now: now(),
    place,
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

function report({ metadata }: Extension, warnings: readonly Problem[], { logger }: ControllerContext): void {
  for (const each of warnings) logger.warn(formatProblem(each), { namespace: metadata.namespace ?? "" });
}

/** Writes both ManagedResources, and removes the one beside the control plane when nothing is needed there any more. */
async function write(
  { target, controlPlane }: DesiredResources,
  { cluster: { namespace }, place }: Observation,
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
  if (controlPlane === undefined && place === "shoot" && known.managedResources.get(keyOf(spare)) !== undefined) {
    await removeManagedResource(spare, client, signal);
  }
  return written;
}
