import type { Problem } from "../../base/problem.ts";
import { clusterName } from "../falco-use.ts";
import { effectDetails, effectText } from "./effect-text.ts";
import type { ClusterPlan, Effect, EffectKind } from "./effect.ts";
import { countByKind, entriesOf, type Entry, type Part } from "./entries.ts";
import { clusterCount, groupLines, someNames, tableLines } from "./lines.ts";

/** What is known about a plan besides the clusters. */
export interface Reported {
  readonly plans: readonly ClusterPlan[];
  readonly now: Date;
  /** Whether there are profiles of before to compare with. */
  readonly compared: boolean;
  /** What is wrong with the new profiles, and what is odd; paths begin with `falcoprofiles[name]`. */
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** More lines than that are told in groups, unless all are asked for. */
const mostLines = 60;

/** How a plan is told to people. */
export interface Telling {
  /** Whether each cluster gets a line of its own, however many there are. */
  readonly all: boolean;
  /** A problem of a profile in a line, with the place where it stands. */
  readonly describe: (each: Problem) => string;
}

/** A plan for people to read. */
export function planText(report: Reported, { all, describe }: Telling): string {
  const paragraphs = [
    profileLines(report, describe),
    ...sections(report).flatMap(({ part, title }) => sectionLines(title, entriesOf(report.plans, part), all)),
    footnotes(report.plans),
    unreadableLines(report, all),
    unaffectedLines(report, all),
    summaryLines(report),
  ];
  const lines = paragraphs.filter((each) => each.length > 0).map((each) => each.join("\n"));
  return `${lines.join("\n\n")}\n`;
}

function profileLines({ problems, warnings }: Reported, describe: Telling["describe"]): readonly string[] {
  return [
    ...(problems.length > 0 ? ["The new profiles have problems, so the webhook would refuse them:"] : []),
    ...problems.map((each) => `  ${describe(each)}`),
    ...warnings.map((each) => `warning: ${describe(each)}`),
  ];
}

interface Section {
  readonly part: Part;
  readonly title: string;
}

function sections({ compared }: Reported): readonly Section[] {
  if (!compared) return [{ part: "effects", title: "What will happen with these profiles:" }];
  return [
    { part: "effects", title: "Because of this change:" },
    { part: "noLonger", title: "No longer happens:" },
    { part: "anyway", title: "Happens anyway, with the profiles of before as well:" },
  ];
}

function sectionLines(title: string, entries: readonly Entry[], all: boolean): readonly (readonly string[])[] {
  if (entries.length === 0) return [];
  if (entries.length > mostLines && !all) return [[title], groupLines(entries)];
  const details = detailLines(entries);
  return [[title], tableLines(entries), ...(details.length === 0 ? [] : [details])];
}

/** What the lines of a table have no room for, once for all of them. */
function detailLines(entries: readonly Entry[]): readonly string[] {
  const told = new Map<string, readonly string[]>();
  for (const { effect } of entries) {
    const details = effectDetails(effect);
    if (details.length > 0) told.set([effectText(effect), ...details].join("\n"), details);
  }
  return [...told].flatMap(([key, details]) => [key.split("\n")[0] ?? "", ...details.map((each) => `  ${each}`)]);
}

function unaffectedLines({ plans, compared }: Reported, all: boolean): readonly string[] {
  const names = unaffected(plans).map(({ cluster }) => clusterName(cluster));
  if (names.length === 0) return [];
  const told = all ? names.join(", ") : someNames(names);
  return [`${compared ? "The change does nothing to" : "Nothing happens to"} ${clusterCount(names.length)}: ${told}`];
}

/** The clusters to which nothing happens because of the change; of those that cannot be read, nobody can say that. */
export function unaffected(plans: readonly ClusterPlan[]): readonly ClusterPlan[] {
  return plans.filter(({ cluster, effects, noLonger }) => cluster.readable && [...effects, ...noLonger].length === 0);
}

/** The clusters whose configuration cannot be read. Maintenance may move one all the same, when its version can be. */
export function unreadable(plans: readonly ClusterPlan[]): readonly ClusterPlan[] {
  return plans.filter(({ cluster }) => !cluster.readable);
}

/** So many names are told of what somebody has to mend. */
const namesToMend = 20;

function unreadableLines({ plans }: Reported, all: boolean): readonly string[] {
  const names = unreadable(plans).map(({ cluster }) => clusterName(cluster));
  if (names.length === 0) return [];
  const title = `note: The configuration of ${clusterCount(names.length)} cannot be read ("admit" says why): the controller does nothing there until it is mended, so what the profiles mean there is not known.`;
  return [title, `  ${someNames(names, all ? names.length : namesToMend)}`];
}

const countTexts: Readonly<Record<EffectKind, string>> = {
  stranded: "NO USABLE VERSION",
  blocked: "BLOCKED",
  image: "other image",
  rules: "other rules",
  falcosidekick: "other falcosidekick",
  falcosidekickImage: "other image of falcosidekick",
  default: "other default version",
  autoUpdate: "auto-update",
  forced: "forced",
  expires: "Seed with an expiration date",
  warned: "warned",
};

function summaryLines({ plans, compared }: Reported): readonly string[] {
  const counts = [...countByKind(entriesOf(plans, "effects"))].map(
    ([kind, count]) => `${String(count)} ${countTexts[kind]}`,
  );
  const nothing = unaffected(plans).length;
  const unknown = unreadable(plans).length;
  const parts = [
    ...counts,
    ...(nothing > 0 ? [`${String(nothing)} untouched`] : []),
    ...(unknown > 0 ? [`${String(unknown)} that cannot be read`] : []),
  ];
  return [
    `${clusterCount(plans.length)} with Falco: ${parts.length === 0 ? "nothing happens" : parts.join(", ")}.`,
    ...(compared
      ? []
      : [
          "This is all that is to come, whatever brings it about. Changes that the controller follows at once, such as images, rules and falcosidekick, need profiles to compare with.",
        ]),
  ];
}

/** What the big words in a plan mean and what to do about them, once for the whole plan. */
function footnotes(plans: readonly ClusterPlan[]): readonly string[] {
  const wrong = plans.flatMap(({ effects, anyway }) => [...effects, ...anyway]).filter((each) => "problem" in each);
  const taken = plans.some(({ effects }) => effects.some(isTakenAway));
  return [
    ...(wrong.some(({ kind }) => kind === "blocked") ? [blocked] : []),
    ...(wrong.some(({ kind }) => kind === "stranded") ? [stranded] : []),
    ...(taken ? [takenAway] : []),
  ];
}

const blocked =
  "BLOCKED: the controller cannot deploy the version. What runs goes on running, but until the version changes the Extension reports an error and Gardener cannot finish a reconcile of the cluster.";
const stranded =
  "NO USABLE VERSION: the version cannot be deployed or has expired, and nothing moves the cluster on by itself. What runs goes on running. Add a version to the profile, or write another one into the manifest.";
const takenAway =
  "Better than taking a version away: give it an expirationDate and leave it in the profile until no cluster has it. Clusters are then moved on in their windows without an error.";

function isTakenAway(effect: Effect): boolean {
  return "problem" in effect && effect.problem.code === "VERSION_UNKNOWN";
}
