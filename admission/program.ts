import type { Ending } from "../kube/ending.ts";
import type { Logger } from "../kube/logger.ts";
import { listed, runTogether } from "../kube/together.ts";
import { type Clients, type Parts, partsOf, type ProgramOptions } from "./parts.ts";
import { serveHealth } from "./serve-health.ts";
import { serveWebhooks } from "./serve-webhooks.ts";
import { work } from "./leader-work.ts";

/** A running admission program. */
export interface Program {
  /** Aborted as soon as it begins to end, whatever the reason. */
  readonly ending: AbortSignal;
  /** How it has ended; by then it holds nothing any more. Never rejects. */
  readonly ended: Promise<Ending>;
  /** What has not ended yet, in words. */
  readonly unfinished: () => readonly string[];
}

/**
 * Starts the admission: follows the FalcoProfiles and those who use Falco, serves the webhooks in every replica, and does in one of them what
 * only one may.
 * What keeps it from starting, such as a port that is taken or a certificate that cannot be used, is thrown.
 */
export async function startProgram(clients: Clients, options: ProgramOptions, logger: Logger): Promise<Program> {
  const parts = partsOf(clients, options, logger);
  const { ready, ended } = begin(parts);
  const early = await Promise.race([ready, ended]);
  if (early?.kind === "failed") throw early.error;
  return { ending: parts.ending, ended, unfinished: () => [...parts.open] };
}

/** `ready` resolves when the webhooks are there to be asked. */
function begin(parts: Parts): { readonly ready: Promise<undefined>; readonly ended: Promise<Ending> } {
  const { promise: ready, resolve } = Promise.withResolvers<undefined>();
  const tell = (): void => {
    resolve(undefined);
  };
  return { ready, ended: run(parts, tell) };
}

async function run(parts: Parts, onServed: () => void): Promise<Ending> {
  const { options, lead, ending, end, profiles, known, logger } = parts;
  const { election, clock } = options;
  let kind: "stopped" | "lost" = "stopped";
  const leading = async (signal: AbortSignal): Promise<void> => {
    try {
      kind = await lead.run({ election, clock, logger, signal }, (leadership) => work(parts, leadership));
    } finally {
      // Ends the watch, too, when another part has failed.
      end();
    }
  };
  try {
    const stopServing = await serveHealth(parts);
    const runs = [
      listed(parts, "the watch of the FalcoProfiles", () => profiles.ended),
      listed(parts, "the watches of Shoots and Seeds", () => known.ended),
      listed(parts, "the webhooks", (signal) => serveWebhooks(parts, onServed, signal)),
      listed(parts, "the leadership", leading),
    ];
    await runTogether(runs, ending).finally(stopServing);
    return { kind };
  } catch (error) {
    return { kind: "failed", error };
  } finally {
    end();
  }
}
