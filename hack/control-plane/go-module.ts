import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The Go module that pins the programs of the control plane, and all that they are built from. */
export interface GoModule {
  readonly folder: string;
  /** The text of go.mod. */
  readonly mod: string;
  /** The text of go.sum. */
  readonly sum: string;
}

/** Reads the module beside this file. */
export function readGoModule(): GoModule {
  const folder = fileURLToPath(new URL("module/", import.meta.url));
  const read = (file: string): string => readFileSync(join(folder, file), "utf8");
  return { folder, mod: read("go.mod"), sum: read("go.sum") };
}

/** The version, such as `v1.36.3`, that a go.mod requires of a module; throws if it requires none. */
export function requiredVersion(mod: string, module: string): string {
  for (const line of mod.split("\n")) {
    const [path, version] = line
      .trim()
      .replace(/^require /, "")
      .split(" ");
    if (path === module && version?.startsWith("v") === true) return version;
  }
  throw new Error(`go.mod requires no ${module}.`);
}

/** The oldest Go that may build a module, such as `1.26.5`: the `go` line of its go.mod. */
export function oldestGo(mod: string): string {
  const version = /^go (\S+)$/m.exec(mod)?.[1];
  if (version === undefined) throw new Error("go.mod has no go line.");
  return version;
}
