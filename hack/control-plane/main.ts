import { parseArgs } from "node:util";
import { errorText } from "../../kube/logger.ts";
import { administrator } from "./announce-gardener.ts";
import { build, type Built } from "./build.ts";
import { installCrds } from "./install-crds.ts";
import { programNames } from "./programs.ts";
import { type ControlPlane, type KubeServer, startControlPlane } from "./start.ts";

const usage = `A real Kubernetes and Gardener control plane on this machine: etcd, kube-apiserver and, on top, Gardener's own programs.
There are no nodes and no controllers beside it: what is deployed is stored and checked, but nothing runs.

Usage: npm run control-plane [-- OPTIONS]

  (no option)  a seed: a kube-apiserver with Gardener's CustomResourceDefinitions, and a gardener-resource-manager of class "seed"
  --shoot      a shoot, too: a second kube-apiserver, and the gardener-resource-manager that fills it from the seed
  --garden     makes the seed the garden, too: a gardener-apiserver that serves Shoots, Projects and the rest
  --build      only builds the programs

It prints the paths of kubeconfigs and runs until Ctrl-C; then everything is gone.
The first time, the programs are built from source, which takes about 8 minutes, Go and access to a Go module proxy.
They are kept in ~/.cache/gardener-falco (XDG_CACHE_HOME and CONTROL_PLANE_CACHE are heeded), 380 MB for each set of versions; delete it at will.
`;
const print = (text: string): void => void process.stdout.write(text);

interface Wanted {
  readonly shoot: boolean;
  readonly garden: boolean;
}

try {
  const { values } = parseArgs({
    options: {
      shoot: { type: "boolean", default: false },
      garden: { type: "boolean", default: false },
      build: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) print(usage);
  else if (values.build) await buildAll();
  else await run(await buildAll(), values);
} catch (error) {
  const text = errorText(error);
  process.stderr.write(text.startsWith("Unknown option") ? `${text.split(".")[0] ?? ""}.\n\n${usage}` : `${text}\n`);
  process.exitCode = 1;
}

async function buildAll(): Promise<Built> {
  const built = await build({ names: programNames, print });
  print("The programs are there.\n");
  return built;
}

async function run(built: Built, wanted: Wanted): Promise<void> {
  const plane = await startControlPlane(built);
  try {
    await startServers(plane, wanted);
    print("Ctrl-C ends all of it.\n");
    await untilInterrupted();
  } finally {
    await plane.stop();
  }
  print("The control plane has ended.\n");
}

async function startServers(plane: ControlPlane, { shoot, garden }: Wanted): Promise<void> {
  const seed = await plane.startKubeApiserver("seed");
  await installCrds(plane.crds, await administrator(seed));
  tell(seed, "the seed");
  if (garden) {
    const { readyMs } = await plane.startGardenerApiserver(seed);
    tellTime(readyMs, "the seed serves Gardener's kinds, too");
  }
  const forSeed = await plane.startResourceManager({ source: seed, target: seed, resourceClass: "seed" });
  tellTime(forSeed.readyMs, 'gardener-resource-manager of class "seed"');
  if (!shoot) return;
  const target = await plane.startKubeApiserver("shoot");
  tell(target, "the shoot");
  const { readyMs } = await plane.startResourceManager({ source: seed, target });
  tellTime(readyMs, "gardener-resource-manager from the seed to the shoot");
}

function tell({ kubeconfig, process: { readyMs } }: KubeServer, what: string): void {
  tellTime(readyMs, `${what}: export KUBECONFIG=${kubeconfig}`);
}

function tellTime(milliseconds: number, what: string): void {
  print(`${`${milliseconds.toFixed(0)} ms`.padStart(9)}  ${what}\n`);
}

function untilInterrupted(): Promise<void> {
  // The servers alone would not keep this process from ending.
  const alive = setInterval(() => undefined, 60_000);
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        clearInterval(alive);
        resolve();
      });
    }
  });
}
