import { readFile } from "node:fs/promises";
import { loadTemplates } from "../charts/load.ts";
import { formatProblem, type Problem } from "../falco/base/problem.ts";
import { readLandscape } from "../falco/desired/read-landscape.ts";
import { type Client, connect } from "../kube/client.ts";
import { systemClock } from "../kube/clock.ts";
import { errorText } from "../kube/logger.ts";
import { createClient } from "../kube/rest-client.ts";
import { createLogger } from "../kube/winston-logger.ts";
import { loadRuleFiles } from "../profiles/load.ts";
import { type Flags, readFlags, usage } from "./flags.ts";
import { startController } from "./start.ts";

const flags = readFlags(process.argv.slice(2), process.env);
if (!flags.ok) fail(flags.problems);
else if (flags.value === "help") process.stdout.write(usage);
else {
  await start(flags.value).catch((error: unknown) => {
    failWith(errorText(error));
  });
}

/** Runs until a signal to end: finishes what is under way, and ends. */
async function start(flags: Flags): Promise<void> {
  const { configFile, kubeconfig, gardenKubeconfig, seedName, workers } = flags;
  const text = configFile === undefined ? undefined : await readFile(configFile, "utf8");
  const landscape = readLandscape(text, { otlpLogging: false });
  if (!landscape.ok) {
    fail(landscape.problems, configFile);
    return;
  }
  const seed = await clientFor(kubeconfig);
  const garden = gardenKubeconfig === undefined ? seed : await clientFor(gardenKubeconfig);
  const logger = createLogger(flags.logLevel, flags.logFormat);
  const controller = await startController(
    { seed, garden },
    {
      landscape: landscape.value,
      templates: loadTemplates(),
      loadRuleFiles,
      classes: ["shoot", "seed"],
      ...(seedName !== undefined && { seedName }),
      workers,
      clock: systemClock,
      random: Math.random,
    },
    logger,
  );
  if (!controller.ok) {
    fail(controller.problems, configFile);
    return;
  }
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      logger.info("stopping");
      void controller.value.stop();
    });
  }
}

async function clientFor(kubeconfig: string | undefined): Promise<Client> {
  return createClient({ connection: await connect({ kubeconfig }), userAgent: "gardener-falco-controller" });
}

function fail(problems: readonly Problem[], file?: string): void {
  failWith(problems.map((each) => (file === undefined ? "" : `${file}: `) + formatProblem(each)).join("\n"));
}

/** What keeps the program from starting, without a stack. */
function failWith(text: string): void {
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
}
