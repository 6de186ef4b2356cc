import { readFile } from "node:fs/promises";
import { loadTemplates } from "../charts/load.ts";
import { problem } from "../falco/base/problem.ts";
import type { Landscape } from "../falco/desired/landscape.ts";
import { readLandscape } from "../falco/desired/read-landscape.ts";
import { systemClock } from "../kube/clock.ts";
import { errorText } from "../kube/logger.ts";
import { type ClientSettings, openClient, openElection } from "../kube/open-client.ts";
import { conclude, fail, failWith, inspect, orderlyEnd, programName } from "../kube/program.ts";
import { createMetrics, type RuntimeMetrics } from "../kube/runtime-metrics.ts";
import { keepHeapSmall } from "../kube/small-heap.ts";
import { unreadableFile } from "../kube/unreadable-file.ts";
import { createLogger } from "../kube/winston-logger.ts";
import { loadRuleFiles } from "../profiles/load.ts";
import { openCharts } from "./additional/open-charts.ts";
import type { Clients, ControllerOptions } from "./assemble.ts";
import { type Flags, readFlags, usage } from "./flags.ts";
import { type Controller, startController } from "./start.ts";

const userAgent = "gardener-falco-controller";

keepHeapSmall();
const flags = readFlags(process.argv.slice(2), process.env);
if (!flags.ok) fail(flags.problems);
else if (flags.value === "help") {
  process.stdout.write(usage(programName()));
} else {
  await start(flags.value).catch((error: unknown) => {
    failWith(errorText(error));
  });
}

/** Reads the configuration, and runs until a signal to end or until another replica leads. */
async function start(flags: Flags): Promise<void> {
  const landscape = await readConfiguration(flags.configFile);
  if (landscape === undefined) return;
  const logger = createLogger(flags.logLevel, flags.logFormat);
  const metrics = createMetrics();
  const namespace = flags.election?.lease.namespace ?? flags.heartbeat?.namespace;
  const charts = await openCharts({ flags, namespace, landscape, environment: process.env }, systemClock, logger);
  if (!charts.ok) {
    fail(charts.problems);
    return;
  }
  const clients = await clientsFor(flags, metrics);
  const running: { controller?: Controller } = {};
  const end = orderlyEnd(logger, () => running.controller?.unfinished() ?? ["the start"]);
  const inspector = inspect(flags.inspect, logger);
  const election = await openElection(flags.election, { kubeconfig: flags.kubeconfig, userAgent }, logger);
  const options = {
    ...(election !== undefined && { election }),
    ...controllerOptions(flags, landscape),
    ...(charts.value !== undefined && { charts: charts.value }),
    metrics,
    signal: end.signal,
  };
  try {
    const controller = await startController(clients, options, logger);
    if (!controller.ok) {
      fail(controller.problems, flags.configFile);
      return;
    }
    running.controller = controller.value;
    await conclude(controller.value, end, logger);
  } finally {
    inspector?.close();
  }
}

async function readConfiguration(file: string | undefined): Promise<Landscape | undefined> {
  try {
    const text = file === undefined ? undefined : await readFile(file, "utf8");
    const landscape = readLandscape(text, { otlpLogging: false });
    if (landscape.ok) return landscape.value;
    fail(landscape.problems, file);
  } catch (error) {
    fail([problem("INPUT_UNREADABLE", "--config", unreadableFile(file ?? "", error))]);
  }
  return undefined;
}

function controllerOptions(flags: Flags, landscape: Landscape): ControllerOptions {
  const { classes, ignoresRequests, workers, seedName, serving, heartbeat } = flags;
  return {
    landscape,
    templates: loadTemplates(),
    loadRuleFiles,
    ...{ classes, ignoresRequests, workers, serving },
    ...(seedName !== undefined && { seedName }),
    ...(heartbeat !== undefined && { heartbeat }),
    // As all of Gardener's extensions have it: for one that runs outside of the seed's network.
    externalShootClient: process.env["GARDENER_SHOOT_CLIENT"] === "external",
    clock: systemClock,
    random: Math.random,
  };
}

async function clientsFor(flags: Flags, { observeRequest: observe }: RuntimeMetrics): Promise<Clients> {
  const { kubeconfig, gardenKubeconfig, limits } = flags;
  const settings: ClientSettings = { userAgent, limits, observe };
  const seed = await openClient({ ...settings, kubeconfig });
  const garden =
    gardenKubeconfig === undefined ? seed : await openClient({ ...settings, kubeconfig: gardenKubeconfig });
  return { seed, garden };
}
