import { spawn } from "node:child_process";
import { access, constants, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import { failure, problem, type Result, success } from "../falco/base/problem.ts";
import { hideValues } from "./additional/hide-values.ts";

/** A chart to render, and with what. */
export interface Release {
  readonly name: string;
  readonly namespace: string;
  /** The chart as a gzipped tar that has been checked (see `additional/chart-archive.ts`). */
  readonly archive: Uint8Array;
  readonly values: Readonly<Record<string, unknown>>;
  /** The version of the API server, which charts ask for: `v1.34.1`. */
  readonly kubeVersion: string;
}

/** The helm program. */
export interface Helm {
  readonly version: string;
  /** What `helm template` prints, hooks included. A chart that helm refuses is a Problem, whose text shows none of the values. */
  readonly template: (release: Release, signal: AbortSignal) => Promise<Result<string>>;
}

/** Where helm may be. */
export interface HelmLocation {
  /** From `--helm` or `HELM`; it must be there. Without it, `PATH` is searched. */
  readonly program?: string | undefined;
  readonly path?: string | undefined;
}

const versionTimeMs = 30_000;
const templateTimeMs = 120_000;
/** No set of manifests is larger: what they become must fit into a few Secrets. */
const outputLimit = 16 * 1024 * 1024;
const errorLimit = 64 * 1024;
const messageLimit = 1000;

/** Finds helm; undefined where there is none. A program that was named and does not work is a Problem. */
export async function findHelm({ program, path = "" }: HelmLocation): Promise<Result<Helm | undefined>> {
  if (program !== undefined) return probe(program);
  for (const directory of path.split(delimiter).filter(isAbsolute)) {
    const candidate = join(directory, "helm");
    if (await isExecutable(candidate)) return probe(candidate);
  }
  return success(undefined);
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function probe(program: string): Promise<Result<Helm>> {
  const unusable = failure([problem("FIELD_VALUE", "--helm", `${program} is no helm 3 or 4 that can be run.`)]);
  if (!(await isExecutable(program))) return unusable;
  const signal = AbortSignal.timeout(versionTimeMs);
  const { status, output } = await inPrivateDirectory((directory) =>
    run(program, ["version", "--short"], { directory, signal }),
  );
  const [version] = /^v[34]\.\d+(\.\d+)?[^\s]*/.exec(output) ?? [];
  if (status !== 0 || version === undefined) return unusable;
  return success({ version, template: (release, signal) => template(program, release, signal) });
}

async function template(program: string, release: Release, signal: AbortSignal): Promise<Result<string>> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(templateTimeMs)]);
  const { status, output, errors, isTooMuch } = await inPrivateDirectory(async (directory) => {
    const chart = join(directory, "chart.tgz");
    const values = join(directory, "values.json");
    await writeFile(chart, release.archive, { mode: 0o600 });
    // JSON is YAML.
    await writeFile(values, JSON.stringify(release.values), { mode: 0o600 });
    return run(program, argumentsFor(release, chart, values), { directory, signal: limited });
  });
  if (isTooMuch) return refused(`It gives more than ${String(outputLimit)} bytes of manifests.`);
  if (status === 0) return success(output);
  const message = errors.replaceAll(/^(Error|level=\w+ msg=.*?error=?): ?/gm, "").trim();
  return refused(`helm refuses it: ${hideValues(message, release.values).slice(0, messageLimit)}`);
}

function argumentsFor({ name, namespace, kubeVersion }: Release, chart: string, values: string): readonly string[] {
  const options = ["--namespace", namespace, "--values", values, "--kube-version", kubeVersion, "--include-crds"];
  return ["template", name, chart, ...options];
}

function refused(message: string): Result<never> {
  return failure([problem("CHART_INVALID", "", message)]);
}

/** Runs `use` with a directory of its own that nobody else may read, and removes it afterwards. */
async function inPrivateDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "helm-"));
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface Run {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
  readonly isTooMuch: boolean;
}

interface RunOptions {
  readonly directory: string;
  readonly signal: AbortSignal;
}

/** Runs helm without a shell and without anything of our own environment: no credentials, plugins or clusters. Throws when it is broken off. */
async function run(program: string, args: readonly string[], { directory, signal }: RunOptions): Promise<Run> {
  const child = spawn(program, args, {
    cwd: directory,
    env: environmentIn(directory),
    stdio: ["ignore", "pipe", "pipe"],
    signal,
    killSignal: "SIGKILL",
  });
  const stop = (): void => {
    child.kill("SIGKILL");
  };
  const [output, errors] = [
    collect(child.stdout, outputLimit, stop),
    collect(child.stderr, errorLimit, () => undefined),
  ];
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once("error", (error) => {
      reject(signal.aborted ? new Error("helm was broken off: it took too long, or the program ends") : error);
    });
    child.once("close", resolve);
  });
  return { status, output: output.text(), errors: errors.text(), isTooMuch: output.isFull() };
}

function environmentIn(directory: string): Record<string, string> {
  const inside = (name: string): string => join(directory, name);
  return {
    HOME: directory,
    TMPDIR: directory,
    KUBECONFIG: inside("kubeconfig"),
    HELM_CACHE_HOME: inside("cache"),
    HELM_CONFIG_HOME: inside("config"),
    HELM_DATA_HOME: inside("data"),
    HELM_PLUGINS: inside("plugins"),
    HELM_REGISTRY_CONFIG: inside("registry.json"),
    HELM_REPOSITORY_CONFIG: inside("repositories.yaml"),
    HELM_REPOSITORY_CACHE: inside("repositories"),
  };
}

interface Collected {
  readonly text: () => string;
  readonly isFull: () => boolean;
}

/** Keeps what a stream says up to a limit; beyond that, `onFull` is called once and nothing more is kept. */
function collect(stream: NodeJS.ReadableStream, limit: number, onFull: () => void): Collected {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on("data", (chunk: Buffer) => {
    if (size > limit) return;
    size += chunk.length;
    if (size > limit) onFull();
    else chunks.push(chunk);
  });
  return { text: () => Buffer.concat(chunks).toString("utf8"), isFull: () => size > limit };
}
