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
  /** Secrets and ConfigMaps that the subject's `spec.resources` refers to; without it their content is not checked here. */
  readonly referenced?: (subject: Subject, signal: AbortSignal) => Promise<ReferencedObjects>;
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
  /** Set when the content of Secrets and ConfigMaps can be read. */
  readonly referencedBy?: Subject;
}

const nothing: Needs = { project: false };
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
  if (needs.namespace === undefined && needs.referencedBy === undefined) {
    return { kind: "context", context: { ...settings, referenced: noReferences } };
  }
  try {
    const options = { ...deadline, what: "reading for a decision" };
    const [known, referenced] = await withDeadline(options, (signal) =>
      Promise.race([
        Promise.all([readProject(reads, needs, signal), readReferences(reads, needs, signal)]),
        aborted(signal),
      ]),
    );
    return { kind: "context", context: { ...settings, ...known, referenced } };
  } catch (error) {
    return { kind: "unavailable", message: unavailable(needs), error };
  }
}

/** The reads that the answer can depend on. Costs nothing where no option asks for any. */
export function needsOf(webhook: Webhook, about: AdmissionRequest, settings: Settings, reads: Reads): Needs {
  return webhook === "mutate" ? mutationNeeds(about, settings) : validationNeeds(about, settings, reads);
}

/** Whether the project wants the landscape's destinations. */
function mutationNeeds(about: AdmissionRequest, { landscape }: Settings): Needs {
  if (landscape.globalDestinations.length === 0 || !isSwitchedOn(about)) return nothing;
  const { namespace } = subjectOf(about.object) ?? {};
  return namespace === undefined ? nothing : { namespace, project: true };
}

/** Whether the project may use what the landscape restricts. */
function validationNeeds(about: AdmissionRequest, settings: Settings, { referenced }: Reads): Needs {
  if (!settings.restrictedUsage && !settings.restrictedCentralizedLogging && referenced === undefined) return nothing;
  if (isUntouched(about)) return nothing;
  const subject = subjectOf(about.object);
  if (subject?.namespace === undefined) return nothing;
  return {
    project: false,
    ...(isRestricted(subject, about, settings) && { namespace: subject.namespace }),
    ...(referenced !== undefined && { referencedBy: subject }),
  };
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

async function readProject(reads: Reads, needs: Needs, signal: AbortSignal): Promise<Annotations> {
  if (needs.namespace === undefined) return {};
  const namespace = await reads.namespace(needs.namespace, signal);
  if (namespace === undefined) throw new Error("there is no such Namespace");
  const namespaceAnnotations = namespace.annotations;
  const name = namespace.labels[projectLabel];
  if (!needs.project || name === undefined) return { namespaceAnnotations };
  const project = await reads.project(name, signal);
  if (project === undefined) throw new Error(`there is no Project ${name}`);
  return { namespaceAnnotations, projectAnnotations: project.annotations };
}

async function readReferences(reads: Reads, needs: Needs, signal: AbortSignal): Promise<ReferencedObjects> {
  if (needs.referencedBy === undefined || reads.referenced === undefined) return noReferences;
  return reads.referenced(needs.referencedBy, signal);
}

/** Rejects once the time is over, for reads that do not watch their signal. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener(
      "abort",
      () => {
        reject(new Error(errorText(signal.reason)));
      },
      { once: true },
    );
  });
}

function unavailable({ namespace = "", project }: Needs): string {
  const what = project ? `The Namespace ${namespace} or its Project` : `The Namespace ${namespace}`;
  const target = namespace === "" ? "The Secrets and ConfigMaps that the object refers to" : what;
  return `${target} could not be read, and the decision about Falco depends on it. Try again in a moment.`;
}
