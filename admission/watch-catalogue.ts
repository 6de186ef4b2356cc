import { formatProblem } from "../falco/base/problem.ts";
import type { Catalogue } from "../falco/catalog/catalogue.ts";
import { errorText, type Logger } from "../kube/logger.ts";
import type { KubeObject } from "../kube/objects.ts";
import { Store } from "../kube/store.ts";
import { runWatch, type WatchPorts } from "../kube/watch.ts";
import { falcoProfiles } from "./garden.ts";
import { readProfiles } from "../falco/catalog/read-profiles.ts";

/** The garden's FalcoProfiles as they are now. */
export interface CatalogueWatch {
  /** That of the last complete sync, made anew only after a profile has changed; undefined before the first list is complete. */
  readonly catalogue: () => Catalogue | undefined;
  /** The FalcoProfiles themselves, whatever is wrong with them; undefined before the first list is complete. */
  readonly profiles: () => readonly KubeObject[] | undefined;
  readonly isSynced: () => boolean;
  readonly whenSynced: () => Promise<void>;
  /** How long the garden has not been heard, so that the catalogue may be outdated; 0 while it is. */
  readonly outOfContactSeconds: () => number;
  /** Resolves when the watch has ended, after `signal` has aborted. */
  readonly ended: Promise<void>;
}

/** Follows the FalcoProfiles until `signal` aborts. What is wrong with them is logged when they change. */
export function watchCatalogue(
  ports: Omit<WatchPorts, "onError">,
  logger: Logger,
  signal: AbortSignal,
): CatalogueWatch {
  let current: Catalogue | undefined;
  const store = new Store<KubeObject>({
    project: (object) => object,
    onChange: () => {
      current = undefined;
    },
  });
  const catalogue = (): Catalogue | undefined =>
    store.synced ? (current ??= build(store.values(), logger)) : undefined;
  const onError = (error: unknown): void => {
    logger.warn("the FalcoProfiles cannot be followed; trying again", { error: errorText(error) });
  };
  const ended = runWatch({ type: falcoProfiles, store, signal }, { ...ports, onError });
  const outOfContactSeconds = (): number => {
    const { lostSince } = store;
    return lostSince === undefined ? 0 : (ports.clock.monotonic() - lostSince) / 1000;
  };
  const isSynced = (): boolean => store.synced;
  const profiles = (): readonly KubeObject[] | undefined => (store.synced ? store.values() : undefined);
  return { catalogue, profiles, isSynced, whenSynced: () => store.whenSynced(), outOfContactSeconds, ended };
}

function build(profiles: readonly KubeObject[], logger: Logger): Catalogue {
  const { catalogue, problems } = readProfiles(profiles);
  const versions = catalogue.falco.map(({ version }) => version);
  logger.info("the FalcoProfiles have been read", { profiles: profiles.length, versions });
  if (problems.length > 0) logger.warn("the FalcoProfiles have problems", { problems: problems.map(formatProblem) });
  return catalogue;
}
