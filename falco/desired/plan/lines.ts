import { clusterName } from "../falco-use.ts";
import { effectDetails, effectText, span, whenText } from "./effect-text.ts";
import type { When } from "./effect.ts";
import type { Entry } from "./entries.ts";

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

/** Clusters to which the same happens. */
interface Group {
  readonly first: Entry;
  readonly entries: Entry[];
}

/** So many names are told of a group. */
const namesTold = 5;

/** A paragraph for each thing that happens, with how many clusters, when, and some of their names. */
export function groupLines(entries: readonly Entry[]): readonly string[] {
  return groupsOf(entries).flatMap(({ first, entries: members }, index) => [
    ...(index === 0 ? [] : [""]),
    `${clusterCount(members.length)}: ${effectText(first.effect)}`,
    `  when: ${groupWhen(members.map(({ effect }) => effect.when))}`,
    ...effectDetails(first.effect).map((each) => `  ${each}`),
    `  ${someNames(members.map(({ cluster }) => clusterName(cluster)).sort())}`,
  ]);
}

/** The same text and the same kind of time make a group: windows differ from shoot to shoot. */
function groupsOf(entries: readonly Entry[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const entry of entries) {
    const { effect } = entry;
    const key = [effectText(effect), ...effectDetails(effect), effect.when.kind].join("\n");
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: entry, entries: [entry] });
    else group.entries.push(entry);
  }
  return [...groups.values()];
}

function groupWhen(whens: readonly When[]): string {
  const [first] = whens;
  if (first?.kind !== "window") return first === undefined ? "" : whenText(first);
  const windows = whens.flatMap((each) => (each.kind === "window" ? [each] : []));
  const begin =
    windows
      .map((each) => each.begin)
      .sort()
      .at(0) ?? "";
  const end =
    windows
      .map((each) => each.end)
      .sort()
      .at(-1) ?? "";
  const begun = windows.filter(({ orDayLater }) => orDayLater === true).length;
  const which =
    first.after === undefined
      ? "each in its next maintenance window"
      : "each in its first maintenance window after that";
  const told = begun === 0 ? "" : `; for ${String(begun)} of them perhaps a day later`;
  return `${which}, ${span({ begin, end })} UTC${told}`;
}

/** `a, b and 812 more` */
export function someNames(names: readonly string[], most = namesTold): string {
  const more = names.length - most;
  return more <= 1 ? names.join(", ") : `${names.slice(0, most).join(", ")} and ${String(more)} more`;
}

/** `1 cluster`, `12 clusters` */
export function clusterCount(count: number): string {
  return `${String(count)} cluster${count === 1 ? "" : "s"}`;
}
