import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { BucketLimits } from "./bucket.ts";
import { type Client, connect } from "./client.ts";
import type { Election } from "./lead.ts";
import type { Logger } from "./logger.ts";
import type { ElectionFlags } from "./program-flags.ts";
import type { RequestObserver } from "./requests.ts";
import { createClient } from "./rest-client.ts";

/** Which API server a client is for, and how it behaves there. */
export interface ClientSettings {
  /** Absent: `KUBECONFIG`, then the pod's own account, then `~/.kube/config`. */
  readonly kubeconfig?: string | undefined;
  readonly userAgent: string;
  readonly limits: BucketLimits;
  readonly observe?: RequestObserver;
}

/** Opens a client; throws, with a sentence, when there is no API server or no credentials. */
export async function openClient({ kubeconfig, ...settings }: ClientSettings): Promise<Client> {
  return createClient({ connection: await connect({ kubeconfig }), ...settings });
}

/** How this replica stands for election; undefined, with a warning, when there is no election. */
export async function openElection(
  flags: ElectionFlags | undefined,
  settings: Pick<ClientSettings, "kubeconfig" | "userAgent">,
  logger: Logger,
): Promise<Election | undefined> {
  if (flags === undefined) {
    logger.warn("leader election is off: run one replica only");
    return undefined;
  }
  // A client of its own, so that a burst of work never holds up the lease's renewal.
  const client = await openClient({ ...settings, limits: { perSecond: 10, burst: 20 } });
  return { ...flags, client, identity: `${hostname()}_${randomUUID()}` };
}
