import { readFile } from "node:fs/promises";
import { problem } from "../falco/base/problem.ts";
import type { Landscape } from "../falco/desired/landscape.ts";
import { readLandscape } from "../falco/desired/read-landscape.ts";
import { systemClock } from "../kube/clock.ts";
import { errorText, type Logger } from "../kube/logger.ts";
import { type ClientSettings, openClient, openElection } from "../kube/open-client.ts";
import { conclude, fail, failWith, inspect, orderlyEnd, programName } from "../kube/program.ts";
import { createMetrics, type RuntimeMetrics } from "../kube/runtime-metrics.ts";
import { keepHeapSmall } from "../kube/small-heap.ts";
import { unreadableFile } from "../kube/unreadable-file.ts";
import { createLogger } from "../kube/winston-logger.ts";
import { type Flags, readFlags } from "./flags.ts";
import type { Clients, ProgramOptions } from "./parts.ts";
import { runPlan } from "./plan.ts";
import { type Program, startProgram } from "./program.ts";
import { usage } from "./usage.ts";

const userAgent = "gardener-falco-admission";

keepHeapSmall();
const [command, ...rest] = process.argv.slice(2);
if (command === "plan") {
  process.exitCode = await plan(rest);
} else {
  const flags = readFlags(process.argv.slice(2), process.env);
  if (!flags.ok) fail(flags.problems);
  else if (flags.value === "help") process.stdout.write(usage(programName()));
  else {
    await start(flags.value).catch((error: unknown) => {
      failWith(errorText(error));
    });
  }
}

/** Says what an edit of FalcoProfiles would do, and ends. */
function plan(args: readonly string[]): Promise<number> {
  const limits = { perSecond: 20, burst: 30 };
  return runPlan(args, {
    program: programName(),
    environment: process.env,
    readFile: (path) => readFile(path, "utf8"),
    connect: (kubeconfig) => openClient({ kubeconfig, userAgent, limits }),
    out: (text) => void process.stdout.write(text),
    err: (line) => void process.stderr.write(`${line}\n`),
    now: systemClock.now,
  });
}

/** Reads the configuration, and runs until a signal to end or until another replica leads. */
async function start(flags: Flags): Promise<void> {
  const landscape = await readConfiguration(flags);
  if (landscape === undefined) return;
  const logger = createLogger(flags.logLevel, flags.logFormat);
  const metrics = createMetrics();
  const clients = await clientsFor(flags, metrics);
  const running: { program?: Program } = {};
  const end = orderlyEnd(logger, () => running.program?.unfinished() ?? ["the start"]);
  const inspector = inspect(flags.inspect, logger);
  try {
    const options = { ...(await programOptions(flags, landscape, logger)), metrics, signal: end.signal };
    running.program = await startProgram(clients, options, logger);
    await conclude(running.program, end, logger);
  } finally {
    inspector?.close();
  }
}

async function readConfiguration({ configFile, otlpLogging }: Flags): Promise<Landscape | undefined> {
  try {
    const text = configFile === undefined ? undefined : await readFile(configFile, "utf8");
    const landscape = readLandscape(text, { otlpLogging });
    if (landscape.ok) return landscape.value;
    fail(landscape.problems, configFile);
  } catch (error) {
    fail([problem("INPUT_UNREADABLE", "--config", unreadableFile(configFile ?? "", error))]);
  }
  return undefined;
}

async function programOptions(
  flags: Flags,
  landscape: Landscape,
  logger: Logger,
): Promise<Omit<ProgramOptions, "metrics" | "signal">> {
  const { restrictedUsage, restrictedCentralizedLogging, certificate, serving, drainMs, port } = flags;
  const { kubeconfig } = flags.source ?? flags;
  return {
    ...{ landscape, restrictedUsage, restrictedCentralizedLogging, certificate, serving, drainMs },
    webhooks: { port },
    election: await openElection(flags.election, { kubeconfig, userAgent }, logger),
    clock: systemClock,
    random: Math.random,
  };
}

async function clientsFor(flags: Flags, { observeRequest: observe }: RuntimeMetrics): Promise<Clients> {
  const { kubeconfig, source: cluster, limits } = flags;
  const settings: ClientSettings = { userAgent, limits, observe };
  const garden = await openClient({ ...settings, kubeconfig });
  const source = cluster === undefined ? garden : await openClient({ ...settings, kubeconfig: cluster.kubeconfig });
  return { garden, source };
}
