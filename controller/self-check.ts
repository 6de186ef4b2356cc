import type { Clock } from "../kube/clock.ts";
import { runDeadlineMs } from "../kube/loop.ts";
import type { KubeObject } from "../kube/objects.ts";
import type { RunTimes } from "../kube/run-times.ts";
import type { Store } from "../kube/store.ts";
import type { Stores } from "./stores.ts";

/** A store with its name, whatever it holds. */
export interface NamedStore {
  readonly name: string;
  /** Which API server it follows. */
  readonly of: "seed" | "garden";
  readonly store: Pick<Store<unknown>, "size" | "synced" | "whenSynced" | "lostSince" | "replay">;
}

/** All stores of a controller, by name. */
export function namedStores(stores: Stores, profiles: Store<KubeObject>): readonly NamedStore[] {
  const { extensions, clusters, targets, controlPlanes, identities, copies } = stores;
  const ofSeed = { extensions, clusters, targets, controlPlanes, identities, copies };
  const named = Object.entries(ofSeed).map(([name, store]) => ({ name, of: "seed", store }) as const);
  return [...named, { name: "profiles", of: "garden", store: profiles }];
}

/** Questions that the health endpoints and the heartbeat ask; each answer is what is wrong, or undefined. */
export interface SelfCheck {
  /** What only a new process mends: a run that has neither ended nor noticed that its time is over. */
  readonly stuck: () => string | undefined;
  /** Lists that have not arrived yet. */
  readonly unsynced: () => string | undefined;
  /** Watches of the seed without contact for so long that what is known of it must count as outdated. */
  readonly outdated: () => string | undefined;
}

export interface CheckedParts {
  readonly stores: readonly NamedStore[];
  readonly runs: readonly RunTimes[];
  readonly clock: Clock;
}

/** Beyond the deadline, after which a run is told to end; one that takes still longer never will. */
const stuckSeconds = (runDeadlineMs + 60_000) / 1000;
/** A restart of an API server and the longest pause of a watch fit into this. */
const outdatedMs = 120_000;

/**
 * How a controller judges itself. The garden's API server counts only until its first list is there: while it is away,
 * clusters get what is known of the catalogue, and Gardener itself has other worries.
 */
export function createSelfCheck({ stores, runs, clock }: CheckedParts): SelfCheck {
  const named = (isMeant: (each: NamedStore) => boolean): string =>
    stores
      .filter(isMeant)
      .map(({ name }) => name)
      .join(", ");
  const sentence = (names: string, words: string): string | undefined => (names === "" ? undefined : words + names);
  return {
    stuck: () => {
      const longest = Math.max(0, ...runs.map(({ longestSeconds }) => longestSeconds));
      return longest > stuckSeconds ? `a run has taken ${String(Math.floor(longest))} s and does not end` : undefined;
    },
    unsynced: () =>
      sentence(
        named(({ store }) => !store.synced),
        "not listed yet: ",
      ),
    outdated: () => {
      const since = clock.monotonic() - outdatedMs;
      const names = named(({ of, store }) => of === "seed" && store.lostSince !== undefined && store.lostSince < since);
      return sentence(names, "no contact with the API server for more than two minutes: ");
    },
  };
}
