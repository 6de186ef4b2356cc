import { readFile } from "node:fs/promises";
import { formatProblem, type Problem } from "../falco/base/problem.ts";
import type { KeyPair } from "../falco/desired/identity.ts";
import type { Landscape } from "../falco/desired/landscape.ts";
import { type Client, connect } from "../kube/client.ts";
import { startHealthServer } from "../kube/health.ts";
import { createClient } from "../kube/rest-client.ts";
import { systemClock } from "../kube/clock.ts";
import { errorText, type Logger } from "../kube/logger.ts";
import { createLogger } from "../kube/winston-logger.ts";
import { readPair, watchPair } from "./certificates.ts";
import { readLandscape } from "../falco/desired/read-landscape.ts";
import { type Flags, readFlags, usage } from "./flags.ts";
import { gardenReads } from "./garden.ts";
import { startAdmission } from "./start.ts";
import { type CatalogueWatch, watchCatalogue } from "./watch-catalogue.ts";

const flags = readFlags(process.argv.slice(2), process.env);
if (!flags.ok) fail(flags.problems);
else if (flags.value === "help") process.stdout.write(usage);
else {
  await start(flags.value).catch((error: unknown) => {
    failWith(errorText(error));
  });
}

/** Runs until a signal to end: answers what is under way, and ends. */
async function start(flags: Flags): Promise<void> {
  const logger = createLogger(flags.logLevel, flags.logFormat);
  const { configFile, otlpLogging } = flags;
  const text = configFile === undefined ? undefined : await readFile(configFile, "utf8");
  const landscape = readLandscape(text, { otlpLogging });
  if (!landscape.ok) {
    fail(landscape.problems, configFile);
    return;
  }
  const end = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      end.abort();
    });
  }
  const tls = await readPair(flags);
  const connection = await connect({ kubeconfig: flags.kubeconfig });
  const client = createClient({ connection, userAgent: "gardener-falco-admission" });
  const profiles = watchCatalogue({ client, clock: systemClock, random: Math.random }, logger, end.signal);
  try {
    await serve({ flags, logger, landscape: landscape.value, tls, client, profiles, signal: end.signal });
  } finally {
    end.abort();
    await profiles.ended;
  }
}

interface Parts {
  readonly flags: Flags;
  readonly logger: Logger;
  readonly landscape: Landscape;
  readonly tls: KeyPair;
  readonly client: Client;
  readonly profiles: CatalogueWatch;
  readonly signal: AbortSignal;
}

/** Answers health checks at once, and webhooks once the profiles are known. */
async function serve({ flags, logger, landscape, tls, client, profiles, signal }: Parts): Promise<void> {
  let serves = false;
  const ready = {
    "informer-sync": () => (profiles.isSynced() ? undefined : "the FalcoProfiles are not known yet"),
    "webhook-server": () => (serves ? undefined : "the webhooks are not served"),
  };
  const health = await startHealthServer({ ...flags.health, live: {}, ready });
  try {
    await Promise.race([profiles.whenSynced(), profiles.ended]);
    if (signal.aborted) return;
    const admission = await startAdmission({
      reads: gardenReads(client),
      catalogue: profiles.catalogue,
      landscape,
      options: flags,
      tls,
      port: flags.port,
      now: systemClock.now,
      logger,
    });
    serves = true;
    await watchPair(tls, { files: flags, clock: systemClock, use: admission.useCertificate, logger, signal });
    serves = false;
    logger.info("stopping");
    await admission.stop();
  } finally {
    await health.stop();
  }
}

function fail(problems: readonly Problem[], file?: string): void {
  failWith(problems.map((each) => (file === undefined ? "" : `${file}: `) + formatProblem(each)).join("\n"));
}

/** What keeps the program from starting, without a stack. */
function failWith(text: string): void {
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
}
