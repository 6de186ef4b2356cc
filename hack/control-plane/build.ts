import { execFile } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { systemClock } from "../../kube/clock.ts";
import { cacheFolder } from "./cache-folder.ts";
import { crdFileName, crdFiles, crdModule, readCrds } from "./crds.ts";
import { type GoModule, oldestGo, readGoModule } from "./go-module.ts";
import { findGo } from "./go.ts";
import { buildArguments, goEnvironment, type ProgramName, programVersion } from "./programs.ts";

/** The programs of the control plane on this machine. */
export interface Built {
  /** The path of a program that was asked for. */
  readonly programs: Readonly<Record<ProgramName, string>>;
  /** Gardener's CustomResourceDefinitions of a seed. */
  readonly crds: readonly object[];
}

interface BuildOptions {
  readonly names: readonly ProgramName[];
  /** Told of each program that has to be built, in pieces of a line. */
  readonly print?: (text: string) => void;
}

const run = promisify(execFile);
const mostOutput = 64 * 1024 * 1024;

/**
 * Builds what is not yet in the cache. Go is only needed, and looked for, when something is missing; NoGoError if there is none. A
 * build that was broken off leaves nothing that would be taken for a program.
 */
export async function build({ names, print = () => undefined }: BuildOptions): Promise<Built> {
  const module = readGoModule();
  const folder = cacheFolder(module, process.env);
  const paths = programPaths(folder);
  const missing = names.filter((name) => !existsSync(paths[name]));
  const crdFolder = join(folder, "crds");
  if (missing.length > 0 || !existsSync(crdFolder)) {
    const go = findGo(oldestGo(module.mod));
    mkdirSync(join(folder, "bin"), { recursive: true });
    for (const name of missing) await buildProgram({ go, module, name, path: paths[name], print });
    await keepCrds(go, module, crdFolder);
  }
  return { programs: paths, crds: readCrds(crdFolder) };
}

function programPaths(folder: string): Readonly<Record<ProgramName, string>> {
  const path = (name: ProgramName): string => join(folder, "bin", name);
  return {
    etcd: path("etcd"),
    "kube-apiserver": path("kube-apiserver"),
    "gardener-resource-manager": path("gardener-resource-manager"),
    "gardener-apiserver": path("gardener-apiserver"),
    helm: path("helm"),
  };
}

interface ProgramBuild {
  readonly go: string;
  readonly module: GoModule;
  readonly name: ProgramName;
  readonly path: string;
  readonly print: (text: string) => void;
}

async function buildProgram({ go, module, name, path, print }: ProgramBuild): Promise<void> {
  const begin = systemClock.monotonic();
  print(`building ${name} ${programVersion(name, module.mod)} … `);
  const unfinished = `${path}.${String(process.pid)}.unfinished`;
  try {
    await runGo(go, module, buildArguments(name, module.mod, unfinished));
    renameSync(unfinished, path);
  } catch (error) {
    print("failed\n");
    throw error;
  } finally {
    rmSync(unfinished, { force: true });
  }
  print(`${((systemClock.monotonic() - begin) / 1000).toFixed(0)} s\n`);
}

/** Copies Gardener's CustomResourceDefinitions out of its module, so that later runs need no Go. */
async function keepCrds(go: string, module: GoModule, folder: string): Promise<void> {
  if (existsSync(folder)) return;
  const source = (await runGo(go, module, ["list", "-m", "-f", "{{.Dir}}", crdModule])).trim();
  const unfinished = `${folder}.${String(process.pid)}.unfinished`;
  mkdirSync(unfinished, { recursive: true });
  for (const file of crdFiles) copyFileSync(join(source, file), join(unfinished, crdFileName(file)));
  renameSync(unfinished, folder);
}

async function runGo(go: string, { folder }: GoModule, args: readonly string[]): Promise<string> {
  const environment = { ...process.env, ...goEnvironment };
  try {
    return (await run(go, [...args], { cwd: folder, env: environment, maxBuffer: mostOutput })).stdout;
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
    throw new Error(`go ${args.join(" ")} failed:\n${said.split("\n").slice(-20).join("\n")}`, { cause: error });
  }
}
