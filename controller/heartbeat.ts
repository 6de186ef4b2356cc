import type { Client } from "../kube/client.ts";
import type { Clock } from "../kube/clock.ts";
import { isAlreadyExists, isNotFound } from "../kube/errors.ts";
import { leaseType, microTime } from "../kube/lease.ts";
import { errorText, type Logger } from "../kube/logger.ts";

/** Where and how often the controller shows that it works. */
export interface HeartbeatSettings {
  readonly namespace: string;
  readonly everySeconds: number;
}

export interface HeartbeatOptions extends HeartbeatSettings {
  readonly client: Pick<Client, "patch" | "create">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What keeps the controller from doing its work, in a sentence; undefined if nothing does. */
  readonly trouble: () => string | undefined;
  /** Told of each sign of life. */
  readonly onBeat: (at: Date) => void;
}

const name = "gardener-extension-heartbeat";
const holderIdentity = "gardener-extension-shoot-falco-service";

/**
 * Renews the Lease by which Gardener sees that an extension is alive, until `signal` aborts. It is renewed only while the
 * controller can do its work: a heartbeat that goes on beside a controller that is stuck would hide what it is there to show.
 * Gardener calls an extension unhealthy after some missed renewals, so one that fails is no reason to hurry.
 */
export async function runHeartbeat(options: HeartbeatOptions, signal: AbortSignal): Promise<void> {
  const { clock, logger, trouble, everySeconds } = options;
  let before: string | undefined;
  while (!signal.aborted) {
    const present = trouble();
    if (present !== undefined && before === undefined) logger.error("no heartbeat: work is held up", { why: present });
    if (present === undefined && before !== undefined) logger.info("the heartbeat goes on");
    before = present;
    if (present === undefined) await beat(options, signal);
    await clock.sleep(everySeconds * 1000, signal);
  }
}

async function beat(options: HeartbeatOptions, signal: AbortSignal): Promise<void> {
  const { clock, logger, onBeat } = options;
  const now = clock.now();
  try {
    await renew(options, now, signal);
    onBeat(now);
    logger.debug("the heartbeat is written");
  } catch (error) {
    if (!signal.aborted) logger.warn("the heartbeat could not be written", { error: errorText(error) });
  }
}

async function renew(
  { client, namespace, everySeconds }: HeartbeatOptions,
  now: Date,
  signal: AbortSignal,
): Promise<void> {
  const spec = { holderIdentity, leaseDurationSeconds: everySeconds, renewTime: microTime(now) };
  try {
    await client.patch(leaseType, { namespace, name }, { body: { spec }, signal });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { namespace, name }, spec };
    await client.create(leaseType, lease, { signal }).catch((second: unknown) => {
      // The one before us made it just now; the next time it is renewed.
      if (!isAlreadyExists(second)) throw second;
    });
  }
}
