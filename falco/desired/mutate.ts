import { type Destination, type FalcoServiceConfig, falcoServiceConfigKind } from "../api/falco-service-config.ts";
import { convertLegacy, isLegacy } from "../api/legacy-config.ts";
import { isObject } from "../base/json.ts";
import { problem, type Problem } from "../base/problem.ts";
import { reasonToLeave } from "../catalog/next-version.ts";
import {
  type AdmissionContext,
  type AdmissionRequest,
  type FormerSubject,
  isUntouched,
  readFormer,
  readSubject,
  type Subject,
} from "./admission-subject.ts";
import { isStandardDestination } from "./destination-names.ts";
import { defaultDestinations, isEnabled, landscapeDestination, outputOf, runsIn } from "./destinations.ts";
import type { Place } from "./facts.ts";
import { type Landscape, sectionsOverlap } from "./landscape.ts";
import { defaultVersion } from "./release.ts";

/** What the mutating webhook makes of an object. */
export interface Mutation {
  /** The object, changed or not; the very same one when there is nothing to change. */
  readonly object: unknown;
  readonly warnings: readonly Problem[];
}

/** The annotation of a Project (or its Namespace) that wants none of the landscape's destinations. */
const skipDefaultDestinations = "falco.gardener.cloud/skip-default-destinations";

/**
 * Fills in what a user left out, so that it is visible in the manifest and does not change under them later. What cannot be read is left
 * to the validation; what is there already is never touched.
 */
export function mutate(request: AdmissionRequest, context: AdmissionContext): Mutation {
  const read = readSubject(request.object);
  const subject = read.ok ? read.value : undefined;
  if (subject?.config.ok !== true) return { object: request.object, warnings: [] };
  const former = formerOf(request, subject);
  const { value: config, warnings } = subject.config;
  const destinations = mutateDestinations({ subject, former, config, context });
  const additions = { ...version(config, former, context), ...plainDefaults(config), ...destinations.changed };
  const changed = Object.keys(additions).length > 0 || warnings.length > 0 || subject.raw === undefined;
  const object = changed ? withConfig(request.object, subject, additions) : request.object;
  return { object, warnings: [...warnings, ...destinations.warnings] };
}

function formerOf(request: AdmissionRequest, subject: Subject): FormerSubject | undefined {
  if (request.operation === "CREATE") return undefined;
  return isUntouched(request) ? { ...subject, isOn: true } : readFormer(request.old);
}

function plainDefaults({ autoUpdate, rules, falcoctl }: FalcoServiceConfig): object {
  return {
    ...(autoUpdate === undefined && { autoUpdate: true }),
    ...(rules === undefined && falcoctl === undefined && { rules: { standard: ["falco-rules"] } }),
  };
}

/** The version a cluster already has stays when a manifest no longer names it, unless maintenance would move it; a new cluster gets the highest supported one. */
function version(
  { falcoVersion }: FalcoServiceConfig,
  former: FormerSubject | undefined,
  { catalogue, now }: AdmissionContext,
): { readonly falcoVersion?: string } {
  if (falcoVersion !== undefined) return {};
  const previous = former?.isOn === true && former.config.ok ? former.config.value.falcoVersion : undefined;
  if (previous !== undefined && reasonToLeave(previous, { catalogue, now }) === undefined) {
    return { falcoVersion: previous };
  }
  const chosen = defaultVersion(catalogue, now);
  return chosen.ok ? { falcoVersion: chosen.value.version } : {};
}

interface DestinationInput {
  readonly subject: Subject;
  readonly former: FormerSubject | undefined;
  readonly config: FalcoServiceConfig;
  readonly context: AdmissionContext;
}

interface DestinationChange {
  readonly changed: { readonly destinations?: readonly Destination[] };
  readonly warnings: readonly Problem[];
}

/** The landscape's destinations come in when Falco is switched on; later only those go that the landscape no longer has. */
function mutateDestinations({ subject, former, config, context }: DestinationInput): DestinationChange {
  const { landscape } = context;
  const own = config.destinations ?? defaultDestinations(subject.place, landscape);
  const kept = former === undefined ? own : withoutStale(own, former, landscape);
  const list = former?.isOn === true ? kept : withLandscapeDestinations(kept, subject.place, context);
  const removed = own.filter((each) => !list.includes(each));
  const unchanged = config.destinations !== undefined && removed.length === 0 && list.length === own.length;
  const path = `${subject.configPath}.destinations`;
  const warnings = removed.map(({ name }) =>
    problem(
      "DESTINATION_UNKNOWN",
      path,
      `The landscape no longer has the destination "${name}"; it has been removed here.`,
    ),
  );
  return { changed: unchanged ? {} : { destinations: list }, warnings };
}

function withLandscapeDestinations(
  own: readonly Destination[],
  place: Place,
  { landscape, projectAnnotations, namespaceAnnotations }: AdmissionContext,
): readonly Destination[] {
  const skip = [projectAnnotations, namespaceAnnotations].some((each) => each?.[skipDefaultDestinations] === "true");
  if (skip) return own;
  const missing = landscape.globalDestinations.filter(
    ({ name }) => !own.some((each) => each.name === name) && runsIn(place, name, landscape),
  );
  return [
    ...own,
    ...missing.map(({ name, section }) => (taken(section, own, landscape) ? { name, enabled: false } : { name })),
  ];
}

function taken(section: string, own: readonly Destination[], landscape: Landscape): boolean {
  return own.some((each) => {
    const output = outputOf(each.name, landscape);
    return isEnabled(each) && output !== undefined && sectionsOverlap(output, section);
  });
}

function withoutStale(own: readonly Destination[], old: Subject, landscape: Landscape): readonly Destination[] {
  const before = old.config.ok ? (old.config.value.destinations ?? []).map(({ name }) => name) : [];
  const stale = ({ name, resourceSecretName }: Destination): boolean =>
    !isStandardDestination(name) &&
    landscapeDestination(landscape, name) === undefined &&
    resourceSecretName === undefined &&
    before.includes(name);
  return own.some(stale) ? own.filter((each) => !stale(each)) : own;
}

/** The object with our entry's providerConfig completed; everything else is shared with the original. */
function withConfig(object: unknown, subject: Subject, additions: object): unknown {
  if (!isObject(object) || !isObject(object["spec"]) || !Array.isArray(object["spec"]["extensions"])) return object;
  const extensions: readonly unknown[] = object["spec"]["extensions"];
  const raw = subject.raw ?? falcoServiceConfigKind;
  const providerConfig = isObject(raw) ? { ...inTodaysShape(raw), ...additions } : raw;
  const replaced = extensions.map((each, index) =>
    index === subject.entry && isObject(each) ? { ...each, providerConfig } : each,
  );
  return { ...object, spec: { ...object["spec"], extensions: replaced } };
}

function inTodaysShape(raw: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const converted = isLegacy(raw) ? convertLegacy(raw) : undefined;
  return converted?.ok === true ? converted.value : raw;
}
