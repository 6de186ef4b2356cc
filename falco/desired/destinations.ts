import type { Destination } from "../api/falco-service-config.ts";
import type { NamedResource } from "../api/gardener.ts";
import { nearest } from "../api/nearest.ts";
import { joinPath, problem, type Problem } from "../base/problem.ts";
import { isStandardDestination, type StandardDestination, standardDestinationNames } from "./destination-names.ts";
import type { Place } from "./facts.ts";
import { type Landscape, type LandscapeDestination, sectionsOverlap } from "./landscape.ts";
import { isOutputSection } from "./output-settings.ts";
import { declaredResource } from "./resources.ts";
import { variablesIn } from "./template-variables.ts";

interface StandardSpec {
  /** The section of falcosidekick's configuration; none for what Falco does by itself. */
  readonly section?: string;
  readonly places: readonly Place[];
  /** Whether its settings come from a Secret of the user. */
  readonly secret?: boolean;
}

const anywhere = ["shoot", "seed"] as const;

const standard: Readonly<Record<StandardDestination, StandardSpec>> = {
  logging: { section: "loki", places: ["shoot"] },
  stdout: { places: anywhere },
  custom: { section: "webhook", places: anywhere, secret: true },
  opensearch: { section: "elasticsearch", places: anywhere, secret: true },
  splunk: { section: "splunk", places: anywhere, secret: true },
  central: { section: "webhook", places: anywhere },
  otlp: { section: "otlp", places: ["shoot"] },
};

/** The landscape's destination of that name. */
export function landscapeDestination(landscape: Landscape, name: string): LandscapeDestination | undefined {
  return landscape.globalDestinations.find((each) => each.name === name);
}

/** The falcosidekick output behind a destination, or undefined when it has none or is not known. */
export function outputOf(name: string, landscape: Landscape): string | undefined {
  return isStandardDestination(name) ? standard[name].section : landscapeDestination(landscape, name)?.section;
}

/** A destination counts unless it says `enabled: false`. */
export function isEnabled({ enabled }: Destination): boolean {
  return enabled !== false;
}

/** Where events go when a manifest does not say: the landscape's choice, and for seeds, which lack most of them, the pods' logs. */
export function defaultDestinations(place: Place, landscape: Landscape): readonly Destination[] {
  const name = landscape.defaultEventDestination;
  return [{ name: runsIn(place, name, landscape) ? name : "stdout" }];
}

/** Whether a destination can be reached from there. The ServiceAccount's token is one that only shoots have. */
export function runsIn(place: Place, name: string, landscape: Landscape): boolean {
  if (isStandardDestination(name)) return standard[name].places.includes(place);
  const { settings } = landscapeDestination(landscape, name) ?? {};
  return place === "shoot" || !variablesIn(settings).includes("ServiceAccountToken");
}

/** Where destinations stand and what they may refer to. */
export interface DestinationContext {
  readonly path: string;
  readonly place: Place;
  readonly landscape: Landscape;
  readonly resources: readonly NamedResource[];
}

/** Whether falcosidekick is needed: some enabled destination has an output of it. */
export function needsFalcosidekick(destinations: readonly Destination[], landscape: Landscape): boolean {
  return destinations.some((each) => isEnabled(each) && outputOf(each.name, landscape) !== undefined);
}

/** Everything that can be said about a list of destinations without their Secrets. */
export function checkDestinations(
  destinations: readonly Destination[],
  context: DestinationContext,
): readonly Problem[] {
  const each = destinations.flatMap((destination, index) => {
    const path = joinPath(context.path, index);
    const earlier = destinations.slice(0, index);
    if (!isEnabled(destination)) return nameProblems(destination, path, context);
    return [
      ...nameProblems(destination, path, context),
      ...duplicateProblems(destination, earlier, path),
      ...placeProblems(destination, path, context),
      ...secretProblems(destination, path, context),
      ...outputProblems(destination, earlier, path, context),
    ];
  });
  return [...each, ...loggingAndCustom(destinations, context)];
}

function nameProblems({ name }: Destination, path: string, context: DestinationContext): readonly Problem[] {
  const { place, landscape } = context;
  if (isStandardDestination(name) || landscapeDestination(landscape, name) !== undefined) return [];
  const namePath = `${path}.name`;
  const offered = offeredDestinations(place, landscape);
  if (isOutputSection(name)) {
    const message = `falcosidekick's output "${name}" as a destination of its own is not available in this version. Use one of ${offered.join(", ")}.`;
    return [problem("NOT_AVAILABLE", namePath, message)];
  }
  const suggestion = nearest(name, offered);
  const hint = suggestion === undefined ? "" : ` Did you mean "${suggestion}"?`;
  const message = `There is no destination "${name}".${hint} Use one of ${offered.join(", ")}.`;
  return [problem("DESTINATION_UNKNOWN", namePath, message)];
}

/** The names of all destinations that a cluster of the landscape can have there. */
function offeredDestinations(place: Place, landscape: Landscape): readonly string[] {
  const all = [...standardDestinationNames, ...landscape.globalDestinations.map(({ name }) => name)];
  return all.filter((name) => runsIn(place, name, landscape) && isOffered(name, landscape));
}

function isOffered(name: string, { centralStorage, otlpLogging }: Landscape): boolean {
  return name === "central" ? centralStorage !== undefined : name !== "otlp" || otlpLogging;
}

function duplicateProblems({ name }: Destination, earlier: readonly Destination[], path: string): readonly Problem[] {
  if (!earlier.some((each) => each.name === name && isEnabled(each))) return [];
  return [problem("FIELD_DUPLICATE", `${path}.name`, `The destination "${name}" stands here twice. Remove one.`)];
}

function placeProblems(
  { name }: Destination,
  path: string,
  { place, landscape }: DestinationContext,
): readonly Problem[] {
  if (!runsIn(place, name, landscape)) {
    const message = `"${name}" is for shoots only. Use one of ${offeredDestinations(place, landscape).join(", ")}.`;
    return [problem("DESTINATION_FORBIDDEN", `${path}.name`, message)];
  }
  if (isOffered(name, landscape)) return [];
  return [
    problem(
      "DESTINATION_FORBIDDEN",
      `${path}.name`,
      `This landscape does not offer "${name}". Choose another destination.`,
    ),
  ];
}

function secretProblems(destination: Destination, path: string, { resources }: DestinationContext): readonly Problem[] {
  const { name, resourceSecretName } = destination;
  if (!isStandardDestination(name) || standard[name].secret !== true) return [];
  const secretPath = `${path}.resourceSecretName`;
  if (resourceSecretName === undefined) {
    const message = `"${name}" needs a Secret. Name an entry of spec.resources that refers to it.`;
    return [problem("SECRET_REQUIRED", secretPath, message)];
  }
  const declared = declaredResource(resources, "Secret", resourceSecretName);
  return declared.ok ? [] : declared.problems.map((each) => ({ ...each, path: secretPath }));
}

function outputProblems(
  destination: Destination,
  earlier: readonly Destination[],
  path: string,
  { landscape }: DestinationContext,
): readonly Problem[] {
  const section = outputOf(destination.name, landscape);
  if (section === undefined) return [];
  return earlier.filter(isEnabled).flatMap(({ name }) => {
    const taken = outputOf(name, landscape);
    if (name === destination.name || taken === undefined || !sectionsOverlap(taken, section)) return [];
    // The same two conflict in the same words whatever their order, so that moving them is no new mistake.
    const [first = "", second = ""] = [name, destination.name].sort();
    const output = taken.length < section.length ? taken : section;
    const message = `"${first}" and "${second}" both use falcosidekick's output "${output}", which exists once. Disable one.`;
    return [problem("DESTINATION_CONFLICT", `${path}.name`, message)];
  });
}

/** Kept from the Go extension: whoever has a manifest that it refuses gets the same answer here. */
function loggingAndCustom(destinations: readonly Destination[], { path }: DestinationContext): readonly Problem[] {
  const enabled = destinations.filter(isEnabled).map(({ name }) => name);
  if (!enabled.includes("logging") || !enabled.includes("custom")) return [];
  return [problem("DESTINATION_CONFLICT", path, '"logging" and "custom" cannot be used together. Disable one.')];
}
