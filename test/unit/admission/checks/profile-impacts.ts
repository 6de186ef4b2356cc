import type { ProfileCheck } from "./profile-check.ts";

const expired = "2026-05-01T00:00:00Z";
const toExpire = { "spec.versions.falco[0].expirationDate": "2027-01-31T00:00:00Z" };

/** What an edit means for clusters. */
export const impacts: readonly ProfileCheck[] = [
  {
    what: "a version in use that is taken away",
    code: "VERSION_IN_USE",
    path: "spec.versions.falco",
    fields: { "spec.versions.falco[0]": null },
    where: "two shoots use Falco 0.43.1",
    message:
      "2 shoots (garden-dev/a1, garden-dev/a2) use Falco 0.43.1, which this edit takes away; maintenance moves them to 0.44.1 in their next window.",
  },
  {
    what: "a version in use that becomes deprecated",
    code: "VERSION_IN_USE",
    path: "spec.versions.falco",
    fields: { "spec.versions.falco[0].classification": "deprecated" },
    where: "two shoots use Falco 0.43.1",
    message:
      "2 shoots (garden-dev/a1, garden-dev/a2) use Falco 0.43.1, which this edit makes deprecated; maintenance moves them to 0.44.1 in their next window.",
  },
  {
    what: "a version in use that loses its rules",
    code: "VERSION_IN_USE",
    path: "spec.versions.falco",
    fields: { "spec.versions.falco[0].rulesVersion": "2.0.0" },
    where: "a shoot with `autoUpdate: false` uses Falco 0.43.1",
    message:
      "1 shoot (garden-dev/one) uses Falco 0.43.1, which this edit leaves without the rules that it needs. Until that is mended, Falco runs on there, and changes are not applied.",
  },
  {
    what: "a version in use that loses its image",
    code: "VERSION_IN_USE",
    path: "spec.versions.falco",
    fields: { "spec.versions.falco[0]": null, "spec.images.falco[0]": null },
    where: "the FalcoProfile other has Falco 0.43.1, but no image of it, and a shoot uses it",
    message:
      "1 shoot (garden-dev/one) uses Falco 0.43.1, which this edit leaves without an image. Until that is mended, Falco runs on there, and changes are not applied.",
  },
  {
    what: "a version in use that another profile describes differently from now on",
    code: "VERSION_IN_USE",
    path: "spec.versions.falco",
    fields: { "spec.versions.falco[0].classification": "preview" },
    where: "the FalcoProfile other has Falco 0.43.1, too, and a shoot uses it",
    message:
      "1 shoot (garden-dev/one) uses Falco 0.43.1, which this edit and another profile describe differently. Until that is mended, Falco runs on there, and changes are not applied.",
  },
  {
    what: "a version in use that is taken away, where only a lower one is left",
    code: "VERSION_IN_USE",
    path: "spec.versions.falco",
    fields: { "spec.versions.falco[1]": null },
    where: "a shoot uses Falco 0.44.1",
    message:
      "1 shoot (garden-dev/one) uses Falco 0.44.1, which this edit takes away; maintenance moves it to 0.43.1, a lower version, in its next window.",
  },
  {
    what: "any of these before all clusters are known",
    code: "VERSION_IN_USE",
    path: "spec.versions.falco",
    fields: { "spec.versions.falco[0]": null },
    where: "it is not known yet which clusters use Falco",
    message:
      "This edit changes Falco 0.43.1 for the worse. How many shoots use it is not known yet; ask again in a minute.",
  },
  {
    what: "a version in use that expires at once",
    code: "VERSION_EXPIRED",
    path: "spec.versions.falco",
    fields: { "spec.versions.falco[0].expirationDate": expired },
    where: "a Seed uses Falco 0.43.1",
    message:
      "1 Seed (seed/local) uses Falco 0.43.1, which this edit lets expire at once; maintenance does not change Seeds.",
  },
  {
    what: "a version in use that expires later, and sooner than before",
    code: "VERSION_EXPIRED",
    path: "spec.versions.falco",
    fields: toExpire,
    where: "a shoot with `autoUpdate: false` uses Falco 0.43.1",
    message:
      "1 shoot (garden-dev/one) uses Falco 0.43.1, which this edit lets expire on 2027-01-31; maintenance forces it to 0.44.1 after that.",
  },
];

/** What an edit leaves clusters without. */
export const losses: readonly ProfileCheck[] = [
  {
    what: "a version that is taken away from a Seed, which maintenance does not move",
    code: "VERSION_NONE_SUPPORTED",
    path: "spec.versions.falco",
    fields: { "spec.versions.falco[0]": null },
    where: "a Seed uses Falco 0.43.1",
    message:
      "1 Seed (seed/local) uses Falco 0.43.1, which this edit takes away, and nothing moves it on: Falco runs on there, and changes are not applied.",
  },
  {
    what: "the last version that a shoot could be moved to",
    code: "VERSION_NONE_SUPPORTED",
    path: "spec.versions.falco",
    deleted: true,
    where: "a shoot uses Falco 0.41.0, which no FalcoProfile has",
    message:
      "1 shoot (garden-dev/one) uses Falco 0.41.0, which cannot stay, and nothing moves it on: Falco runs on there, and changes are not applied.",
  },
  {
    what: "the last version that a shoot could be moved to when its own expires",
    code: "VERSION_NONE_SUPPORTED",
    path: "spec.versions.falco",
    fields: { ...toExpire, "spec.versions.falco[1]": null },
    before: toExpire,
    where: "two shoots use Falco 0.43.1",
    message:
      "2 shoots (garden-dev/a1, garden-dev/a2) use Falco 0.43.1, which expires on 2027-01-31, and nothing moves them on: Falco runs on there, and changes are not applied.",
  },
  {
    what: "the last default of shoots that name no version",
    code: "VERSION_NONE_SUPPORTED",
    path: "spec.versions.falco",
    deleted: true,
    where: "a shoot names no version",
    message: "1 shoot (garden-dev/one) names no version, and this edit leaves no default that can be deployed.",
  },
  {
    what: "the same where it stays for a while",
    code: "VERSION_NONE_SUPPORTED",
    path: "spec.versions.falco",
    fields: { ...toExpire, "spec.versions.falco[1]": null },
    before: toExpire,
    where: "a shoot names no version",
    message:
      "1 shoot (garden-dev/one) names no version, and this edit leaves no default that can be deployed after 2027-01-31.",
  },
  {
    what: "the last supported version of Falco",
    code: "VERSION_NONE_SUPPORTED",
    path: "spec.versions.falco",
    deleted: true,
    message: "After this edit no profile has a supported version of Falco: whoever names no version gets none.",
  },
  {
    what: "the last supported version of falcosidekick",
    code: "VERSION_NONE_SUPPORTED",
    path: "spec.versions.falcosidekick",
    fields: { "spec.versions.falcosidekick": [] },
    message:
      "After this edit no profile has a supported version of falcosidekick, which all destinations but stdout need.",
  },
];
