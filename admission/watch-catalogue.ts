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
  /** Made anew only after a profile has changed. Empty before the first list is complete. */
  readonly catalogue: () => Catalogue;
  readonly isSynced: () => boolean;
  readonly whenSynced: () => Promise<void>;
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
  const catalogue = (): Catalogue => (current ??= build(store.values(), logger));
  const onError = (error: unknown): void => {
    logger.warn("the FalcoProfiles cannot be followed; trying again", { error: errorText(error) });
  };
  const ended = runWatch({ type: falcoProfiles, store, signal }, { ...ports, onError });
  return { catalogue, isSynced: () => store.synced, whenSynced: () => store.whenSynced(), ended };
}

function build(profiles: readonly KubeObject[], logger: Logger): Catalogue {
  const { catalogue, problems } = readProfiles(profiles);
  const versions = catalogue.falco.map(({ version }) => version);
  logger.info("the FalcoProfiles have been read", { profiles: profiles.length, versions });
  if (problems.length > 0) logger.warn("the FalcoProfiles have problems", { problems: problems.map(formatProblem) });
  return catalogue;
}
