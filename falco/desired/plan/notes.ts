import type { Catalogue } from "../../catalog/catalogue.ts";

/** What people should know about the catalogue that a landscape gets, because it changes what a plan says; often nothing. */
export function catalogueNotes({ isIncomplete }: Catalogue): readonly string[] {
  return isIncomplete ? [incomplete] : [];
}

const incomplete =
  "A FalcoProfile, or an entry of one, cannot be read. Until that is mended, no version counts as gone in the whole landscape: maintenance moves nobody off a version that no profile has.";
