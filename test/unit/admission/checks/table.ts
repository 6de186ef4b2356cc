import { falcoServiceConfigKind } from "../../../../falco/api/falco-service-config.ts";
import type { Check } from "./check.ts";
import { destinations } from "./destinations.ts";
import { parts, pods } from "./pods.ts";
import type { ProfileCheck } from "./profile-check.ts";
import { profileEntries } from "./profile-entries.ts";
import { profileRequests, profileShapes } from "./profile-shapes.ts";
import { profileWarnings } from "./profile-warnings.ts";
import { requests } from "./requests.ts";
import { rules } from "./rules.ts";
import { older, shapes } from "./shapes.ts";
import { versions } from "./versions.ts";

/** Every check of Shoots and Seeds, by what it is about. */
export const checks: Readonly<Record<string, readonly Check[]>> = {
  "The shape of the configuration": shapes,
  Versions: versions,
  Rules: rules,
  Destinations: destinations,
  "Falco's pods": pods,
  "Parts of the API": parts,
  "The older shape": older,
  "The request itself": requests,
};

/** Every check of FalcoProfiles, by what it is about. */
export const profileChecks: Readonly<Record<string, readonly ProfileCheck[]>> = {
  "The shape of a FalcoProfile": profileShapes,
  "The entries of a FalcoProfile": profileEntries,
  "Warnings about an edit": profileWarnings,
  "A request about a FalcoProfile": profileRequests,
};

/** The configuration of an example as a user would have it. */
export function configOfCheck(fields: unknown): object {
  return { ...falcoServiceConfigKind, ...(typeof fields === "object" && fields) };
}

/** Codes in the code that the webhooks for Shoots and Seeds run through, and why they never say them. */
export const neverSaid: Readonly<Record<string, string>> = {
  RESOURCE_MISSING: "whether a Secret or a ConfigMap is there is found out by the controller",
  RULES_SOURCE_MISSING: "the rules that ship are read by the controller",
  YAML_INVALID: "requests are JSON; a rules file that is no YAML is RULES_INVALID",
};

/** The same for the webhook for FalcoProfiles. */
export const neverSaidOfProfiles: Readonly<Record<string, string>> = {
  RULES_NOT_IN_PROFILE: "rule sets are selected in Shoots and Seeds; an edit that takes them away is VERSION_IN_USE",
  VERSION_UNKNOWN: "versions are named in Shoots and Seeds; an edit that takes one away is VERSION_IN_USE",
};

/** Files that the webhook for FalcoProfiles runs through without telling their problems, and what it asks them. */
export const notToldOfProfiles: Readonly<Record<string, string>> = {
  "falco/desired/falco-use.ts": "what a cluster is called",
  "falco/desired/mutate.ts": "nothing: it is for Shoots and Seeds",
  "falco/desired/profile-impact.ts": "what becomes of clusters; what keeps a release from being made is only counted",
  "falco/desired/validate.ts": "nothing: it is for Shoots and Seeds",
};
