import { isObject } from "../base/json.ts";
import { readSubject, type Subject } from "./admission-subject.ts";

/**
 * How a Shoot or a Seed uses Falco: what maintenance, a plan and the counts by version go by. A few hundred bytes, so that one process
 * can hold those of a whole landscape.
 */
export interface FalcoUse {
  readonly kind: "Shoot" | "Seed";
  /** Empty for a Seed. */
  readonly namespace: string;
  readonly name: string;
  /** Absent where the manifest names none (an empty one counts as none): then it runs what is the default at each moment. */
  readonly falcoVersion?: string;
  /**
   * Whether it follows the highest supported version; true where the manifest says nothing. A value that is no boolean does not count
   * as a wish to be updated.
   */
  readonly autoUpdate: boolean;
  /** The standard rule sets that it selects; absent where it says nothing about them, or nothing that can be read. */
  readonly standardRules?: readonly string[];
  /** `spec.maintenance.timeWindow` of a Shoot as it is written; not checked. */
  readonly timeWindow?: { readonly begin: string; readonly end: string };
  /** Whether `gardener.cloud/operation` asks for maintenance at once. */
  readonly maintainNow: boolean;
}

/**
 * The use that an object makes of Falco; undefined when there is none: another kind, Falco not listed or disabled, an object in deletion
 * or one that is not even shaped like a Shoot or a Seed. A configuration with mistakes elsewhere still counts with its version.
 */
export function falcoUseOf(object: unknown): FalcoUse | undefined {
  const read = readSubject(object);
  return read.ok && read.value !== undefined ? useOf(read.value, object) : undefined;
}

/** The same for an object whose subject has been read already. */
export function useOf(subject: Subject, object: unknown): FalcoUse {
  const { place, name, namespace = "" } = subject;
  const timeWindow = timeWindowOf(object);
  return {
    kind: place === "shoot" ? "Shoot" : "Seed",
    namespace,
    name,
    ...wishesOf(subject),
    ...(timeWindow !== undefined && { timeWindow }),
    maintainNow: operationsOf(object).includes("maintain"),
  };
}

function wishesOf({ raw, config }: Subject): Pick<FalcoUse, "falcoVersion" | "autoUpdate" | "standardRules"> {
  const { falcoVersion, autoUpdate } = isObject(raw) ? raw : {};
  const rules = config.ok ? config.value.rules : undefined;
  return {
    ...(typeof falcoVersion === "string" && falcoVersion !== "" && { falcoVersion }),
    autoUpdate: (autoUpdate ?? true) === true,
    ...(rules !== undefined && { standardRules: rules.standard ?? [] }),
  };
}

/** How people are told which cluster is meant: `garden-team/one`, `seed/aws-eu1`. */
export function clusterName({ kind, namespace, name }: Pick<FalcoUse, "kind" | "namespace" | "name">): string {
  return kind === "Seed" ? `seed/${name}` : `${namespace}/${name}`;
}

function timeWindowOf(object: unknown): FalcoUse["timeWindow"] {
  const window = field(field(field(object, "spec"), "maintenance"), "timeWindow");
  const [begin, end] = [field(window, "begin"), field(window, "end")];
  return typeof begin === "string" && typeof end === "string" ? { begin, end } : undefined;
}

/** Gardener takes several operations at once, with `;` between them. */
function operationsOf(object: unknown): readonly string[] {
  const operations = field(field(field(object, "metadata"), "annotations"), "gardener.cloud/operation");
  return typeof operations === "string" ? operations.split(";").map((each) => each.trim()) : [];
}

function field(object: unknown, name: string): unknown {
  return isObject(object) ? object[name] : undefined;
}
