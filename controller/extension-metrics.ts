import type { RuntimeMetrics } from "../kube/runtime-metrics.ts";
import type { Sample } from "../kube/metrics.ts";
import type { Clock } from "../kube/clock.ts";
import type { Profiles } from "./context.ts";
import type { NamedStore } from "./self-check.ts";
import type { Stores } from "./stores.ts";

export interface MeasuredParts {
  readonly stores: Stores;
  readonly named: readonly NamedStore[];
  readonly profiles: () => Profiles;
  /** When the last heartbeat was written. */
  readonly lastBeat: () => Date | undefined;
  readonly clock: Clock;
}

/** Gardener's states of an operation; anything else counts as None, so that nobody can make up labels. */
const states = ["Succeeded", "Processing", "Pending", "Error", "Failed", "Aborted", "None"] as const;
const classifications = ["supported", "preview", "deprecated"] as const;

/** Adds what only this controller can tell; none of it names a cluster. */
export function addExtensionMetrics(metrics: RuntimeMetrics, parts: MeasuredParts): void {
  const { named, profiles, lastBeat, clock } = parts;
  const add = (name: string, help: string, labels: readonly string[], read: () => readonly Sample[]): void => {
    metrics.gauge({ name: `falco_extension_${name}`, help, labels }, read);
  };
  add("extensions", "Extensions by the state of their last operation.", ["state"], () => extensionSamples(parts));
  add("store_objects", "Objects that are kept up to date, by store.", ["store"], () =>
    named.map(({ name, store }) => ({ labels: { store: name }, value: store.size })),
  );
  const contact = "How long a store has been out of contact with its API server; 0 while it is in contact.";
  add("store_out_of_contact_seconds", contact, ["store"], () =>
    named.map(({ name, store: { lostSince } }) => {
      const value = lostSince === undefined ? 0 : (clock.monotonic() - lostSince) / 1000;
      return { labels: { store: name }, value };
    }),
  );
  add("falco_versions", "Falco versions of all FalcoProfiles, by classification.", ["classification"], () => {
    const { falco } = profiles().catalogue;
    return classifications.map((classification) => ({
      labels: { classification },
      value: falco.filter((each) => each.classification === classification).length,
    }));
  });
  add("heartbeat_timestamp_seconds", "When the last heartbeat was written; absent before the first.", [], () => {
    const last = lastBeat();
    return last === undefined ? [] : [{ value: last.getTime() / 1000 }];
  });
}

function extensionSamples({ stores }: MeasuredParts): readonly Sample[] {
  const counts = new Map<string, number>(states.map((state) => [state, 0]));
  for (const extension of stores.extensions.values()) {
    if (extension === undefined) continue;
    const told = extension.status?.lastOperation?.state;
    const state = states.find((each) => each === told) ?? "None";
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return [...counts].map(([state, value]) => ({ labels: { state }, value }));
}
