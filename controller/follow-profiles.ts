import { formatProblem } from "../falco/base/problem.ts";
import { type Catalogue, managedRuleSet } from "../falco/catalog/catalogue.ts";
import { readProfiles } from "../falco/catalog/read-profiles.ts";
import type { Logger } from "../kube/logger.ts";
import type { KubeObject } from "../kube/objects.ts";
import type { Store } from "../kube/store.ts";
import type { Profiles } from "./context.ts";

export interface FollowOptions {
  /** Fed by a watch of the garden's FalcoProfiles. */
  readonly store: Store<KubeObject>;
  /** Reads the files that FalcoProfiles name as sources of rule sets; those that do not exist are left out. */
  readonly loadRuleFiles: (names: readonly string[]) => ReadonlyMap<string, string>;
  /** Told of each change after the first list, which is how things have been. */
  readonly onChange: (from: Catalogue, to: Catalogue) => void;
  readonly logger: Logger;
}

/** Keeps the catalogue of all FalcoProfiles, and the content of the rule sets that they name. */
export function followProfiles({ store, loadRuleFiles, onChange, logger }: FollowOptions): {
  readonly profiles: () => Profiles;
  readonly ruleFiles: () => ReadonlyMap<string, string>;
} {
  let current: Profiles = { catalogue: readProfiles([]).catalogue, revision: 0 };
  let ruleFiles: ReadonlyMap<string, string> = new Map();
  store.onChange(() => {
    const from = current.catalogue;
    const { catalogue: to, problems } = readProfiles(store.values());
    if (problems.length > 0) logger.warn("the FalcoProfiles have problems", { problems: problems.map(formatProblem) });
    current = { catalogue: to, revision: current.revision + 1 };
    ruleFiles = loadRuleFiles(sourcesOf(to));
    if (store.synced) onChange(from, to);
  });
  return { profiles: () => current, ruleFiles: () => ruleFiles };
}

function sourcesOf({ ruleSets }: Catalogue): readonly string[] {
  const files = ruleSets.flatMap(({ source }) => (source.kind === "file" ? [source.file] : []));
  return [...new Set([managedRuleSet.file, ...files])];
}
