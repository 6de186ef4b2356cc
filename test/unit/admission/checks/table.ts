import { falcoServiceConfigKind } from "../../../../falco/api/falco-service-config.ts";
import type { Check } from "./check.ts";
import { destinations } from "./destinations.ts";
import { parts, pods } from "./pods.ts";
import { requests } from "./requests.ts";
import { rules } from "./rules.ts";
import { older, shapes } from "./shapes.ts";
import { versions } from "./versions.ts";

/** Every check, by what it is about. */
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

/** The configuration of an example as a user would have it. */
export function configOfCheck(fields: unknown): object {
  return { ...falcoServiceConfigKind, ...(typeof fields === "object" && fields) };
}

/** Codes in the code that admission runs through, and why it never says them. */
export const neverSaid: Readonly<Record<string, string>> = {
  RESOURCE_MISSING: "whether a Secret or a ConfigMap is there is found out by the controller",
  RULES_SOURCE_MISSING: "the rules that ship are read by the controller",
  YAML_INVALID: "requests are JSON; a rules file that is no YAML is RULES_INVALID",
};
