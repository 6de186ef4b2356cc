import { extensionType, type NamedResource, readSeed, readShoot, type Seed, type Shoot } from "../api/gardener.ts";
import type { FalcoServiceConfig } from "../api/falco-service-config.ts";
import { readServiceConfig } from "../api/read-service-config.ts";
import { isObject } from "../base/json.ts";
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
  const place = placeOf(object);
  if (place === undefined) return success(undefined);
  const read = place === "shoot" ? readShoot(object) : readSeed(object);
  if (!read.ok) return read;
  return success(toSubject(place, read.value));
}

function toSubject(place: Place, { metadata, spec = {} }: Shoot | Seed): Subject | undefined {
  const { extensions = [], resources = [] } = spec;
  const entry = extensions.findIndex(({ type, disabled }) => type === extensionType && disabled !== true);
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
