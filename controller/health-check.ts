import type { Cluster, Condition, Extension, ManagedResource } from "../falco/api/gardener.ts";
import { readServiceConfig } from "../falco/api/read-service-config.ts";
import { equalJson } from "../falco/base/json.ts";
import type { Outcome } from "../falco/base/outcome.ts";
import { managedResourceNames } from "../falco/objects/managed-resource.ts";
import { keyOf, type ObjectName } from "../kube/objects.ts";
import type { ControllerContext } from "./context.ts";
import { classOf } from "./extension-class.ts";
import {
  type Check,
  type ConditionType,
  conditionTypes,
  type Finding,
  findingOf,
  hibernatedFinding,
} from "./health.ts";
import { operationType, requestedOperation } from "./operation.ts";
import { resourceTypes } from "./resource-types.ts";
import type { Question } from "./shoot/diagnose.ts";
import { checkManagedResource, type Verdict } from "./shoot/managed-resource-check.ts";
import { mergeConditions } from "./status.ts";

/**
 * Writes the health of one cluster's Falco into its Extension's conditions, if it is new. Apart from the reconcile, which does not wait until
 * anything is healthy. It comes again by itself only while something is not healthy: nobody asks about a shoot whose ManagedResource says that
 * all is well, and a change of that brings it here. For seeds and gardens nothing reads conditions: Gardener checks the ManagedResources
 * there itself.
 */
export async function checkHealth(name: ObjectName, context: ControllerContext, signal: AbortSignal): Promise<Outcome> {
  const key = keyOf(name);
  const extension = context.known.extensions.get(key);
  const cluster = context.known.clusters.get(name.namespace ?? "");
  if (extension?.status === undefined || cluster === undefined || isElsewhere(extension)) {
    context.shootLooks?.forget(key);
    return { kind: "done" };
  }
  const { findings, againAfterSeconds } = isHibernating(cluster)
    ? asleep(key, extension, context)
    : awake(key, extension, context);
  await write({ name, extension, findings }, context, signal);
  return againAfterSeconds === undefined ? { kind: "done" } : { kind: "again", afterSeconds: againAfterSeconds };
}

interface Health {
  readonly findings: readonly Finding[];
  readonly againAfterSeconds?: number;
}

function asleep(key: string, extension: Extension, context: ControllerContext): Health {
  context.shootLooks?.forget(key);
  const { controlPlane } = resourcesOf(extension, context);
  const system = hibernatedFinding("SystemComponentsHealthy");
  const findings =
    controlPlane === undefined ? [system] : [system, hibernatedFinding("ObservabilityComponentsHealthy")];
  return { findings };
}

function awake(key: string, extension: Extension, context: ControllerContext): Health {
  const now = context.now();
  const { shoot, controlPlane } = resourcesOf(extension, context);
  const verdict = checkManagedResource(shoot, now);
  const others = controlPlane === undefined ? [] : [checkManagedResource(controlPlane, now)];
  const findings = [
    systemFinding({ key, extension, verdict, now }, context),
    ...others.map(({ check }) => found("ObservabilityComponentsHealthy", [check], { extension, now })),
  ];
  const due = [verdict, ...others].flatMap((each) => each.againAfterSeconds ?? []);
  const isWell = findings.every(({ status }) => status === "True");
  const next = Math.min(...due, ...(isWell ? [] : [context.landscape.healthSyncPeriodSeconds]));
  return { findings, ...(Number.isFinite(next) && { againAfterSeconds: next }) };
}

interface Moment {
  readonly extension: Extension;
  readonly now: Date;
}

function found(type: ConditionType, checks: readonly Check[], { extension, now }: Moment): Finding {
  return findingOf(type, checks, { previous: conditionOf(extension, type), now });
}

/**
 * What runs in the shoot, by its ManagedResource; where that is not well because of its pods, by what the shoot itself says. A shoot is never
 * waited for: what was seen last counts, and when something new has been seen, this runs again.
 */
function systemFinding(
  { key, verdict, ...moment }: Moment & { readonly key: string; readonly verdict: Verdict },
  { shootLooks }: ControllerContext,
): Finding {
  const type = "SystemComponentsHealthy";
  if (verdict.look === undefined) shootLooks?.forget(key);
  if (verdict.look === undefined || shootLooks === undefined) return found(type, [verdict.check], moment);
  const seen = shootLooks.latest(key);
  shootLooks.ask(key, questionFor(moment.extension, verdict.look));
  const previous = conditionOf(moment.extension, type);
  // After a restart, and while the shoot does not answer: nothing is known that would speak against what was said before.
  if (seen === undefined && previous?.status === "False") return withoutTimes(previous);
  return found(type, withSeen(seen ?? [], verdict.check), moment);
}

/** What has failed in the shoot says what its ManagedResource says, in better words. */
function withSeen(seen: readonly Check[], check: Check): readonly Check[] {
  return seen.some(({ kind }) => kind === "failed") ? seen : [...seen, check];
}

function questionFor(extension: Extension, look: NonNullable<Verdict["look"]>): Question {
  const { metadata, spec, status = {} } = extension;
  const config = readServiceConfig(spec.providerConfig);
  const custom = config.ok ? (config.value.rules?.custom ?? []) : [];
  return {
    ...look,
    customRules: custom.map(({ resourceName }) => resourceName),
    isCurrent: status.observedGeneration === metadata.generation && status.lastOperation?.state === "Succeeded",
  };
}

function withoutTimes({ type, status, reason, message, codes }: Condition): Finding {
  return {
    type,
    status,
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
    ...(codes !== undefined && { codes }),
  };
}

function conditionOf({ status }: Extension, type: string): Condition | undefined {
  return status?.conditions?.find((each) => each.type === type);
}

type Resources = Readonly<Record<"shoot" | "controlPlane", ManagedResource | undefined>>;

function resourcesOf({ metadata: { namespace = "" } }: Extension, { known }: ControllerContext): Resources {
  const resourceOf = (target: keyof typeof managedResourceNames): ManagedResource | undefined =>
    known.managedResources.get(keyOf({ namespace, name: managedResourceNames[target] }));
  return { shoot: resourceOf("shoot"), controlPlane: resourceOf("control-plane") };
}

async function write(
  {
    name,
    extension,
    findings,
  }: { readonly name: ObjectName; readonly extension: Extension; readonly findings: readonly Finding[] },
  context: ControllerContext,
  signal: AbortSignal,
): Promise<void> {
  const present = extension.status?.conditions ?? [];
  const conditions = mergeConditions(withoutStale(present, findings), findings, context.now());
  if (equalJson(present, conditions)) return;
  // The list is replaced as a whole: a writer in between makes it a conflict, and it is tried again.
  const { resourceVersion } = extension.metadata;
  await context.client.patch(resourceTypes.extension, name, {
    body: { metadata: { resourceVersion }, status: { conditions } },
    subresource: "status",
    signal,
  });
}

/** A shoot that is hibernated, or on its way there: its pods are going already. */
function isHibernating({ spec: { shoot } }: Cluster): boolean {
  return shoot.spec?.hibernation?.enabled === true;
}

/** The conditions without those of ours that nothing is found for any more. */
function withoutStale(present: readonly Condition[], findings: readonly Finding[]): readonly Condition[] {
  const types = findings.map(({ type }) => type);
  return present.filter(({ type }) => !conditionTypes.includes(type) || types.includes(type));
}

/** Whether its cluster is no longer, or not yet, looked after from here: it goes, or moves between two seeds; or whether it is no shoot. */
function isElsewhere(extension: Extension): boolean {
  if (classOf(extension) !== "shoot" || requestedOperation(extension) === "wait-for-state") return true;
  const migrates = extension.status?.lastOperation?.type === "Migrate";
  return migrates || ["Delete", "Migrate"].includes(operationType(extension));
}
