import { equalJson } from "../falco/base/json.ts";
import { type FalcoUse, falcoUseOf } from "../falco/desired/falco-use.ts";
import { errorText, type Logger } from "../kube/logger.ts";
import type { ResourceType } from "../kube/objects.ts";
import { Store } from "../kube/store.ts";
import { runWatch, type WatchPorts } from "../kube/watch.ts";
import { seeds, shoots, usesFalco } from "./garden.ts";

/** Told of each difference: `previous` is absent for a new use, `current` for one that has ended. */
type UseListener = (key: string, previous: FalcoUse | undefined, current: FalcoUse | undefined) => void;

/** The clusters of a garden that use Falco, as they were last seen. */
export interface KnownUses {
  /** Shoots first, then Seeds. */
  readonly uses: () => Iterable<FalcoUse>;
  /** By `namespace/name` of a Shoot or the name of a Seed. */
  readonly get: (key: string) => FalcoUse | undefined;
  /** Whether both first lists are complete; what is counted before that is too little. */
  readonly isSynced: () => boolean;
  readonly whenSynced: () => Promise<void>;
  /** Since when there has been no contact with the API server, by the watches' monotonic clock; undefined while there is. */
  readonly lostSince: () => number | undefined;
  /** Tells `listener` of every difference from now on; a Shoot that changes in something else is none. */
  readonly onChange: (listener: UseListener) => void;
  /** Resolves when the watches have ended, after `signal` has aborted. */
  readonly ended: Promise<void>;
}

type UseStore = Store<FalcoUse | undefined>;

/** A whole Shoot may have 50 kB and more, so only so many are in memory at once; what is kept of each is a few hundred bytes. */
const pageSize = 100;

/** Follows the Shoots and Seeds that Gardener has labelled as ours until `signal` aborts. */
export function watchUses(ports: Omit<WatchPorts, "onError">, logger: Logger, signal: AbortSignal): KnownUses {
  const follow = (type: ResourceType): { readonly store: UseStore; readonly ended: Promise<void> } => {
    const store: UseStore = new Store({ project: falcoUseOf });
    const onError = (error: unknown): void => {
      logger.warn(`the ${type.kind}s with Falco cannot be followed; trying again`, { error: errorText(error) });
    };
    const selection = { type, labelSelector: usesFalco, store, pageSize, signal };
    return { store, ended: runWatch(selection, { ...ports, onError }) };
  };
  const followed = [follow(shoots), follow(seeds)];
  const stores = followed.map(({ store }) => store);
  return {
    ...viewOf(stores),
    ended: Promise.all(followed.map(({ ended }) => ended)).then(() => undefined),
  };
}

function viewOf(stores: readonly UseStore[]): Omit<KnownUses, "ended"> {
  return {
    uses: () => stores.flatMap((store) => store.values()).filter((use) => use !== undefined),
    get: (key) => stores.map((store) => store.get(key)).find((use) => use !== undefined),
    isSynced: () => stores.every(({ synced }) => synced),
    whenSynced: async () => {
      await Promise.all(stores.map((store) => store.whenSynced()));
    },
    lostSince: () => {
      const losses = stores.flatMap(({ lostSince }) => lostSince ?? []);
      return losses.length === 0 ? undefined : Math.min(...losses);
    },
    onChange: (listener) => {
      for (const store of stores) {
        store.onChange((key, previous, current) => {
          if (!equalJson(previous, current)) listener(key, previous, current);
        });
      }
    },
  };
}
