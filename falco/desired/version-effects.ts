import { type Catalogue, type FalcoVersion, managedRuleSet } from "../catalog/catalogue.ts";
import { findRuleSet, isExpired } from "../catalog/choose.ts";

/** The catalogue of a garden before and after somebody edits a FalcoProfile. */
export interface CatalogueEdit {
  readonly before: Catalogue;
  readonly after: Catalogue;
}

/** What an edit does to a version; an edit that does several things to it is told by the first of these. */
export const versionEffects = [
  /** No profile has it any more. */
  "taken-away",
  /** It was unexpired, and now is expired. */
  "expired",
  /** Nothing has happened to it, but where maintenance would have moved its clusters to has gone. */
  "stranded",
  /** It cannot be deployed: no profile has an image for it any more, */
  "without-image",
  /** or profiles disagree about it now, */
  "ambiguous",
  /** or the rules that clusters load by default are gone. */
  "without-rules",
  /** It expires within 30 days, and sooner than before. */
  "expiring",
  "deprecated",
] as const;

export type VersionEffect = (typeof versionEffects)[number];

/** How long before a version expires this is worth a warning. */
const soonMilliseconds = 30 * 24 * 3600 * 1000;

/** What an edit does to a version; undefined when nothing of it is for the worse. */
export function effectOn(version: string | undefined, edit: CatalogueEdit, now: Date): VersionEffect | undefined {
  const before = find(edit.before, version);
  const after = find(edit.after, version);
  if (before === undefined) return undefined;
  if (after === undefined) return "taken-away";
  return effects.find(({ applies }) => applies({ before, after, edit, now }))?.effect;
}

function find({ falco }: Catalogue, version: string | undefined): FalcoVersion | undefined {
  return falco.find((each) => each.version === version);
}

interface Comparison {
  readonly before: FalcoVersion;
  readonly after: FalcoVersion;
  readonly edit: CatalogueEdit;
  readonly now: Date;
}

/** What can happen to a version that stays in some profile; the first that applies counts. */
const effects: readonly { readonly effect: VersionEffect; readonly applies: (compared: Comparison) => boolean }[] = [
  { effect: "expired", applies: ({ before, after, now }) => isExpired(after, now) && !isExpired(before, now) },
  { effect: "without-image", applies: ({ before, after }) => before.image !== undefined && after.image === undefined },
  {
    effect: "ambiguous",
    applies: ({ before, after }) => before.conflict === undefined && after.conflict !== undefined,
  },
  {
    effect: "without-rules",
    applies: ({ before, after, edit }) => hasRules(edit.before, before) && !hasRules(edit.after, after),
  },
  { effect: "expiring", applies: ({ before, after, now }) => expiresSoon(after, now) && expiresSooner(after, before) },
  {
    effect: "deprecated",
    applies: ({ before, after }) => before.classification !== "deprecated" && after.classification === "deprecated",
  },
];

function hasRules(catalogue: Catalogue, version: FalcoVersion): boolean {
  return findRuleSet(catalogue, version, managedRuleSet.name).ok;
}

function expiresSoon({ expires }: FalcoVersion, now: Date): boolean {
  return expires !== undefined && expires >= now.getTime() && expires - now.getTime() <= soonMilliseconds;
}

function expiresSooner(after: FalcoVersion, before: FalcoVersion): boolean {
  return (after.expires ?? Infinity) < (before.expires ?? Infinity);
}
