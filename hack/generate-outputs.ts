import { existsSync, readFileSync } from "node:fs";

interface SourceOutput {
  readonly section: string;
  readonly keys: readonly {
    readonly key: string;
    readonly type: string;
    readonly env?: string;
    readonly envBindable?: boolean;
    readonly choices?: readonly (string | number)[];
  }[];
}

const text = (section: string, keys: readonly string[]): SourceOutput => ({
  section,
  keys: keys.map((key) => ({ key, type: "string", env: `${section}_${key}`.toUpperCase(), envBindable: true })),
});

/** Keys that several outputs of a provider share; the facts name them in their text, not in their table. */
const shared: readonly SourceOutput[] = [
  text("aws", ["region", "accesskeyid", "secretaccesskey", "rolearn", "externalid"]),
  text("gcp", ["credentials"]),
  text("yandex", ["region", "accesskeyid", "secretaccesskey"]),
];

/** Where the facts about falcosidekick lie on a developer's machine. */
const source = new URL("../../shared/data/falcosidekick-outputs.json", import.meta.url);

/**
 * The module `falco/desired/falcosidekick-outputs.generated.ts`: the outputs of falcosidekick 2.34.1, their keys and the
 * environment variables of these; undefined where the facts are not at hand, so that the committed file stays.
 */
export function generateOutputs(): string | undefined {
  if (!existsSync(source)) return undefined;
  const outputs = JSON.parse(readFileSync(source, "utf8")) as readonly SourceOutput[];
  const sections = [...outputs, ...shared]
    .sort((left, right) => (left.section < right.section ? -1 : 1))
    .map(({ section, keys }) => `  ${JSON.stringify(section)}: {\n${keys.map(keyLine).join("")}  },\n`);
  return `${header}export const falcosidekickOutputs: Readonly<Record<string, Readonly<Record<string, OutputKey>>>> = {\n${sections.join("")}};\n`;
}

const header = `// Written by hack/generate.ts from the facts about falcosidekick 2.34.1; do not edit.

/** A key of an output: its type, its environment variable (absent: only the file sets it), its allowed values. */
export interface OutputKey {
  readonly type: "string" | "bool" | "int" | "list" | "map" | "duration";
  readonly env?: string;
  readonly choices?: readonly string[];
}

/** The outputs of falcosidekick by the section of its configuration, with their keys. */
`;

function keyLine({ key, type, env, envBindable, choices }: SourceOutput["keys"][number]): string {
  const parts = [`type: ${JSON.stringify(type)}`];
  if (envBindable === true && env !== undefined) parts.push(`env: ${JSON.stringify(env)}`);
  if (choices !== undefined)
    parts.push(`choices: ${JSON.stringify(choices.filter((choice) => choice !== "").map(String))}`);
  return `    ${JSON.stringify(key)}: { ${parts.join(", ")} },\n`;
}
