import type { Check } from "./check.ts";

const usable = "Use one of 0.40.0 (deprecated), 0.43.1 (supported), 0.44.1 (supported), 0.45.0-rc1 (preview).";

/** Which Falco. */
export const versions: readonly Check[] = [
  {
    what: "a version that no profile has",
    code: "VERSION_UNKNOWN",
    path: "falcoVersion",
    config: { falcoVersion: "9.9.9" },
    message: `No FalcoProfile has Falco 9.9.9. ${usable}`,
  },
  {
    what: "an expired version",
    code: "VERSION_EXPIRED",
    path: "falcoVersion",
    config: { falcoVersion: "0.42.1" },
    message: `Falco 0.42.1 expired at 2026-05-01T00:00:00Z. ${usable}`,
  },
  {
    what: "an expired version that stays while something else changes",
    code: "VERSION_EXPIRED",
    path: "falcoVersion",
    config: { falcoVersion: "0.42.1", heartbeatEvent: true },
    old: { falcoVersion: "0.42.1" },
    message: `Falco 0.42.1 expired at 2026-05-01T00:00:00Z. ${usable}`,
    warns: true,
  },
  {
    what: "a version that expires within 30 days",
    code: "VERSION_EXPIRED",
    path: "falcoVersion",
    config: { falcoVersion: "0.43.1" },
    message: "Falco 0.43.1 expires on 2026-06-11. Choose a later version before that.",
    warns: true,
  },
  {
    what: "no version, and none that is supported",
    code: "VERSION_NONE_SUPPORTED",
    path: "falcoVersion",
    config: {},
    where: "no FalcoProfile",
    message:
      "No FalcoProfile has a version of Falco that is supported and has not expired. Ask the operators of the landscape for one.",
  },
  {
    what: "a destination, and no falcosidekick that is supported",
    code: "VERSION_NONE_SUPPORTED",
    path: "destinations",
    config: { destinations: [{ name: "logging" }] },
    where: "no FalcoProfile",
    message:
      "No FalcoProfile has a version of falcosidekick that is supported and has not expired. Ask the operators of the landscape for one.",
  },
  {
    what: "a version without an image",
    code: "IMAGE_MISSING",
    path: "falcoVersion",
    config: { falcoVersion: "0.44.1" },
    where: "a FalcoProfile without images",
    message:
      "No FalcoProfile has an image for Falco 0.44.1. Ask the operators of the landscape to add it to spec.images.",
  },
  {
    what: "a version that two profiles describe differently",
    code: "PROFILE_CONFLICT",
    path: "falcoprofiles[two].spec.versions.falco[0]",
    config: { falcoVersion: "0.44.1" },
    where: "two FalcoProfiles that differ",
    message: '"0.44.1" is described differently in the FalcoProfile one. Make both say the same, or remove one.',
  },
  {
    what: "a version that this extension is too new for",
    code: "NOT_AVAILABLE",
    path: "falcoVersion",
    config: { falcoVersion: "0.40.0" },
    where: "a FalcoProfile with Falco 0.40.0",
    message: "Falco 0.40.0 is too old for this version of the extension, which deploys 0.42 and higher.",
  },
];
