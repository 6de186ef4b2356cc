import { isObject } from "../base/json.ts";

/** What settings of the landscape's destinations may refer to, as `<<.Name>>`. */
export const templateVariables: readonly string[] = [
  "SeedIngressDomain",
  "ServiceAccountToken",
  "ClusterIdentityToken",
];

const pattern = /<<\s*\.?\s*([^>\s]*)\s*>>/g;

/** The names of all variables in the strings of a value, each once. */
export function variablesIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [...new Set([...value.matchAll(pattern)].map(([, name]) => name ?? ""))];
  if (Array.isArray(value)) return [...new Set(value.flatMap(variablesIn))];
  return isObject(value) ? [...new Set(Object.values(value).flatMap(variablesIn))] : [];
}

/** The text with its variables replaced; one without a value stays as it is. */
export function expandVariables(text: string, values: Readonly<Record<string, string | undefined>>): string {
  return text.replaceAll(pattern, (whole, name: string) => values[name] ?? whole);
}
