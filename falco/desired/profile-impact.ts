import type { Catalogue } from "../catalog/catalogue.ts";
import { nextVersion, type VersionUpdate } from "../catalog/next-version.ts";
import type { FalcoUse } from "./falco-use.ts";
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
  /** Whether there is nothing that these clusters could move to, though they cannot stay. */
  readonly stranded: boolean;
  /** Where maintenance moves shoots to, and how many of them. Seeds are never moved. */
  readonly move?: { readonly to: string; readonly count: number };
}

/** What an edit means for the clusters that use Falco: only what it makes worse, what is gravest first. */
export function profileImpact(edit: CatalogueEdit, uses: Iterable<FalcoUse>, now: Date): readonly VersionImpact[] {
  const changed = new Map<string | undefined, Change | undefined>();
  const groups = new Map<string, Group>();
  for (const use of uses) {
    const { falcoVersion, kind } = use;
    if (!changed.has(falcoVersion)) changed.set(falcoVersion, changeOf(falcoVersion, edit, now));
    const change = changed.get(falcoVersion);
    if (change === undefined) continue;
    const key = `${kind} ${falcoVersion ?? ""}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { change, version: falcoVersion, uses: [use] });
    else group.uses.push(use);
  }
  return [...groups.values()].map((group) => toImpact(group, edit.after)).sort(byGravity);
}

interface Change {
  readonly effect: VersionEffect;
  /** The moment at which the change counts. */
  readonly when: Date;
  readonly expires?: number;
}

interface Group {
  readonly version: string | undefined;
  readonly change: Change;
  readonly uses: FalcoUse[];
}

function changeOf(version: string | undefined, edit: CatalogueEdit, now: Date): Change | undefined {
  const effect = effectOn(version, edit, now);
  if (effect !== "taken-away" && effect !== "expired" && isStrandedBy(version, edit, now)) {
    return { effect: "stranded", when: now };
  }
  const expires = effect === "expiring" ? expiryOf(version, edit.after) : undefined;
  if (expires !== undefined) return { effect: "expiring", expires, when: new Date(expires + 1) };
  return effect && { effect, when: now };
}

function isStrandedBy(version: string | undefined, { before, after }: CatalogueEdit, now: Date): boolean {
  return isStranded(version, after, now) && !isStranded(version, before, now);
}

function expiryOf(version: string | undefined, { falco }: Catalogue): number | undefined {
  return falco.find((each) => each.version === version)?.expires;
}

function toImpact({ version, change: { effect, when, expires }, uses }: Group, after: Catalogue): VersionImpact {
  const move = moveOf(version, uses, { after, when });
  return {
    version,
    effect,
    uses: uses.sort((left, right) => (placeOf(left) < placeOf(right) ? -1 : 1)),
    ...(expires !== undefined && { expires }),
    stranded: isStranded(version, after, when),
    ...(move !== undefined && { move }),
  };
}

/** Clusters of one version either must all leave it, or those leave it that update automatically. */
function moveOf(
  version: string | undefined,
  uses: readonly FalcoUse[],
  { after, when }: { readonly after: Catalogue; readonly when: Date },
): VersionImpact["move"] {
  const willing = uses.filter(({ autoUpdate }) => autoUpdate).length;
  const forced = updateOf(version, false, { after, when });
  const update = forced ?? updateOf(version, true, { after, when });
  const count = forced === undefined ? willing : uses.length;
  const isShoot = uses[0]?.kind === "Shoot";
  return isShoot && update?.kind === "update" && count > 0 ? { to: update.to, count } : undefined;
}

function updateOf(
  version: string | undefined,
  autoUpdate: boolean,
  { after, when }: { readonly after: Catalogue; readonly when: Date },
): VersionUpdate | undefined {
  return nextVersion({ ...(version !== undefined && { falcoVersion: version }), autoUpdate }, after, when);
}

function isStranded(version: string | undefined, after: Catalogue, when: Date): boolean {
  return updateOf(version, false, { after, when })?.kind === "stranded";
}

/** `namespace/name` of a Shoot, the name of a Seed. */
export function placeOf({ namespace, name }: FalcoUse): string {
  return namespace === "" ? name : `${namespace}/${name}`;
}

function byGravity(left: VersionImpact, right: VersionImpact): number {
  const gravity = ({ stranded, effect }: VersionImpact): number =>
    versionEffects.indexOf(effect) - (stranded ? versionEffects.length : 0);
  return gravity(left) - gravity(right) || right.uses.length - left.uses.length;
}
