import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../../kube/clock.ts";
import { freePort } from "../../../hack/control-plane/ports.ts";
import type { BenchServer, BenchServers } from "./bench-server.ts";
import { type ControllerProcess, startControllerProcess } from "./controller-process.ts";
import { Landscape } from "./landscape.ts";

/** What was measured with one number of shoots. CPU is the controller's own, per shoot; writes are its requests but GET, per shoot. */
export interface ScaleFigures {
  readonly server: BenchServers["kind"];
  readonly shoots: number;
  /** From nothing until every Extension has succeeded. */
  readonly created: PerShoot;
  /** Every shoot gets other images. */
  readonly profileChanged: PerShoot;
  /** After all of that, at rest. In MB. */
  readonly residentMb: number;
  readonly restart: {
    /** From starting the program to the end of the first reconcile that Gardener has asked for. In seconds. */
    readonly firstReconcileSeconds: number;
    /** All but those of that one reconcile. */
    readonly otherWrites: number;
    readonly residentMb: number;
  };
  /** An hour after a start, when nothing is remembered: everything is rendered, and compared. */
  readonly firstResync: PerShoot;
  /** An hour after that. */
  readonly resync: PerShoot;
}

interface PerShoot {
  readonly cpuMs: number;
  readonly writes: number;
}

// As it ships, if it was built.
const [compiled, source] = ["../../../dist/controller/main.js", "../../../controller/main.ts"].map((file) =>
  fileURLToPath(new URL(file, import.meta.url)),
);
const program = compiled !== undefined && existsSync(compiled) ? compiled : (source ?? "");
const writesOfOneReconcile = 2;
const secondsOfRest = 30;

/** Puts `shoots` shoots through a controller's life. */
export async function measureScale(servers: BenchServers, shoots: number): Promise<ScaleFigures> {
  const server = await servers.start(`bench-${String(shoots)}`);
  const landscape = new Landscape(server.client);
  try {
    await landscape.prepare(shoots);
    const life = await measureLife(server, landscape, shoots);
    const restart = await measureRestart(server, landscape);
    return { server: servers.kind, shoots, ...life, restart, ...(await measureResync(server, shoots)) };
  } finally {
    landscape.stop();
    await server.stop();
  }
}

async function measureLife(
  server: BenchServer,
  landscape: Landscape,
  shoots: number,
): Promise<Pick<ScaleFigures, "created" | "profileChanged" | "residentMb">> {
  const controller = await start(server);
  const created = await perShoot(controller, shoots, () => landscape.createExtensions(shoots));
  const profileChanged = await perShoot(controller, shoots, () => landscape.changeProfile(shoots));
  const residentMb = await residentAtRest(controller);
  await controller.stop();
  return { created, profileChanged, residentMb };
}

async function measureRestart(server: BenchServer, landscape: Landscape): Promise<ScaleFigures["restart"]> {
  const untilDone = await landscape.request(0);
  const begin = systemClock.monotonic();
  const controller = await start(server);
  await untilDone();
  const firstReconcileSeconds = rounded((systemClock.monotonic() - begin) / 1000);
  await atRest(controller);
  const { writes } = await controller.requests();
  const residentMb = await residentAtRest(controller);
  await controller.stop();
  return { firstReconcileSeconds, otherWrites: writes - writesOfOneReconcile, residentMb };
}

async function measureResync(
  server: BenchServer,
  shoots: number,
): Promise<Pick<ScaleFigures, "firstResync" | "resync">> {
  const file = fileURLToPath(new URL("resync.ts", import.meta.url));
  const child = spawn(process.execPath, [file, server.kubeconfig, String(shoots)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface(child.stdout);
  await once(lines, "line");
  const hour = async (): Promise<PerShoot> => {
    child.stdin.write("\n");
    const { cpuMs, writes } = JSON.parse(await nextLine(lines)) as PerShoot;
    return { cpuMs: rounded(cpuMs / shoots), writes: rounded(writes / shoots) };
  };
  const figures = { firstResync: await hour(), resync: await hour() };
  child.stdin.end();
  await once(child, "exit");
  return figures;
}

async function nextLine(lines: Interface): Promise<string> {
  const [line] = (await once(lines, "line")) as [string];
  return line;
}

const takenPorts = new Set<number>();

async function start({ kubeconfig }: BenchServer): Promise<ControllerProcess> {
  const ports = [await freePort(takenPorts), await freePort(takenPorts)] as const;
  return startControllerProcess({ program, kubeconfig, ports });
}

async function perShoot(controller: ControllerProcess, shoots: number, act: () => Promise<void>): Promise<PerShoot> {
  const before = { ...controller.usage(), ...(await controller.requests()) };
  await act();
  await atRest(controller);
  const { cpuMs, writes } = { ...controller.usage(), ...(await controller.requests()) };
  return { cpuMs: rounded((cpuMs - before.cpuMs) / shoots), writes: rounded((writes - before.writes) / shoots) };
}

/** Waits until what was used only for a while has been given back; that takes the controller some time. */
async function residentAtRest(controller: ControllerProcess): Promise<number> {
  let lowest = Infinity;
  for (let second = 0; second < secondsOfRest; second += 1) {
    await systemClock.sleep(1000);
    lowest = Math.min(lowest, controller.usage().residentMb);
  }
  return rounded(lowest);
}

/** Waits until the controller has made no request for a second: what others see of its work is not always its end. */
async function atRest(controller: ControllerProcess): Promise<void> {
  for (let last = -1; ;) {
    const { all } = await controller.requests();
    if (all === last) return;
    last = all;
    await systemClock.sleep(1000);
  }
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
