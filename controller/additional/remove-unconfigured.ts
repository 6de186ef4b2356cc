import type { Outcome } from "../../falco/base/outcome.ts";
import type { Client } from "../../kube/client.ts";
import type { Logger } from "../../kube/logger.ts";
import type { LiveManagedResource } from "../context.ts";
import { removeManagedResource } from "../remove-managed-resource.ts";
import { additionalName } from "./deploy-chart.ts";

export interface RemovalContext {
  readonly client: Client;
  readonly namespace: string;
  readonly logger: Logger;
  /** All ManagedResources with our label in that namespace. */
  readonly present: () => readonly LiveManagedResource[];
}

/** Objects that are deleted take a while; nothing announces how long. */
const askAgainSeconds = 10;

/** Removes the ManagedResources of charts that the configuration does not have any more. */
export async function removeUnconfigured(
  configured: readonly string[],
  { client, namespace, logger, present }: RemovalContext,
  signal: AbortSignal,
): Promise<Outcome> {
  const wanted = new Set(configured.map(additionalName));
  const left: string[] = [];
  for (const { metadata } of present()) {
    const { name = "", deletionTimestamp } = metadata;
    if (wanted.has(name)) continue;
    if (deletionTimestamp === undefined) logger.info("a chart is not configured any more; it is removed", { name });
    const { gone } = await removeManagedResource({ namespace, name }, client, signal);
    if (!gone) left.push(name);
  }
  if (left.length === 0) return { kind: "done" };
  return { kind: "waiting", for: `the end of ${left.join(", ")}`, afterSeconds: askAgainSeconds };
}
