import type { Outcome } from "../../falco/base/outcome.ts";
import { Backoff } from "../../kube/backoff.ts";
import type { Client } from "../../kube/client.ts";
import type { Clock } from "../../kube/clock.ts";
import { errorText, type Logger } from "../../kube/logger.ts";
import { runLoop } from "../../kube/loop.ts";
import { nameOf, type ObjectName, resource, type ResourceType } from "../../kube/objects.ts";
import { Queue } from "../../kube/queue.ts";
import { Store } from "../../kube/store.ts";
import { runWatch } from "../../kube/watch.ts";
import { gardenTypes, type LandscapeObjects, tendSeed, tendShoot } from "./gardenlet.ts";
import { acceptManagedResource, type Applied } from "./resource-manager.ts";

interface StandIns {
  readonly client: Client;
  readonly objects: LandscapeObjects;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly onApplied: Applied;
}

/** Runs what Gardener's own programs would do, until `signal` aborts. */
export async function runStandIns({ client, objects, clock, logger, signal, onApplied }: StandIns): Promise<void> {
  const managedResource = resource("resources.gardener.cloud/v1alpha1", "ManagedResource");
  const follow = (type: ResourceType, work: (name: ObjectName) => Promise<Outcome>): Promise<unknown> => {
    const queue = new Queue();
    const store = new Store<string>({
      // Only what Gardener acts on: another spec, a deletion, or being asked to.
      project: ({ metadata: { generation = 0, deletionTimestamp = "", annotations = {} } }) =>
        [generation, deletionTimestamp, annotations["gardener.cloud/operation"] ?? ""].join(" "),
      onChange: (key, previous, current) => {
        if (current !== undefined && current !== previous) queue.add(key, clock.monotonic());
      },
    });
    const onError = (error: unknown): void => {
      logger.warn("a stand-in failed; trying again", { error: errorText(error) });
    };
    return Promise.all([
      runWatch({ type, store, signal }, { client, clock, random: Math.random, onError }),
      runLoop({
        queue,
        backoff: new Backoff(),
        workers: 2,
        clock,
        signal,
        reconcile: (key) => work(nameOf(key)),
        observer: {
          failed: (_key, error) => {
            onError(error);
          },
        },
      }),
    ]);
  };
  await Promise.all([
    follow(gardenTypes.shoot, (name) => tendShoot(name, objects, client, clock.now)),
    follow(gardenTypes.seed, (name) => tendSeed(name, client, clock.now)),
    follow(managedResource, (name) => acceptManagedResource(name, client, { now: clock.now, onApplied })),
  ]);
}
