import { problem, type Problem } from "../base/problem.ts";
import type { Catalogue, FalcoVersion } from "./catalogue.ts";
import { type CanDeploy, defaultFalcoVersion, highestSupported, isExpired, isUsable } from "./choose.ts";
import { compareVersions, isVersion } from "./versions.ts";

/** What a cluster says about its version of Falco. */
export interface VersionWish {
  /** Absent where the manifest names none: such a cluster runs what is the default at each moment. */
  readonly falcoVersion?: string;
  /** Whether it follows the highest supported version. */
  readonly autoUpdate: boolean;
}

/** Why a cluster gets another version: its own expired, is gone from every profile, or there is a newer one. */
export type UpdateReason = "expired" | "unknown" | "newer";

/** What maintenance has to do about a cluster's version. */
export type VersionUpdate =
  | { readonly kind: "update"; readonly from: string; readonly to: string; readonly reason: UpdateReason }
  /** The cluster cannot keep its version, and the catalogue has none in its place. What runs goes on running. */
  | {
      readonly kind: "stranded";
      /** Absent when the manifest names no version, and there is no default for it either. */
      readonly from?: string;
      readonly reason: "expired" | "unknown";
      readonly problem: Problem;
    };

/** What the next version is chosen from. */
export interface VersionChoice {
  readonly catalogue: Catalogue;
  readonly now: Date;
  /** Whether a version could be deployed into the cluster in question: nobody is moved to one that could not. */
  readonly canDeploy: CanDeploy;
}

/**
 * The version that maintenance moves a cluster to; undefined when it stays where it is.
 * A version that expired or that no profile has is left in any case: for the lowest higher one, failing that the highest lower one. Else a
 * cluster with `autoUpdate` goes to the highest supported version, and never down: a preview that somebody chose is not pulled back.
 * Nobody is moved to a preview (that is for people who ask for it), nor to a version that could not be deployed: one that
 * profiles disagree about, or that `canDeploy` refuses. Disagreement about the version in use forces nobody off it: it is for the operators
 * to settle, and may be about the very date. Nor does a version count as gone while some profile, or an entry of it, cannot be read.
 * A manifest that names no version follows the default already, so nothing is written into it.
 */
export function nextVersion(
  { falcoVersion: from, autoUpdate }: VersionWish,
  choice: VersionChoice,
): VersionUpdate | undefined {
  if (from === undefined) return withoutVersion(choice);
  const reason = reasonToLeave(from, choice);
  if (reason !== undefined) return forced(from, reason, choice);
  const { catalogue, now, canDeploy } = choice;
  const highest = autoUpdate ? highestSupported(catalogue.falco, now, canDeploy) : undefined;
  if (highest === undefined || !isVersion(from) || compareVersions(highest.version, from) <= 0) return undefined;
  return { kind: "update", from, to: highest.version, reason: "newer" };
}

/** Why a cluster cannot keep a version; undefined when it can. */
export function reasonToLeave(
  version: string,
  { catalogue, now }: Pick<VersionChoice, "catalogue" | "now">,
): "expired" | "unknown" | undefined {
  const present = catalogue.falco.find((each) => each.version === version);
  if (present === undefined) return catalogue.isIncomplete ? undefined : "unknown";
  return present.conflict === undefined && isExpired(present, now) ? "expired" : undefined;
}

/** One sentence for people, such as an event of the Shoot: `Falco 0.43.1 expired; 0.44.1 takes its place.` */
export function describeUpdate(update: VersionUpdate): string {
  if (update.kind === "stranded") return update.problem.message;
  const { from, to, reason } = update;
  if (reason === "newer") return `Falco is updated from ${from} to ${to}, the highest supported version.`;
  return `${reasonSentence(from, reason)}; ${to} takes its place.`;
}

function reasonSentence(from: string, reason: "expired" | "unknown"): string {
  return reason === "expired" ? `Falco ${from} has expired` : `No FalcoProfile has Falco ${from}`;
}

function forced(from: string, reason: "expired" | "unknown", choice: VersionChoice): VersionUpdate {
  const targets = targetsIn(choice);
  const to = isVersion(from) ? nearestVersion(from, targets) : (supported(targets).at(-1) ?? targets.at(-1));
  if (to !== undefined) return { kind: "update", from, to: to.version, reason };
  const code = reason === "expired" ? "VERSION_EXPIRED" : "VERSION_UNKNOWN";
  const message = `${reasonSentence(from, reason)}, and there is no other version that can be used. Ask the operators of the landscape for one.`;
  return { kind: "stranded", from, reason, problem: problem(code, "", message) };
}

/** The lowest higher version, failing that the highest lower one. What is no version has no neighbours: it gets the default. */
function nearestVersion(from: string, targets: readonly FalcoVersion[]): FalcoVersion | undefined {
  return (
    targets.find(({ version }) => compareVersions(version, from) > 0) ??
    targets.findLast(({ version }) => compareVersions(version, from) < 0)
  );
}

function withoutVersion({ catalogue, now, canDeploy }: VersionChoice): VersionUpdate | undefined {
  const chosen = defaultFalcoVersion(catalogue, now, canDeploy);
  const [none] = chosen.ok ? [] : chosen.problems;
  return none === undefined ? undefined : { kind: "stranded", reason: "unknown", problem: none };
}

/** The versions that a cluster can be moved to, from the lowest to the highest. */
function targetsIn({ catalogue, now, canDeploy }: VersionChoice): readonly FalcoVersion[] {
  return catalogue.falco.filter((each) => each.classification !== "preview" && isUsable(each, now) && canDeploy(each));
}

function supported(versions: readonly FalcoVersion[]): readonly FalcoVersion[] {
  return versions.filter(({ classification }) => classification === "supported");
}
