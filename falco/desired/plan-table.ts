import type { Entry } from "./plan-order.ts";
import { clusterName, effectText, whenText } from "./plan-text.ts";

/** One line for each thing that happens to a cluster, in columns. */
export function tableLines(entries: readonly Entry[]): readonly string[] {
  return columns([
    ["CLUSTER", "RUNS", "WHAT HAPPENS", "WHEN (UTC)"],
    ...entries.map(({ cluster, effect }) => [
      clusterName(cluster),
      cluster.falcoVersion ?? "default",
      effectText(effect),
      whenText(effect.when),
    ]),
  ]);
}

/** The widest cell decides how wide a column is; the last one ends where its text ends. */
function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, index) =>
    rows.reduce((most, row) => Math.max(most, row[index]?.length ?? 0), 0),
  );
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
