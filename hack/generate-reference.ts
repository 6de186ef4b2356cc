import { configurationKind, configurationSchema } from "../falco/api/configuration.ts";
import { falcoProfileKind, falcoProfileSchema } from "../falco/api/falco-profile.ts";
import { falcoServiceConfigKind, falcoServiceConfigSchema } from "../falco/api/falco-service-config.ts";
import { problemCodes } from "../falco/base/problem.ts";
import type { ObjectSchema, Schema } from "../falco/api/schema.ts";

interface Kind {
  readonly identity: { readonly apiVersion: string; readonly kind: string };
  readonly schema: ObjectSchema;
}

const kinds: readonly Kind[] = [
  { identity: falcoServiceConfigKind, schema: falcoServiceConfigSchema },
  { identity: falcoProfileKind, schema: falcoProfileSchema },
  { identity: configurationKind, schema: configurationSchema },
];

/** The reference of the three kinds as Markdown: every field with its type and meaning; and the codes of problems. */
export function generateReference(): string {
  const sections = kinds.map(({ identity, schema }) => {
    const rows = Object.entries(schema.properties)
      .filter(([name]) => !["apiVersion", "kind", "metadata"].includes(name))
      .flatMap(([name, field]) => rowsOf(name, field, schema.required?.includes(name) === true));
    const table = ["| field | type | meaning |", "|---|---|---|", ...rows].join("\n");
    return `## ${identity.kind}\n\n\`${identity.apiVersion}\`\n\n${schema.description ?? ""}\n\n${table}\n`;
  });
  return `<!-- Written by hack/generate.ts from falco/api; do not edit. -->\n\n# API reference\n\nA field without the word *required* may be left out.\n\n${sections.join("\n")}\n${codes()}`;
}

function codes(): string {
  const rows = Object.entries(problemCodes).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
  const heading =
    "## Codes of problems\n\nAdmission, controller and command line report problems with a path, a sentence and one of these.";
  return `${heading}\n\n| code | stands for |\n|---|---|\n${rows.join("\n")}\n`;
}

function rowsOf(path: string, schema: Schema, required: boolean): readonly string[] {
  const meaning = `${required ? "*required* " : ""}${schema.description ?? ""}`.trim();
  return [`| \`${path}\` | ${typeOf(schema)} | ${meaning.replaceAll("|", "\\|")} |`, ...below(path, schema)];
}

function below(path: string, schema: Schema): readonly string[] {
  if (!("type" in schema)) return [];
  if (schema.type === "array") return below(`${path}[]`, schema.items);
  if (schema.type !== "object" || !("properties" in schema)) return [];
  return Object.entries(schema.properties).flatMap(([name, field]) =>
    rowsOf(`${path}.${name}`, field, schema.required?.includes(name) === true),
  );
}

function typeOf(schema: Schema): string {
  if (!("type" in schema)) return "any";
  if (schema.type === "array") return `list of ${typeOf(schema.items)}`;
  if (schema.type === "object")
    return "properties" in schema ? "object" : `map to ${typeOf(schema.additionalProperties)}`;
  if (schema.type !== "string" || schema.enum === undefined) return schema.type;
  return schema.enum.map((value) => `\`${value}\``).join(", ");
}
