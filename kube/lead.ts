import type { Client } from "./client.ts";
import type { Clock } from "./clock.ts";
import { fencedClient } from "./fence.ts";
import { type LeaderOptions, type Leadership, runLeader } from "./leader.ts";
import { errorText, type Logger } from "./logger.ts";

/** How the replicas of a controller agree on the one that works. */
export type Election = Pick<LeaderOptions, "client" | "lease" | "identity" | "timing">;

export interface LeadOptions {
  /** Absent: there is one replica only, and it leads at once. */
  readonly election: Election | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** The right to write, which a process has only while it leads. */
export class Lead {
  #leads = (): boolean => false;
  /** Whether this process leads at this very moment. */
  readonly leads = (): boolean => this.#leads();

  /** The same client, which writes only while this process leads. */
  fenced(client: Client): Client {
    return fencedClient(client, this.leads);
  }

  /** Waits for the leadership and does `work`. Resolves when that has ended: because of `signal`, or because the leadership was lost. */
  async run(
    { election, clock, logger, signal }: LeadOptions,
    work: (leadership: Leadership) => Promise<void>,
  ): Promise<"stopped" | "lost"> {
    const lead = async (leadership: Leadership): Promise<void> => {
      this.#leads = leadership.leads;
      await work(leadership);
    };
    if (election === undefined) {
      await lead({ signal, leads: () => true, lost: never });
      this.#leads = () => false;
      return "stopped";
    }
    const { name } = election.lease;
    logger.info("standing by until this replica may lead", { lease: name, identity: election.identity });
    return runLeader({
      ...election,
      clock,
      signal,
      work: lead,
      onError: (error) => {
        logger.warn("the lease could not be read or written", { lease: name, error: errorText(error) });
      },
    });
  }
}

const never = new AbortController().signal;
