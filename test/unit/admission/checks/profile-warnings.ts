import { falco } from "../../catalog/profile-of.ts";
import type { ProfileCheck } from "./profile-check.ts";
import { impacts, losses } from "./profile-impacts.ts";

/** What is odd in a FalcoProfile, and no reason to refuse it. */
const oddities: readonly ProfileCheck[] = [
  {
    what: "a mistake that was there before the edit",
    code: "FIELD_VALUE",
    path: "spec.images.falco[1].tag",
    fields: { "spec.images.falco[1].tag": "-0.44.1", "spec.versions.falco[0].classification": "deprecated" },
    before: { "spec.images.falco[1].tag": "-0.44.1" },
    message: '"-0.44.1" is neither a tag such as 0.44.1 nor a digest (sha256: and 64 hexadecimal digits).',
  },
  {
    what: "a version, a rule set or a plugin that stands twice and says the same",
    code: "FIELD_DUPLICATE",
    path: "spec.versions.falco[2]",
    fields: { "spec.versions.falco[2]": falco("0.44.1") },
    message: '"0.44.1" stands here twice. Remove one.',
  },
  {
    what: "an entry that another profile describes differently",
    code: "PROFILE_CONFLICT",
    path: "falcoprofiles[other].spec.versions.falco[0]",
    fields: { "spec.versions.falco[0].classification": "preview" },
    where: "the FalcoProfile other has Falco 0.43.1, too",
    message: '"0.43.1" is described differently in the FalcoProfile falco. Make both say the same, or remove one.',
  },
  {
    what: "a version of Falco whose rules no profile has",
    code: "PROFILE_INCOMPLETE",
    path: "spec.versions.falco[1].rulesVersion",
    fields: { "spec.versions.falco[1].rulesVersion": "2.0.0" },
    message: "Falco 0.44.1 has no rules: no profile has falco-rules 2.0.0. Add it to spec.rules.",
  },
  {
    what: "versions of falcosidekick of which none is supported and unexpired",
    code: "PROFILE_INCOMPLETE",
    path: "spec.versions.falcosidekick",
    fields: { "spec.versions.falcosidekick[0].classification": "preview" },
    before: { "spec.versions.falcosidekick": [] },
    message:
      "No version of falcosidekick is supported and unexpired, and most destinations need one. Classify one as supported.",
  },
];

/** What is told of an edit that goes through. */
export const profileWarnings: readonly ProfileCheck[] = [...oddities, ...impacts, ...losses].map((each) => ({
  ...each,
  warns: true,
}));
