import { type Catalogue, managedRuleSet } from "../catalog/catalogue.ts";
import { clusterName, type FalcoUse } from "./falco-use.ts";
import type { ClusterPlan, Effect } from "./plan/effect.ts";
import { plan } from "./plan/plan.ts";
import { type CatalogueEdit, effectOn, type VersionEffect, versionEffects } from "./version-effects.ts";

/** What an edit means for the clusters that run one version. */
export interface VersionImpact {
  /** Undefined for clusters that name no version and run the default. */
  readonly version: string | undefined;
  readonly effect: VersionEffect;
  /** Of one kind, in the order of their names; at least one. */
  readonly uses: readonly FalcoUse[];
  /** Set when the effect is to come. */
  readonly expires?: number;
  /** Whether the edit leaves these clusters without a version that can be used, now or at that date. */
  readonly stranded: boolean;
  /** Where maintenance moves shoots to first, and how many of them; the most first. Seeds are never moved. */
  readonly moves: readonly Move[];
}

/** Clusters that maintenance moves to the same version. */
export interface Move {
  readonly to: string;
  readonly count: number;
  /** Whether the expiration date to come forces them; else maintenance moves them in their next window. */
  readonly atExpiry: boolean;
}

/**
 * What an edit means for the clusters that use Falco: only what it makes worse, what is gravest first. What becomes of them is the
 * plan's decision; falcosidekick is not looked at.
 */
export function profileImpact(edit: CatalogueEdit, uses: Iterable<FalcoUse>, now: Date): readonly VersionImpact[] {
  const fates = new Map<string, Fate>();
  const groups = new Map<string, Group>();
  for (const use of uses) {
    const terms = termsOf(use);
    const fate = fates.get(terms) ?? fateOf(use, edit, now);
    fates.set(terms, fate);
    const key = [use.kind, use.falcoVersion, fate.effect, fate.stranded, fate.expires].join(" ");
    const group = groups.get(key) ?? { version: use.falcoVersion, fate, members: [] };
    group.members.push({ use, move: fate.move });
    groups.set(key, group);
  }
  return [...groups.values()].flatMap(toImpact).sort(byGravity);
}

/** All that the fate of a cluster depends on, so that it is decided once for all clusters that have it in common. */
function termsOf({ kind, falcoVersion, autoUpdate, standardRules }: FalcoUse): string {
  return JSON.stringify([kind, falcoVersion, autoUpdate, standardRules]);
}

/** What an edit means for one cluster. */
interface Fate {
  /** Absent when the edit makes nothing worse. */
  readonly effect?: VersionEffect;
  readonly stranded: boolean;
  readonly expires?: number;
  /** Where maintenance moves it first. */
  readonly move?: FirstMove;
}

type FirstMove = Pick<Move, "to" | "atExpiry">;

interface Group {
  readonly version: string | undefined;
  readonly fate: Fate;
  readonly members: { readonly use: FalcoUse; readonly move: FirstMove | undefined }[];
}

function fateOf(use: FalcoUse, edit: CatalogueEdit, now: Date): Fate {
  const { effects, anyway } = planOf(use, edit, now);
  const stranding = effects.find(({ kind }) => kind === "stranded");
  const own = effectOn(use, edit, now);
  // That a version is deprecated strands nobody.
  const effect = stranding !== undefined && (own ?? "deprecated") === "deprecated" ? "stranded" : own;
  const expires = effect === "expiring" ? expiryOf(use, edit.after) : effect === "stranded" && dateOf(stranding);
  const move = [...effects, ...anyway].find(isMove);
  return {
    stranded: stranding !== undefined,
    ...(effect !== undefined && { effect }),
    ...(typeof expires === "number" && { expires }),
    ...(move !== undefined && { move: { to: move.to, atExpiry: isAtExpiry(move) } }),
  };
}

/** The plan for a cluster of which nothing matters but its use of Falco. */
function planOf(use: FalcoUse, { before, after }: CatalogueEdit, now: Date): Pick<ClusterPlan, "effects" | "anyway"> {
  const { kind, namespace, name, falcoVersion, autoUpdate, standardRules } = use;
  const cluster = {
    ...{ kind, namespace, name, autoUpdate, maintainNow: false, configPath: "" },
    ...(falcoVersion !== undefined && { falcoVersion }),
    ...(standardRules !== undefined && { standardRules }),
    ...{ readable: true, falcosidekick: false, hibernated: false },
  };
  const [made] = plan([cluster], { before, after, now, ruleFiles: filesIn([before, after]) });
  return made ?? { effects: [], anyway: [] };
}

/** Which files ship is for the controller to know: here all that are named are taken to be there. */
function filesIn(catalogues: readonly Catalogue[]): ReadonlySet<string> {
  const sources = catalogues.flatMap(({ ruleSets }) => ruleSets.map(({ source }) => source));
  return new Set([managedRuleSet.file, ...sources.flatMap((each) => (each.kind === "file" ? [each.file] : []))]);
}

function isMove(each: Effect): each is Effect & { readonly kind: "autoUpdate" | "forced" } {
  return each.kind === "autoUpdate" || each.kind === "forced";
}

function isAtExpiry({ when }: Effect): boolean {
  return when.kind === "window" && when.after !== undefined;
}

function expiryOf({ falcoVersion }: FalcoUse, { falco }: Catalogue): number | undefined {
  return falco.find(({ version }) => version === falcoVersion)?.expires;
}

/** The expiration date at which something happens, if that is when. */
function dateOf(effect: Effect | undefined): number | undefined {
  return effect?.when.kind === "expiry" ? Date.parse(effect.when.at) : undefined;
}

function toImpact({ version, fate: { effect, stranded, expires }, members }: Group): readonly VersionImpact[] {
  if (effect === undefined) return [];
  const uses = members.map(({ use }) => use).sort((left, right) => (clusterName(left) < clusterName(right) ? -1 : 1));
  const moves = movesOf(members);
  return [{ version, effect, uses, ...(expires !== undefined && { expires }), stranded, moves }];
}

function movesOf(members: Group["members"]): readonly Move[] {
  const moves = new Map<string, Move>();
  for (const { move } of members) {
    if (move === undefined) continue;
    const key = `${move.to} ${String(move.atExpiry)}`;
    moves.set(key, { ...move, count: (moves.get(key)?.count ?? 0) + 1 });
  }
  return [...moves.values()].sort((left, right) => right.count - left.count);
}

function byGravity(left: VersionImpact, right: VersionImpact): number {
  const gravity = ({ stranded, effect }: VersionImpact): number =>
    versionEffects.indexOf(effect) - (stranded ? versionEffects.length : 0);
  return gravity(left) - gravity(right) || right.uses.length - left.uses.length;
}
