import type { Clock } from "../kube/clock.ts";
import { RunTimes } from "../kube/run-times.ts";
import type { Assembly, Clients, ControllerOptions } from "./assemble.ts";
import type { Lead } from "../kube/lead.ts";
import { createSelfCheck, type NamedStore, namedStores, type SelfCheck } from "./self-check.ts";

export type LoopName = "reconcile" | "health";

/** What the parts of a running controller share. */
export interface Parts extends Assembly {
  /** Both refuse to write while this process does not lead. */
  readonly clients: Clients;
  readonly options: ControllerOptions;
  readonly lead: Lead;
  /** Aborted as soon as the controller begins to end. */
  readonly end: AbortController;
  readonly named: readonly NamedStore[];
  readonly runs: Readonly<Record<LoopName, RunTimes>>;
  readonly check: SelfCheck;
  /** The last heartbeat that was written. */
  readonly heart: { lastBeat?: Date };
  /** Names of the parts that have not ended. */
  readonly open: Set<string>;
}

/** Puts together what an assembly needs to run. */
export function partsOf(assembly: Assembly, given: Pick<Parts, "clients" | "options" | "lead">): Parts {
  const { clock, signal } = given.options;
  const named = namedStores(assembly.stores, assembly.profiles);
  const runs = runTimes(clock);
  const check = createSelfCheck({ stores: named, runs: Object.values(runs), clock });
  return { ...assembly, ...given, end: endWith(signal), named, runs, check, heart: {}, open: new Set() };
}

function runTimes(clock: Clock): Parts["runs"] {
  return { reconcile: new RunTimes(clock), health: new RunTimes(clock) };
}

function endWith(signal: AbortSignal | undefined): AbortController {
  const end = new AbortController();
  const stop = (): void => {
    end.abort(stopped);
  };
  if (signal?.aborted === true) stop();
  signal?.addEventListener("abort", stop, { once: true });
  return end;
}

/** Why the signals of a controller abort. */
export const stopped = new Error("the controller is being stopped");
