import type { ProfileContext } from "../../../../admission/decide-profile.ts";
import type { FalcoProfile } from "../../../../falco/api/falco-profile.ts";
import { falco, image, profileOf } from "../../catalog/profile-of.ts";
import { seedUse, useOf, usesOf } from "../../desired/falco-uses.ts";

/** The surroundings in which an edit of a FalcoProfile is told of, as the document calls them. */
export type ProfileSituation = keyof typeof profileSituations;

const byHand = { autoUpdate: false };
const other = (tag?: string): FalcoProfile =>
  profileOf("other", {
    falco: [falco("0.43.1")],
    images: { falco: tag === undefined ? [] : [image("0.43.1", tag)] },
  });

export const profileSituations = {
  "two shoots use Falco 0.43.1": { uses: usesOf(2, "0.43.1") },
  "a shoot with `autoUpdate: false` uses Falco 0.43.1": { uses: [useOf("one", "0.43.1", byHand)] },
  "a shoot uses Falco 0.44.1": { uses: [useOf("one", "0.44.1")] },
  "a shoot uses Falco 0.41.0, which no FalcoProfile has": { uses: [useOf("one", "0.41.0")] },
  "a shoot names no version": { uses: [useOf("one")] },
  "a Seed uses Falco 0.43.1": { uses: [seedUse("0.43.1")] },
  "it is not known yet which clusters use Falco": { uses: undefined },
  "the FalcoProfile other has Falco 0.43.1, too": { profiles: [other("0.43.1")] },
  "the FalcoProfile other has Falco 0.43.1, too, and a shoot uses it": {
    profiles: [other("0.43.1")],
    uses: [useOf("one", "0.43.1", byHand)],
  },
  "the FalcoProfile other has Falco 0.43.1, but no image of it, and a shoot uses it": {
    profiles: [other()],
    uses: [useOf("one", "0.43.1", byHand)],
  },
} as const satisfies Readonly<Record<string, Partial<ProfileContext>>>;
