import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readLandscape } from "../falco/desired/read-landscape.ts";
import { formatProblem } from "../falco/base/problem.ts";
import { parseYaml } from "../falco/base/yaml.ts";
import type { Client } from "../kube/client.ts";
import { systemClock } from "../kube/clock.ts";
import { errorText, type Logger } from "../kube/logger.ts";
import { type KubeObject, resource } from "../kube/objects.ts";
import { hints, playRound } from "./landscape/round.ts";
import { type Print, step } from "./landscape/show.ts";
import { runStandIns } from "./landscape/stand-ins.ts";
import { startLandscape } from "./landscape/start.ts";

const usage = `A landscape on this machine, in one process: the embedded API server, admission and controller.

Usage: npm start [-- [--once] SHOOT.yaml…]

  SHOOT.yaml   manifests to apply, of Shoots and of the Secrets and ConfigMaps that they refer to (examples/minimal/shoot.yaml)
  --once       ends after the first round: 0, or 1 if anything failed
`;
const root = fileURLToPath(new URL("../", import.meta.url));
const examples = join(root, "examples");
const print: Print = (text) => void process.stdout.write(text);
/** What the programs log shows up only when something is wrong; the steps tell the rest. */
const logger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (message, fields) => void process.stderr.write(`${message} ${JSON.stringify(fields ?? {})}\n`),
  error: (message, fields) => void process.stderr.write(`${message} ${JSON.stringify(fields ?? {})}\n`),
};

try {
  const { values, positionals } = parseArgs({
    options: { once: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  if (values.help) print(usage);
  else await main(positionals, values.once);
} catch (error) {
  process.stderr.write(`${errorText(error)}\n`);
  process.exitCode = 1;
}

async function main(files: readonly string[], once: boolean): Promise<void> {
  const manifests = (files.length > 0 ? files : [join(examples, "minimal/shoot.yaml")]).flatMap(readManifests);
  const begin = systemClock.monotonic();
  const landscape = readLandscape(readFileSync(join(examples, "landscape/configuration.yaml"), "utf8"), {
    otlpLogging: false,
  });
  if (!landscape.ok) throw new Error(landscape.problems.map(formatProblem).join("\n"));
  const [profileCrd] = readManifests(join(root, "charts/crds/falco.gardener.cloud_falcoprofiles.yaml"));
  const running = await startLandscape({ landscape: landscape.value, profileCrd: profileCrd ?? {}, logger });
  step(
    print,
    `the API server is at ${running.server.url}, the webhooks are at ${running.admissionUrl}`,
    systemClock.monotonic() - begin,
  );
  const kubeconfig = writeKubeconfig(running.server.kubeconfig());
  step(print, `the kubeconfig is ${kubeconfig}`);
  const end = new AbortController();
  const standIns = await setUp(running.client, end.signal);
  const ok = await playAll(manifests, running.client);
  if (!once) await untilInterrupted(kubeconfig);
  end.abort();
  await standIns.ended;
  await running.stop();
  if (once && !ok) process.exitCode = 1;
}

/** Brings what operators and gardenlet would: the FalcoProfile, the Project, the Seed; and their stand-ins. */
async function setUp(client: Client, signal: AbortSignal): Promise<{ readonly ended: Promise<void> }> {
  const begin = systemClock.monotonic();
  const folder = join(examples, "landscape");
  for (const file of ["falco-profile.yaml", "project.yaml", "seed.yaml"])
    await apply(readManifests(join(folder, file)), client);
  const [cluster] = readManifests(join(folder, "cluster.yaml"));
  const [seed] = readManifests(join(folder, "seed.yaml"));
  if (cluster === undefined || seed === undefined) throw new Error("examples/landscape is not complete");
  step(print, "the FalcoProfile, the Project and the Seed are there", systemClock.monotonic() - begin);
  return { ended: runStandIns({ client, objects: { cluster, seed }, clock: systemClock, logger, signal }) };
}

async function playAll(manifests: readonly KubeObject[], client: Client): Promise<boolean> {
  const shoots = manifests.filter(({ kind }) => kind === "Shoot");
  await apply(
    manifests.filter(({ kind }) => kind !== "Shoot"),
    client,
  );
  let ok = true;
  const input = { client, clock: systemClock, print, outDirectory: relative(process.cwd(), join(root, "out")) };
  for (const shoot of shoots) ok = (await playRound(shoot, input)) && ok;
  return ok;
}

async function apply(manifests: readonly KubeObject[], client: Client): Promise<void> {
  const clusterScoped = ["Namespace", "Project", "Seed", "FalcoProfile"];
  for (const object of manifests) {
    const type = resource(object.apiVersion, object.kind, { namespaced: !clusterScoped.includes(object.kind) });
    await client.apply(type, object, { fieldManager: "npm-start", force: true });
  }
}

function readManifests(file: string): readonly KubeObject[] {
  const parsed = parseYaml(readFileSync(file, "utf8"));
  if (!parsed.ok) throw new Error(parsed.problems.map((each) => `${file}: ${formatProblem(each)}`).join("\n"));
  return parsed.value.map(({ value }) => value as KubeObject);
}

function writeKubeconfig(text: string): string {
  const folder = join(root, "out");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "kubeconfig");
  writeFileSync(file, text, { mode: 0o600 });
  return relative(process.cwd(), file);
}

async function untilInterrupted(kubeconfig: string): Promise<void> {
  print(`\n${hints(kubeconfig)}\nCtrl-C ends the landscape.\n`);
  await new Promise<void>((resolve) => {
    process.once("SIGINT", () => {
      resolve();
    });
    process.once("SIGTERM", () => {
      resolve();
    });
  });
}
