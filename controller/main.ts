import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { relative } from "node:path";
import { loadTemplates } from "../charts/load.ts";
import { formatProblem, problem, type Problem } from "../falco/base/problem.ts";
import type { Landscape } from "../falco/desired/landscape.ts";
import { readLandscape } from "../falco/desired/read-landscape.ts";
import type { BucketLimits } from "../kube/bucket.ts";
import { type Client, connect } from "../kube/client.ts";
import { systemClock } from "../kube/clock.ts";
import { openInspector } from "../kube/inspect.ts";
import { errorText, type Logger } from "../kube/logger.ts";
import type { RequestObserver } from "../kube/requests.ts";
import { createClient } from "../kube/rest-client.ts";
import { createMetrics, type RuntimeMetrics } from "../kube/runtime-metrics.ts";
import { unreadableFile } from "../kube/unreadable-file.ts";
import { createLogger } from "../kube/winston-logger.ts";
import { loadRuleFiles } from "../profiles/load.ts";
import { openCharts } from "./additional/open-charts.ts";
import type { Clients, ControllerOptions } from "./assemble.ts";
import { OrderlyEnd } from "../kube/ending.ts";
import { type Flags, readFlags, usage } from "./flags.ts";
import type { Election } from "../kube/lead.ts";
import { keepHeapSmall } from "../kube/small-heap.ts";
import { type Controller, startController } from "./start.ts";

keepHeapSmall();
const flags = readFlags(process.argv.slice(2), process.env);
if (!flags.ok) fail(flags.problems);
else if (flags.value === "help") {
  process.stdout.write(usage(`node ${relative(process.cwd(), process.argv[1] ?? "")}`));
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
  const inspector = inspect(flags, logger);
  const options = {
    ...(await replicaOptions(flags, logger)),
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

/** Waits for the end, whatever the reason. When it is none that somebody asked for, the process does not end well. */
async function conclude({ ending, ended }: Controller, end: OrderlyEnd, logger: Logger): Promise<void> {
  ending.addEventListener("abort", () => {
    end.limit();
  });
  const how = await ended;
  if (how.kind === "stopped") {
    logger.info("stopped");
    return;
  }
  if (how.kind === "lost") logger.error("this replica does not lead any more: ending, to be started anew");
  else logger.error("the controller has failed", { error: errorText(how.error) });
  process.exitCode = 1;
  // Nothing may hold up the end of a process that must not work any more.
  end.limit();
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
  const seed = await clientFor(kubeconfig, { limits, observe });
  const garden = gardenKubeconfig === undefined ? seed : await clientFor(gardenKubeconfig, { limits, observe });
  return { seed, garden };
}

/** The lease has a client of its own, so that a burst of work never holds up its renewal. */
async function replicaOptions(
  { election, kubeconfig }: Flags,
  logger: Logger,
): Promise<{ readonly election?: Election }> {
  if (election === undefined) {
    logger.warn("leader election is off: run one replica only");
    return {};
  }
  const client = await clientFor(kubeconfig, { limits: { perSecond: 10, burst: 20 } });
  return { election: { ...election, client, identity: `${hostname()}_${randomUUID()}` } };
}

interface ClientSettings {
  readonly limits: BucketLimits;
  readonly observe?: RequestObserver;
}

async function clientFor(kubeconfig: string | undefined, settings: ClientSettings): Promise<Client> {
  return createClient({
    connection: await connect({ kubeconfig }),
    userAgent: "gardener-falco-controller",
    ...settings,
  });
}

function orderlyEnd(logger: Logger, unfinished: () => readonly string[]): OrderlyEnd {
  const end = new OrderlyEnd({
    // Such a timer does not keep the process.
    later: (ms, then) => void setTimeout(then, ms).unref(),
    // The log writes in the background.
    exit: (code) => void setImmediate(() => process.exit(code)),
    unfinished,
    logger,
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      end.request(signal);
    });
  }
  return end;
}

function inspect({ inspect: address }: Flags, logger: Logger): { readonly close: () => void } | undefined {
  if (address === undefined) return undefined;
  const inspector = openInspector(address);
  logger.warn("the inspector is open: whoever reaches it controls this process", { url: inspector.url });
  return inspector;
}

function fail(problems: readonly Problem[], file?: string): void {
  failWith(problems.map((each) => (file === undefined ? "" : `${file}: `) + formatProblem(each)).join("\n"));
}

/** What keeps the program from starting, without a stack. */
function failWith(text: string): void {
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
}
