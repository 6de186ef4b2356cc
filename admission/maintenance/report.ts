import { describeUpdate } from "../../falco/catalog/next-version.ts";
import { eventWriter, type Note } from "../../kube/events.ts";
import { isConflict } from "../../kube/errors.ts";
import { errorText } from "../../kube/logger.ts";
import { keyOf, type KubeObject } from "../../kube/objects.ts";
import type { Moved } from "./move-version.ts";
import type { MaintenancePorts } from "./ports.ts";

/** Tells what came of a Shoot's maintenance; never fails. */
export type Report = (moved: Moved, signal: AbortSignal) => Promise<void>;

const component = "gardener-falco-admission";
const reasons = ["newer", "expired", "unknown"] as const;
const results = ["updated", "stranded", "refused", "failed"] as const;

/** Tells it by an Event on the Shoot, the log and a counter. */
export function reporter({
  client,
  clock,
  logger,
  metrics,
}: Pick<MaintenancePorts, "client" | "clock" | "logger" | "metrics">): Report {
  const writeEvent = eventWriter({ client, clock, component });
  const count = metrics?.counter({
    name: "falco_admission_maintenance_total",
    help: "Shoots whose version of Falco was to be changed, by reason and result.",
    labels: ["reason", "result"],
  });
  for (const reason of reasons) for (const result of results) count?.({ reason, result }, 0);

  async function tell(about: KubeObject, note: Note, signal: AbortSignal): Promise<void> {
    try {
      await writeEvent(about, note, signal);
    } catch (error) {
      // What was done is done, whether it can be told or not.
      const shoot = keyOf(about.metadata);
      logger.warn("an Event could not be written", { shoot, reason: note.reason, error: errorText(error) });
    }
  }

  return async (moved, signal) => {
    if (moved.kind === "unchanged") return;
    const { kind: result, shoot, update } = moved;
    const { from = "", reason } = update;
    count?.({ reason, result });
    const level = levels[result];
    const message = messageOf(moved);
    // Not as the field `message`: winston would write it into the line's own.
    logger[level]("maintenance of a Shoot", { shoot: keyOf(shoot.metadata), result, from, reason, what: message });
    // Another writer was quicker, again and again: nothing that anybody could do something about.
    if (result === "failed" && isConflict(moved.error)) return;
    const isGood = result === "updated";
    const note = {
      type: isGood ? "Normal" : "Warning",
      reason: isGood ? "FalcoUpdated" : "MaintenanceFailed",
    } as const;
    await tell(shoot, { ...note, message }, signal);
  };
}

const levels = { updated: "info", stranded: "warn", refused: "warn", failed: "error" } as const;

function messageOf(moved: Exclude<Moved, { kind: "unchanged" }>): string {
  switch (moved.kind) {
    case "updated":
    case "stranded":
      return describeUpdate(moved.update);
    case "refused":
    case "failed": {
      const { from, to } = moved.update;
      return `Falco cannot be updated from ${from} to ${to}: ${errorText(moved.error)}`;
    }
  }
}
