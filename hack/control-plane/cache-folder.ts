import { createHash } from "node:crypto";
import { join } from "node:path";
import { crdFiles } from "./crds.ts";
import type { GoModule } from "./go-module.ts";
import { buildArguments, goEnvironment, programNames } from "./programs.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where the built programs are kept, outside of the checkout: below CONTROL_PLANE_CACHE, or else below the user's cache folder. Each set of
 * versions and flags has a folder of its own, so an old program is never taken for a new one; the
 * programs themselves are in its `bin`.
 */
export function cacheFolder(module: GoModule, environment: Environment): string {
  return join(cacheRoot(environment), buildKey(module));
}

function cacheRoot(environment: Environment): string {
  const given = environment["CONTROL_PLANE_CACHE"] ?? "";
  if (given !== "") return given;
  const cache = environment["XDG_CACHE_HOME"] ?? "";
  return join(cache === "" ? join(environment["HOME"] ?? ".", ".cache") : cache, "gardener-falco", "control-plane");
}

/** Changes with everything that what is built depends on, but for the version of Go. */
export function buildKey({ mod, sum }: GoModule): string {
  const commands = programNames.map((name) => buildArguments(name, mod, name));
  const text = JSON.stringify([mod, sum, commands, crdFiles, goEnvironment, process.platform, process.arch]);
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
