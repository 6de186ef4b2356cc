/**
 * Writes protobuf-fields.generated.ts from the struct tags in Kubernetes' Go types:
 *   node test/support/apiserver/generate-protobuf-fields.ts DIRECTORY-OF-k8s.io-modules MODULE-VERSION
 * The tags tell what the .proto files do not: which zero values Go leaves out of JSON.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

/** Number, JSON name ("" for an inlined struct), Go type, whether a zero value is left out. */
type Field = readonly [number, string, string, 0 | 1];

const PACKAGES: Readonly<Record<string, string>> = {
  meta: "apimachinery@VERSION/pkg/apis/meta/v1/types.go",
  core: "api@VERSION/core/v1/types.go",
  apps: "api@VERSION/apps/v1/types.go",
  rbac: "api@VERSION/rbac/v1/types.go",
  networking: "api@VERSION/networking/v1/types.go",
  policy: "api@VERSION/policy/v1/types.go",
  coordination: "api@VERSION/coordination/v1/types.go",
  scheduling: "api@VERSION/scheduling/v1/types.go",
  admissionregistration: "api@VERSION/admissionregistration/v1/types.go",
};
const ALIASES: Readonly<Record<string, string>> = { metav1: "meta", v1: "core", corev1: "core", apiv1: "core" };
const SCALARS = new Set(["string", "bool", "int32", "int64", "float64", "byte"]);
const FIELD = /^\s+(?:\w+\s+)?([\w.*[\]]+)\s+`json:"([^",]*)(,[^"]*)?".*\sprotobuf:"\w+,(\d+),/;
const STRUCT = /^type (\w+) struct \{/;
const ALIAS = /^type (\w+) ([\w.*[\]]+)\s*$/;

/** A Go type with every name qualified by its package. */
function qualify(type: string, here: string): string {
  return type.replaceAll(/([A-Za-z]\w*\.)?([A-Za-z]\w*)/g, (text, prefix: string | undefined, name: string) => {
    if (prefix === undefined) return SCALARS.has(text) || text === "map" ? text : `${here}.${name}`;
    const alias = prefix.slice(0, -1);
    return alias === "types" ? "string" : `${ALIASES[alias] ?? alias}.${name}`;
  });
}

function fieldOf(line: string, here: string): readonly Field[] {
  const field = FIELD.exec(line);
  if (!field) return [];
  const [, type = "", name = "", options = "", number = ""] = field;
  return [[Number(number), name, qualify(type, here), options.includes("omit") ? 1 : 0]];
}

function parse(text: string, here: string, structs: Map<string, Field[]>, aliases: Map<string, string>): void {
  let current: Field[] = [];
  for (const line of text.split("\n")) {
    const [, struct] = STRUCT.exec(line) ?? [];
    const [, alias, type = ""] = ALIAS.exec(line) ?? [];
    if (struct !== undefined) structs.set(`${here}.${struct}`, (current = []));
    if (alias !== undefined) aliases.set(`${here}.${alias}`, qualify(type, here));
    current.push(...fieldOf(line, here));
  }
}

/** The type with aliases of scalars, maps and slices replaced by what they stand for. */
function resolve(type: string, aliases: ReadonlyMap<string, string>): string {
  const resolved = type.replaceAll(/[a-z]\w*\.\w+/g, (name) => aliases.get(name) ?? name);
  return resolved === type ? type : resolve(resolved, aliases);
}

function main(directory: string, version: string): void {
  const structs = new Map<string, Field[]>();
  const aliases = new Map<string, string>();
  for (const [name, path] of Object.entries(PACKAGES)) {
    parse(readFileSync(join(directory, path.replace("VERSION", version)), "utf8"), name, structs, aliases);
  }
  const table = [...structs].flatMap(([name, fields]) => {
    const resolved = fields.map(([number, json, type, omit]) => [number, json, resolve(type, aliases), omit]);
    return resolved.length === 0 ? [] : [[name, resolved] as const];
  });
  const text = JSON.stringify(Object.fromEntries(table.sort(([a], [b]) => (a < b ? -1 : 1))));
  const lines = [
    "// Written by generate-protobuf-fields.ts from Kubernetes' Go types (Apache-2.0); do not edit.",
    "/** Struct name → [number, JSON name, Go type, left out when zero], as JSON text. */",
    `export const protobufFieldsJson = ${JSON.stringify(text)};`,
  ];
  writeFileSync(join(import.meta.dirname, "protobuf-fields.generated.ts"), lines.join("\n") + "\n");
}

main(process.argv[2] ?? "", process.argv[3] ?? "");
