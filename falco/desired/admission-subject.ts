import { extensionType, type NamedResource, readSeed, readShoot, type Seed, type Shoot } from "../api/gardener.ts";
import type { FalcoServiceConfig } from "../api/falco-service-config.ts";
import { readServiceConfig } from "../api/read-service-config.ts";
import { equalJson, isObject } from "../base/json.ts";
import { joinPath, problemsBelow, type Problem, type Result, success } from "../base/problem.ts";
import type { Catalogue } from "../catalog/catalogue.ts";
import type { Place, ReferencedObjects } from "./facts.ts";
import type { Landscape } from "./landscape.ts";

/** What an API server asks about. */
export interface AdmissionRequest {
  readonly operation: "CREATE" | "UPDATE";
  readonly object: unknown;
  /** The object before the change; only on UPDATE. */
  readonly old?: unknown;
}

/** What admission decides with. */
export interface AdmissionContext {
  readonly now: Date;
  readonly catalogue: Catalogue;
  readonly landscape: Landscape;
  /** Annotations of the project's Namespace; undefined when it is not known. */
  readonly namespaceAnnotations?: Readonly<Record<string, string>>;
  /** Annotations of the Project; undefined when it is not known. */
  readonly projectAnnotations?: Readonly<Record<string, string>>;
  /** Secrets and ConfigMaps of the project, as far as they can be read. */
  readonly referenced: ReferencedObjects;
  /** Whether switching Falco on needs the namespace's annotation. */
  readonly restrictedUsage: boolean;
  /** Whether the destination `central` needs the namespace's annotation. */
  readonly restrictedCentralizedLogging: boolean;
}

/** A Shoot or Seed that Falco is switched on for, seen from admission. */
export interface Subject {
  readonly place: Place;
  readonly name: string;
  readonly namespace?: string;
  readonly resources: readonly NamedResource[];
  /** The index of our entry in `spec.extensions`. */
  readonly entry: number;
  /** Where its providerConfig stands. */
  readonly configPath: string;
  /** The providerConfig as it was written; undefined when absent. */
  readonly raw: unknown;
  /** The providerConfig, read; its paths begin with `configPath`. */
  readonly config: Result<FalcoServiceConfig>;
}

/**
 * The subject of a Shoot or Seed, or undefined when there is nothing to decide: another kind, Falco not listed or disabled, or an
 * object in deletion. An object that is not even shaped like a Shoot or a Seed is problems.
 */
export function readSubject(object: unknown): Result<Subject | undefined> {
  const read = readSlice(object);
  if (!read.ok) return read;
  const { extensions = [] } = read.value?.slice.spec ?? {};
  return success(read.value && toSubject(read.value, extensions.findIndex(isOn)));
}

/** A Shoot or Seed as it was before a change. */
export interface FormerSubject extends Subject {
  /** Whether Falco was switched on; when it was not, the configuration of the disabled entry has never been checked. */
  readonly isOn: boolean;
}

/** The subject that an object was before a change; undefined when Falco was not listed, not even disabled, or when it cannot be read. */
export function readFormer(object: unknown): FormerSubject | undefined {
  const read = readSlice(object);
  if (!read.ok || read.value === undefined) return undefined;
  const { extensions = [] } = read.value.slice.spec ?? {};
  const on = extensions.findIndex(isOn);
  const subject = toSubject(read.value, on === -1 ? extensions.findIndex(isOurs) : on);
  return subject && { ...subject, isOn: on !== -1 };
}

/**
 * Whether a change touches nothing that admission looks at: Falco is on before and after it, and neither its configuration nor
 * `spec.resources` differ. Most changes are such; this costs a hundredth of reading both objects.
 */
export function isUntouched({ operation, object, old }: AdmissionRequest): boolean {
  if (operation !== "UPDATE") return false;
  const [now, before] = [rawSpec(object), rawSpec(old)];
  const [entry, entryBefore] = [now.extensions.find(isOn), before.extensions.find(isOn)];
  if (entry === undefined || entryBefore === undefined) return false;
  return (
    equalJson(entry["providerConfig"], entryBefore["providerConfig"]) && equalJson(now.resources, before.resources)
  );
}

/** What is looked for, without a check of its shape. */
function rawSpec(object: unknown): { readonly extensions: readonly Fields[]; readonly resources: unknown } {
  const spec = isObject(object) ? object["spec"] : undefined;
  const { extensions, resources } = isObject(spec) ? spec : {};
  return { extensions: Array.isArray(extensions) ? extensions.filter(isObject) : [], resources };
}

type Fields = Readonly<Record<string, unknown>>;

function isOurs({ type }: { readonly type?: unknown }): boolean {
  return type === extensionType;
}

function isOn(entry: { readonly type?: unknown; readonly disabled?: unknown }): boolean {
  return isOurs(entry) && entry.disabled !== true;
}

interface PlacedSlice {
  readonly place: Place;
  readonly slice: Shoot | Seed;
}

/** Only what is needed here: a Shoot has a lot more, and nothing of that may make it unreadable. */
function readSlice(object: unknown): Result<PlacedSlice | undefined> {
  const place = placeOf(object);
  if (place === undefined || !isObject(object)) return success(undefined);
  const { metadata, spec } = object;
  const needed = {
    metadata: isObject(metadata) ? only(metadata, "name", "namespace", "deletionTimestamp") : metadata,
    spec: isObject(spec) ? only(spec, "extensions", "resources") : spec,
  };
  const read = place === "shoot" ? readShoot(needed) : readSeed(needed);
  return read.ok ? success({ place, slice: read.value }) : read;
}

function only(object: Fields, ...names: readonly string[]): Fields {
  return Object.fromEntries(names.map((name) => [name, object[name]]));
}

function toSubject({ place, slice }: PlacedSlice, entry: number): Subject | undefined {
  const { metadata, spec } = slice;
  const { extensions = [], resources = [] } = spec ?? {};
  const found = extensions[entry];
  if (found === undefined || metadata.deletionTimestamp !== undefined) return undefined;
  const configPath = joinPath("spec", "extensions", entry, "providerConfig");
  const { name = "", namespace } = metadata;
  return {
    place,
    name,
    ...(namespace !== undefined && { namespace }),
    resources,
    entry,
    configPath,
    raw: found.providerConfig,
    config: configAt(configPath, found.providerConfig),
  };
}

function placeOf(object: unknown): Place | undefined {
  if (!isObject(object) || typeof object["apiVersion"] !== "string") return undefined;
  if (!object["apiVersion"].startsWith("core.gardener.cloud/")) return undefined;
  if (object["kind"] === "Shoot") return "shoot";
  return object["kind"] === "Seed" ? "seed" : undefined;
}

function configAt(path: string, raw: unknown): Result<FalcoServiceConfig> {
  const read = readServiceConfig(raw);
  const below = (problems: readonly Problem[]): readonly Problem[] => problemsBelow(path, problems);
  return read.ok ? success(read.value, below(read.warnings)) : { ok: false, problems: below(read.problems) };
}
