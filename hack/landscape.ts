import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readLandscape } from "../falco/desired/read-landscape.ts";
import { formatProblem } from "../falco/base/problem.ts";
import { toYaml } from "../falco/base/yaml.ts";
import type { Client } from "../kube/client.ts";
import { systemClock } from "../kube/clock.ts";
import { errorText, type Logger } from "../kube/logger.ts";
import { type KubeObject, resource } from "../kube/objects.ts";
import { readManifests } from "./landscape/input.ts";
import type { Applied } from "./landscape/resource-manager.ts";
import { hints, playRound, writeManifests } from "./landscape/round.ts";
import { type Print, step } from "./landscape/show.ts";
import { runStandIns } from "./landscape/stand-ins.ts";
import { startLandscape } from "./landscape/start.ts";

const usage = `A landscape on this machine, in one process: the embedded API server, admission and controller.

Usage: npm start [-- [--once] SHOOT.yaml…]

  SHOOT.yaml   manifests to apply: Shoots, Seeds, and the Secrets and ConfigMaps that they refer to; a Configuration or FalcoProfiles
               among them take the place of the landscape's own (default: examples/minimal/shoot.yaml)
  --once       ends after the first round: 0, or 1 if anything failed
`;
const root = fileURLToPath(new URL("../", import.meta.url));
const examples = join(root, "examples");
const own = join(examples, "landscape");
const out = join(root, "out");
const print: Print = (text) => void process.stdout.write(text);
/** What the programs log shows up only when something is wrong; the steps tell the rest. */
const logger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (message, fields) => void process.stderr.write(`${message} ${JSON.stringify(fields ?? {})}\n`),
  error: (message, fields) => void process.stderr.write(`${message} ${JSON.stringify(fields ?? {})}\n`),
};

// Whoever reads the output may stop early (`| head`): that is no error.
process.stdout.on("error", () => process.exit());

try {
  const { values, positionals } = parseArgs({
    options: { once: { type: "boolean", default: false }, help: { type: "boolean", short: "h", default: false } },
    allowPositionals: true,
  });
  if (values.help) print(usage);
  else await main(positionals, values.once);
} catch (error) {
  const text = errorText(error);
  process.stderr.write(text.startsWith("Unknown option") ? `${text.split(".")[0] ?? ""}.\n\n${usage}` : `${text}\n`);
  process.exitCode = 1;
}

async function main(files: readonly string[], once: boolean): Promise<void> {
  const given = (files.length > 0 ? files : [join(examples, "minimal/shoot.yaml")]).flatMap(readManifests);
  const configuration = given.find(({ kind }) => kind === "Configuration");
  const manifests = given.filter(({ kind }) => kind !== "Configuration");
  const begin = systemClock.monotonic();
  const text =
    configuration === undefined ? readFileSync(join(own, "configuration.yaml"), "utf8") : toYaml(configuration);
  const landscape = readLandscape(text, { otlpLogging: false });
  if (!landscape.ok) throw new Error(landscape.problems.map(formatProblem).join("\n"));
  const [profileCrd] = readManifests(join(root, "charts/crds/falco.gardener.cloud_falcoprofiles.yaml"));
  const running = await startLandscape({ landscape: landscape.value, profileCrd: profileCrd ?? {}, logger });
  const took = systemClock.monotonic() - begin;
  step(print, `the API server is at ${running.server.url}, the webhooks are at ${running.admissionUrl}`, took);
  const end = new AbortController();
  let standIns: { readonly ended: Promise<void> } | undefined;
  try {
    rmSync(out, { recursive: true, force: true });
    const kubeconfig = writeKubeconfig(running.server.kubeconfig());
    step(print, `the kubeconfig is ${kubeconfig}`);
    const tell = manifestWriter();
    standIns = await setUp(manifests, running.client, { signal: end.signal, onApplied: tell.applied });
    const ok = await playAll(manifests, running.client);
    if (once && !ok) process.exitCode = 1;
    tell.aloud();
    if (!once) await untilInterrupted(kubeconfig);
  } finally {
    end.abort();
    await standIns?.ended;
    await running.stop();
  }
}

/** Keeps the manifests below `out` up to date; after the first round it says so, too. */
function manifestWriter(): { readonly applied: Applied; readonly aloud: () => void } {
  let isAloud = false;
  const folder = relative(process.cwd(), out);
  return {
    applied: (name, objects) => {
      const written = writeManifests(name, objects, folder);
      const { namespace = "" } = name;
      if (isAloud) step(print, `${namespace}: the ManagedResource ${name.name} has changed, see ${written}`);
    },
    aloud: () => {
      isAloud = true;
    },
  };
}

/** Brings what operators and gardenlet would: the FalcoProfile, the Project, the Seed; and their stand-ins. */
async function setUp(
  manifests: readonly KubeObject[],
  client: Client,
  run: { readonly signal: AbortSignal; readonly onApplied: Applied },
): Promise<{ readonly ended: Promise<void> }> {
  const begin = systemClock.monotonic();
  const profiles = manifests.some(({ kind }) => kind === "FalcoProfile") ? [] : ["falco-profile.yaml"];
  for (const file of [...profiles, "project.yaml", "seed.yaml"]) await apply(readManifests(join(own, file)), client);
  const [cluster] = readManifests(join(own, "cluster.yaml"));
  const [seed] = readManifests(join(own, "seed.yaml"));
  if (cluster === undefined || seed === undefined) throw new Error("examples/landscape is not complete");
  step(print, "the FalcoProfile, the Project and the Seed are there", systemClock.monotonic() - begin);
  return { ended: runStandIns({ client, objects: { cluster, seed }, clock: systemClock, logger, ...run }) };
}

async function playAll(manifests: readonly KubeObject[], client: Client): Promise<boolean> {
  const isPlayed = ({ kind }: KubeObject): boolean => kind === "Shoot" || kind === "Seed";
  await apply(
    manifests.filter((each) => !isPlayed(each)),
    client,
  );
  let ok = true;
  const input = { client, clock: systemClock, print, outDirectory: relative(process.cwd(), out) };
  for (const object of manifests.filter(isPlayed)) ok = (await playRound(object, input)) && ok;
  return ok;
}

async function apply(manifests: readonly KubeObject[], client: Client): Promise<void> {
  const clusterScoped = ["Namespace", "Project", "Seed", "FalcoProfile"];
  for (const object of manifests) {
    const type = resource(object.apiVersion, object.kind, { namespaced: !clusterScoped.includes(object.kind) });
    await client.apply(type, object, { fieldManager: "npm-start", force: true });
  }
}

function writeKubeconfig(text: string): string {
  mkdirSync(out, { recursive: true });
  const file = join(out, "kubeconfig");
  writeFileSync(file, text, { mode: 0o600 });
  return relative(process.cwd(), file);
}

async function untilInterrupted(kubeconfig: string): Promise<void> {
  print(`\n${hints(kubeconfig)}\nCtrl-C ends the landscape. What you change shows up here.\n\n`);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        resolve();
      });
    }
  });
  print("The landscape has ended.\n");
}
