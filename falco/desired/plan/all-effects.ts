import type { Problem, Result } from "../../base/problem.ts";
import { expiresSoon } from "../../catalog/choose.ts";
import { timeText } from "../../catalog/versions.ts";
import type { Effect, When } from "./effect.ts";
import { type Moves, movesOf, expiriesAfter } from "./moves.ts";
import type { PlannedCluster } from "./planned-cluster.ts";
import { falcosidekickRelease, type PlanContext, releaseOf } from "./planned-release.ts";

/** All that will happen to a cluster as time goes by, if the catalogue stays as it is. */
export function allEffects(cluster: PlannedCluster, context: PlanContext): readonly Effect[] {
  const moves = movesOf(cluster, context.catalogue, context.now);
  return [
    ...(cluster.readable ? undeployable(cluster, moves, context) : []),
    ...moves.steps.map(({ effect }) => effect),
    ...strandings(moves),
    ...(cluster.readable ? [...defaultChanges(cluster, context), ...falcosidekickChanges(cluster, context)] : []),
    ...expiryNotices(cluster, moves, context),
  ];
}

/** When the controller acts on a change of the profiles. */
export function followedAt({ hibernated }: PlannedCluster): When {
  return { kind: hibernated ? "wakeUp" : "atOnce" };
}

/** A version that a manifest names for a while. */
interface Stay {
  readonly version: string | undefined;
  readonly at: Date;
  readonly when: When;
}

/** The versions on the way that the controller cannot deploy. The last one is where the cluster stays. */
function undeployable(cluster: PlannedCluster, { steps, stranded }: Moves, context: PlanContext): readonly Effect[] {
  const stays: readonly Stay[] = [
    { version: cluster.falcoVersion, at: context.now, when: followedAt(cluster) },
    ...steps.map(({ effect, at }) => ({ version: effect.to, at, when: effect.when })),
  ];
  return stays.flatMap(({ version, at, when }, index): readonly Effect[] => {
    const problem = firstProblem(releaseOf(cluster, version, { ...context, now: at }));
    if (problem === undefined) return [];
    if (index < stays.length - 1) return [failing("blocked", { problem, version, when })];
    return stranded === undefined ? [failing("stranded", { problem, version, when })] : [];
  });
}

function strandings({ stranded }: Moves): readonly Effect[] {
  return stranded === undefined ? [] : [{ kind: "stranded", ...stranded }];
}

interface Failing {
  readonly problem: Problem;
  readonly version: string | undefined;
  readonly when: When;
}

function failing(kind: "blocked" | "stranded", { problem, version, when }: Failing): Effect {
  return { kind, ...(version !== undefined && { version }), problem, when };
}

/** Where the manifest names no version, an expiration date may bring another default, or none. */
function defaultChanges(cluster: PlannedCluster, context: PlanContext): readonly Effect[] {
  if (cluster.falcoVersion !== undefined) return [];
  return changesAtExpiry(context.catalogue.falco, context, (then) => {
    const release = releaseOf({ ...cluster, falcosidekick: false }, undefined, then);
    return release.ok ? { ok: true, value: release.value.version, warnings: [] } : release;
  }).map(({ from, to, when }) =>
    to.ok
      ? { kind: "default", from, to: to.value, when }
      : failing("stranded", { problem: to.problem, version: undefined, when }),
  );
}

/** All clusters with falcosidekick go to another one when theirs expires. */
function falcosidekickChanges(cluster: PlannedCluster, context: PlanContext): readonly Effect[] {
  if (!cluster.falcosidekick) return [];
  return changesAtExpiry(context.catalogue.falcosidekick, context, (then) => {
    const release = falcosidekickRelease(then);
    return release.ok ? { ok: true, value: release.value.version, warnings: [] } : release;
  }).map(({ from, to, when }) =>
    to.ok
      ? { kind: "falcosidekick", from, to: to.value, when }
      : failing("stranded", { problem: to.problem, version: cluster.falcoVersion, when }),
  );
}

interface Change {
  readonly from: string;
  readonly to: { readonly ok: true; readonly value: string } | { readonly ok: false; readonly problem: Problem };
  readonly when: When;
}

/** The expiration dates to come at which `choose` begins to choose something else. */
function changesAtExpiry(
  versions: PlanContext["catalogue"]["falcosidekick"],
  context: PlanContext,
  choose: (then: PlanContext) => Result<string>,
): readonly Change[] {
  return expiriesAfter(versions, context.now).flatMap((expires): readonly Change[] => {
    const before = choose({ ...context, now: new Date(expires) });
    const after = choose({ ...context, now: new Date(expires + 1) });
    if (!before.ok || (after.ok && after.value === before.value)) return [];
    const problem = firstProblem(after);
    const when: When = { kind: "expiry", at: timeText(expires) };
    if (after.ok) return [{ from: before.value, to: { ok: true, value: after.value }, when }];
    return problem === undefined ? [] : [{ from: before.value, to: { ok: false, problem }, when }];
  });
}

function firstProblem(result: Result<unknown>): Problem | undefined {
  return result.ok ? undefined : result.problems[0];
}

/** What owners and operators get to know about an expiration date. A shoot that is moved on before has nothing to know. */
function expiryNotices(
  cluster: PlannedCluster,
  { steps: [first] }: Moves,
  { catalogue, now }: PlanContext,
): readonly Effect[] {
  const version = catalogue.falco.find((each) => each.version === cluster.falcoVersion);
  if (version?.expires === undefined || version.conflict !== undefined) return [];
  const expires = timeText(version.expires);
  const notice = { version: version.version, expires };
  const isSeed = cluster.kind === "Seed";
  const isLeftBefore = first !== undefined && first.at.getTime() <= version.expires;
  const isSoon = expiresSoon(version, now) && !isLeftBefore;
  return [
    ...(isSeed ? [{ kind: "expires", ...notice, when: { kind: "expiry", at: expires } } as const] : []),
    ...(isSoon ? [{ kind: "warned", ...notice, when: { kind: "nextChange" } } as const] : []),
  ];
}
