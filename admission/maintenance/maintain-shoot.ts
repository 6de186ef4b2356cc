import type { Outcome } from "../../falco/base/outcome.ts";
import type { Catalogue } from "../../falco/catalog/catalogue.ts";
import { updateOf } from "../../falco/desired/maintain.ts";
import { maintenanceWindow, nextMoment, windowContains } from "../../falco/desired/maintenance-window.ts";
import { nameOf } from "../../kube/objects.ts";
import { moveVersion } from "./move-version.ts";
import type { MaintenancePorts } from "./ports.ts";
import type { Report } from "./report.ts";

/** What a look at a Shoot needs. */
export interface LookPorts extends Pick<MaintenancePorts, "client" | "known" | "clock" | "random"> {
  /** undefined while there is none to go by. */
  readonly catalogue: () => Catalogue | undefined;
  readonly report: Report;
}

/** One look at a Shoot. */
export interface Look {
  readonly key: string;
  /** Somebody has asked for it: then it need not be in the window. */
  readonly isAskedFor: boolean;
  readonly signal: AbortSignal;
}

/** How soon a Shoot is looked at again that was due while there was no catalogue to go by. */
const patienceSeconds = 60;

/**
 * Gives a Shoot the version that it should have, if it is time for that, and plans the next look. Most looks need no request: what is known
 * of the Shoot tells whether there is anything to do. Throws when it should be tried again soon.
 */
export async function maintainShoot({ key, isAskedFor, signal }: Look, ports: LookPorts): Promise<Outcome> {
  const use = ports.known.get(key);
  if (use?.kind !== "Shoot") return { kind: "done" };
  const now = ports.clock.now();
  const random = ports.random();
  const window = maintenanceWindow(use.timeWindow);
  const next = nextMoment(window, now, random);
  const later: Outcome = { kind: "again", afterSeconds: (next.getTime() - now.getTime()) / 1000 };
  if (!isAskedFor && !windowContains(window, now)) return later;
  const catalogue = ports.catalogue();
  if (catalogue === undefined) return { kind: "waiting", for: "the FalcoProfiles", afterSeconds: patienceSeconds };
  if (updateOf(use, catalogue, now) === undefined) return later;
  const context = { now, catalogue, random, isAskedFor };
  const moved = await moveVersion(nameOf(key), { client: ports.client, context, signal });
  await ports.report(moved, signal);
  if (moved.kind === "failed") throw moved.error;
  return later;
}
