import { extensionType } from "../api/gardener.ts";
import type { PatchOperation } from "../base/json-patch.ts";
import { isObject } from "../base/json.ts";
import type { Catalogue } from "../catalog/catalogue.ts";
import { nextVersion, type VersionUpdate, type VersionWish } from "../catalog/next-version.ts";
import { readSubject } from "./admission-subject.ts";
import { useOf } from "./falco-use.ts";
import { isDue, maintenanceWindow, nextMoment } from "./maintenance-window.ts";
import { deployability, type RuleSelection } from "./release.ts";

/** What maintenance decides with. */
export interface MaintenanceContext {
  readonly now: Date;
  readonly catalogue: Catalogue;
  /** From 0 to 1, without 1: where in its next window a Shoot's maintenance shall be. */
  readonly random: number;
  /** Whether somebody has asked for it to be done at once; Gardener may have taken the annotation that did so away again. */
  readonly isAskedFor?: boolean;
}

/** What maintenance makes of a Shoot. */
export interface Maintenance {
  /** Whether it may be done now: in the Shoot's window, or because its annotation asks for it. */
  readonly due: boolean;
  /** What the catalogue asks for, now or in the next window; absent when the version stays. */
  readonly update?: VersionUpdate;
  /** The Shoot, changed when an update is due; else the very same object. */
  readonly object: unknown;
  /** The same change as a JSON patch; empty when there is none. */
  readonly patch: readonly PatchStep[];
  /** A moment in the next window. */
  readonly next: Date;
}

/** A step of a JSON patch that may also ask that something is as it was seen. */
export type PatchStep = PatchOperation | { readonly op: "test"; readonly path: string; readonly value: unknown };

/**
 * Decides about the maintenance of a Shoot, of which at most `falcoVersion` changes, whatever shape the rest of its configuration has:
 * what is wrong or old there is for admission to say. Undefined when there is nothing to maintain: no Falco, a Shoot in deletion, or
 * a Seed, which has no window and belongs to the operators themselves: its version is theirs to change.
 */
export function maintain(object: unknown, context: MaintenanceContext): Maintenance | undefined {
  const { now, catalogue, random, isAskedFor = false } = context;
  const read = readSubject(object);
  const subject = read.ok ? read.value : undefined;
  if (subject?.place !== "shoot") return undefined;
  const use = useOf(subject, object);
  const update = updateOf(use, catalogue, now);
  const due = isAskedFor || isDue(use, now);
  const next = nextMoment(maintenanceWindow(use.timeWindow), now, random);
  const unchanged = { due, object, patch: [], next };
  if (update === undefined) return unchanged;
  if (!due || update.kind === "stranded") return { ...unchanged, update };
  return { due, update, ...versionChange(object, subject.entry, update), next };
}

/** What is to become of the version of a cluster: `nextVersion`, among the versions that can be deployed there. */
export function updateOf(use: VersionWish & RuleSelection, catalogue: Catalogue, now: Date): VersionUpdate | undefined {
  return nextVersion(use, { catalogue, now, canDeploy: deployability(use, catalogue) });
}

type VersionChange = Pick<Maintenance, "object" | "patch">;

/**
 * The patch is refused when the entry has moved or its version has changed since it was read, and leaves alone what others write at the
 * same time. There is a version to replace: an entry that names none is not updated.
 */
function versionChange(
  object: unknown,
  index: number,
  { from, to }: { readonly from: string; readonly to: string },
): VersionChange {
  const entry = `/spec/extensions/${String(index)}`;
  const path = `${entry}/providerConfig/falcoVersion`;
  return {
    object: replaced(object, ["spec", "extensions", index, "providerConfig", "falcoVersion"], to),
    patch: [
      { op: "test", path: `${entry}/type`, value: extensionType },
      { op: "test", path, value: from },
      { op: "replace", path, value: to },
    ],
  };
}

/** The value with another one at the end of these steps; all that lies beside them is shared. */
function replaced(value: unknown, steps: readonly (string | number)[], by: unknown): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return by;
  if (Array.isArray(value)) {
    return value.map((each: unknown, index) => (index === step ? replaced(each, rest, by) : each));
  }
  return isObject(value) ? { ...value, [step]: replaced(value[step], rest, by) } : value;
}
