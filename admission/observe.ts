import { isEnabled } from "../falco/desired/destinations.ts";
import {
  type AdmissionContext,
  type AdmissionRequest,
  isUntouched,
  readFormer,
  readSubject,
  type Subject,
} from "../falco/desired/admission-subject.ts";
import type { ReferencedObjects } from "../falco/desired/facts.ts";
import { aborted } from "../kube/aborted.ts";
import type { Clock } from "../kube/clock.ts";
import { withDeadline } from "../kube/deadline.ts";
import type { Webhook } from "./decide.ts";
import { errorText } from "../kube/logger.ts";

/** What of a Namespace or a Project counts here. */
export interface ObjectMetadata {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * What the webhooks read from the garden. A look-up gives undefined when there is no such object, and throws when it cannot tell; it
 * gives up when `signal` aborts.
 */
export interface Reads {
  readonly namespace: (name: string, signal: AbortSignal) => Promise<ObjectMetadata | undefined>;
  readonly project: (name: string, signal: AbortSignal) => Promise<ObjectMetadata | undefined>;
}

/** What a decision is made with, apart from what is read for it. */
export type Settings = Pick<
  AdmissionContext,
  "now" | "catalogue" | "landscape" | "restrictedUsage" | "restrictedCentralizedLogging"
>;

/** A context, or in one sentence what could not be read. */
export type Observation =
  | { readonly kind: "context"; readonly context: AdmissionContext }
  | { readonly kind: "unavailable"; readonly message: string; readonly error: unknown };

/** Which reads a decision depends on. */
export interface Needs {
  readonly namespace?: string;
  readonly project: boolean;
}

const nothing: Needs = { project: false };
/** Nobody may read a project's Secrets and ConfigMaps from here, so their content is left to the controller. */
const noReferences: ReferencedObjects = { secrets: new Map(), configMaps: new Map() };
const projectLabel = "project.gardener.cloud/name";

/** How long the reads may take, and by which clock. */
export interface Deadline {
  readonly clock: Clock;
  readonly ms: number;
}

/** Reads what the decision depends on, and nothing else: most requests need no read at all. */
export async function observe(
  reads: Reads,
  needs: Needs,
  settings: Settings,
  deadline: Deadline,
): Promise<Observation> {
  const { namespace, project } = needs;
  const referenced = noReferences;
  if (namespace === undefined) return { kind: "context", context: { ...settings, referenced } };
  try {
    const options = { ...deadline, what: "reading for a decision" };
    const known = await withDeadline(options, (signal) =>
      Promise.race([readProject(reads, { namespace, project }, signal), tooLate(signal)]),
    );
    return { kind: "context", context: { ...settings, ...known, referenced } };
  } catch (error) {
    return { kind: "unavailable", message: unavailable({ namespace, project }), error };
  }
}

/** The reads that the answer can depend on. Costs nothing where no option asks for any. */
export function needsOf(webhook: Webhook, about: AdmissionRequest, settings: Settings): Needs {
  return webhook === "mutate" ? mutationNeeds(about, settings) : validationNeeds(about, settings);
}

/** Whether the project wants the landscape's destinations. */
function mutationNeeds(about: AdmissionRequest, { landscape }: Settings): Needs {
  if (landscape.globalDestinations.length === 0 || !isSwitchedOn(about)) return nothing;
  const { namespace } = subjectOf(about.object) ?? {};
  return namespace === undefined ? nothing : { namespace, project: true };
}

/** Whether the project may use what the landscape restricts. */
function validationNeeds(about: AdmissionRequest, settings: Settings): Needs {
  if (!settings.restrictedUsage && !settings.restrictedCentralizedLogging) return nothing;
  if (isUntouched(about)) return nothing;
  const subject = subjectOf(about.object);
  if (subject?.namespace === undefined || !isRestricted(subject, about, settings)) return nothing;
  return { project: false, namespace: subject.namespace };
}

function isRestricted(subject: Subject, about: AdmissionRequest, settings: Settings): boolean {
  if (subject.namespace === "garden") return false;
  const { restrictedUsage, restrictedCentralizedLogging } = settings;
  return (restrictedUsage && isSwitchedOn(about)) || (restrictedCentralizedLogging && usesCentral(subject));
}

function subjectOf(object: unknown): Subject | undefined {
  const read = readSubject(object);
  return read.ok ? read.value : undefined;
}

/** Whether Falco was off before. */
function isSwitchedOn(about: AdmissionRequest): boolean {
  return about.operation === "CREATE" || !(isUntouched(about) || readFormer(about.old)?.isOn === true);
}

function usesCentral({ config }: Subject): boolean {
  return config.ok && (config.value.destinations ?? []).some((each) => each.name === "central" && isEnabled(each));
}

type Annotations = Pick<AdmissionContext, "namespaceAnnotations" | "projectAnnotations">;

type Project = Required<Needs>;

async function readProject(reads: Reads, needs: Project, signal: AbortSignal): Promise<Annotations> {
  const namespace = await reads.namespace(needs.namespace, signal);
  if (namespace === undefined) throw new Error("there is no such Namespace");
  const namespaceAnnotations = namespace.annotations;
  const name = namespace.labels[projectLabel];
  if (!needs.project || name === undefined) return { namespaceAnnotations };
  const project = await reads.project(name, signal);
  if (project === undefined) throw new Error(`there is no Project ${name}`);
  return { namespaceAnnotations, projectAnnotations: project.annotations };
}

/** Rejects once the time is over, for reads that do not watch their signal. */
async function tooLate(signal: AbortSignal): Promise<never> {
  await aborted(signal);
  throw new Error(errorText(signal.reason));
}

function unavailable({ namespace, project }: Project): string {
  const what = project ? `The Namespace ${namespace} or its Project` : `The Namespace ${namespace}`;
  return `${what} could not be read, and the decision about Falco depends on it. Try again in a moment.`;
}
