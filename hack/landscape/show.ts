import { toYaml } from "../../falco/base/yaml.ts";
import type { KubeObject } from "../../kube/objects.ts";

/** Where the landscape tells what happens: standard output. */
export type Print = (text: string) => void;

/** A line that says what was done and how long it took. */
export function step(print: Print, text: string, milliseconds?: number): void {
  const time = milliseconds === undefined ? "" : `${milliseconds.toFixed(0)} ms`.padStart(9);
  print(`${time.padEnd(9)}  ${text}\n`);
}

/** A value as YAML, indented below a step. */
export function details(print: Print, value: unknown): void {
  print(indent(toYaml(value)));
}

/** Text indented below a step. */
export function indent(text: string): string {
  return text.trimEnd().replaceAll(/^/gm, " ".repeat(13)) + "\n";
}

/** Objects as a table: kind, namespace, name and size. */
export function objectTable(objects: readonly KubeObject[]): string {
  const rows = objects.map((object) => {
    const { kind, metadata } = object;
    return [kind, metadata.namespace ?? "", metadata.name, size(JSON.stringify(object).length)];
  });
  return table(["KIND", "NAMESPACE", "NAME", "SIZE"], rows);
}

function size(bytes: number): string {
  return bytes < 10_000 ? `${String(bytes)} B` : `${String(Math.round(bytes / 1000))} kB`;
}

/** Rows under a heading, in columns that are as wide as they need to be. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [heading, ...rows];
  const widths = heading.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  return (
    all
      .map((row) =>
        row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join("  ")
          .trimEnd(),
      )
      .join("\n") + "\n"
  );
}
