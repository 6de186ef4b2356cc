import type { Catalogue, FalcoVersion } from "../catalog/catalogue.ts";
import { isExpired } from "../catalog/choose.ts";
import type { FalcoUse } from "./falco-use.ts";
import { hasStandardRules } from "./release.ts";

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
  /** or rules that clusters select are gone. */
  "without-rules",
  /** It expires at a date to come, and sooner than before. */
  "expiring",
  "deprecated",
] as const;

export type VersionEffect = (typeof versionEffects)[number];

/** What a cluster runs. */
type Run = Pick<FalcoUse, "falcoVersion" | "standardRules">;

/** What an edit does to the version of a cluster; undefined when nothing of it is for the worse. */
export function effectOn(use: Run, edit: CatalogueEdit, now: Date): VersionEffect | undefined {
  const before = find(edit.before, use);
  const after = find(edit.after, use);
  if (before === undefined) return undefined;
  if (after === undefined) return "taken-away";
  return effects.find(({ applies }) => applies({ use, before, after, edit, now }))?.effect;
}

function find({ falco }: Catalogue, { falcoVersion }: Run): FalcoVersion | undefined {
  return falco.find(({ version }) => version === falcoVersion);
}

interface Comparison {
  readonly use: Run;
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
    applies: ({ use, before, after, edit }) =>
      hasStandardRules(use, edit.before, before) && !hasStandardRules(use, edit.after, after),
  },
  // However far ahead: who takes a version has weeks to leave it, and should know that from the beginning.
  { effect: "expiring", applies: ({ before, after, now }) => !isExpired(after, now) && expiresSooner(after, before) },
  {
    effect: "deprecated",
    applies: ({ before, after }) => before.classification !== "deprecated" && after.classification === "deprecated",
  },
];

function expiresSooner(after: FalcoVersion, before: FalcoVersion): boolean {
  return (after.expires ?? Infinity) < (before.expires ?? Infinity);
}
