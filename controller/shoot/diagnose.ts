import type { Check } from "../health.ts";
import { cleanText } from "./clean-text.ts";
import { customRulesFile } from "./custom-rules.ts";
import { readFalcoLog } from "./falco-log.ts";
import type { Crash, Trouble } from "./trouble.ts";

export type Workload = "falco" | "falcosidekick";

/** A pod in trouble. */
export interface SickPod {
  readonly workload: Workload;
  readonly trouble: Trouble;
  /** The end of the log, where it was read. */
  readonly log?: string;
}

/** What the shoot is asked about, and what is known about it from elsewhere. */
export interface Question {
  /** The names that the configuration's custom rules have in `spec.resources`, in their order. */
  readonly customRules: readonly (string | undefined)[];
  /** Since when the present objects have been in trouble; undefined if that is not known. */
  readonly since?: Date;
  /** Whether what runs is what the user has asked for last: nothing is waiting to be reconciled or applied. */
  readonly isCurrent: boolean;
}

/** What was found in the shoot. */
export interface Evidence {
  readonly pods: readonly SickPod[];
  readonly question: Question;
  /** Whether the shoot works with the present DaemonSet, and not still with the one before. */
  readonly isRolledOut: boolean;
}

/** Falco's or Kubernetes' own words may have that many characters. */
const longestWords = 400;
/** More than that many different troubles at once tell nobody more. */
const mostCauses = 3;

/** How long a node may take until a changed ConfigMap has reached its pods' files. */
const settleSeconds = 120;

/**
 * What is wrong in the shoot, one failed check for each cause; none if no pod has been in trouble for long. Neither names nor numbers of pods
 * are in the texts: these change all the time, and each change of a text is a write.
 *
 * ERR_CONFIGURATION_PROBLEM tells Gardener and the user that only the user can mend it, so it takes proof: every Falco pod in trouble ends in
 * an orderly way (exit code 1) and each log that was read refuses a rules file of the user's own, in a run that ended after the present
 * rules had reached the node, with nothing left to roll out. A standard rules file, a plugin that is missing or a crash is never the user's fault here.
 */
export function diagnose(evidence: Evidence): readonly Check[] {
  const codes = isUsersFault(evidence) ? ["ERR_CONFIGURATION_PROBLEM"] : undefined;
  // A crash whose log was not read adds nothing to one whose log was.
  const isRead = evidence.pods.some(({ log }) => log !== undefined);
  const telling = evidence.pods.filter(
    ({ workload, trouble, log }) => !isRead || workload !== "falco" || trouble.kind !== "crash" || log !== undefined,
  );
  const details = telling.map((pod) => `${titles[pod.workload]}: ${causeOf(pod, evidence.question.customRules)}`);
  return [...new Set(details)].slice(0, mostCauses).map((detail, index) => ({
    kind: "failed",
    detail,
    ...(codes !== undefined && index === 0 && { codes }),
  }));
}

const titles: Readonly<Record<Workload, string>> = {
  falco: "DaemonSet falco",
  falcosidekick: "Deployment falcosidekick",
};

function isUsersFault({ pods, question, isRolledOut }: Evidence): boolean {
  const sick = pods.filter(({ workload }) => workload === "falco");
  const read = sick.filter(({ log }) => log !== undefined);
  if (!isRolledOut || !question.isCurrent || read.length === 0) return false;
  return (
    sick.every(({ trouble }) => trouble.kind === "crash" && trouble.exitCode === 1) &&
    read.every((pod) => pod.trouble.kind === "crash" && provesUsersFault(pod.trouble, pod.log ?? "", question))
  );
}

function provesUsersFault({ endedAt }: Crash, log: string, { since, customRules }: Question): boolean {
  const error = readFalcoLog(log);
  if (error?.kind !== "rules" || customRulesFile(error.file, customRules) === undefined) return false;
  if (since === undefined) return true;
  return endedAt !== undefined && endedAt.getTime() >= since.getTime() + settleSeconds * 1000;
}

function causeOf({ workload, trouble, log }: SickPod, customRules: Question["customRules"]): string {
  switch (trouble.kind) {
    case "unschedulable":
      return `no node takes a pod: ${words(trouble.words)}`;
    case "image":
      return `the image ${cleanText(trouble.image, longestWords)} cannot be pulled: ${words(trouble.words)}`;
    case "setup":
      return `a container cannot be created: ${words(trouble.words)}`;
    case "memory":
      return `the container ${trouble.container} needs more memory than its limit allows (OOMKilled). Raise the limit`;
    case "crash":
      return crashCause(
        trouble,
        workload === "falco" ? (log === undefined || log === "" ? trouble.lastWords : log) : "",
        customRules,
      );
  }
}

function crashCause({ container, exitCode }: Crash, log: string, customRules: Question["customRules"]): string {
  const error = readFalcoLog(log);
  switch (error?.kind) {
    case undefined:
      return `the container ${container} ends again and again with exit code ${String(exitCode)}`;
    case "kernel":
      return `Falco cannot observe the kernel of a node: ${words(error.words)}`;
    case "other":
      return `Falco does not start: ${words(error.words)}`;
    case "rules": {
      const custom = customRulesFile(error.file, customRules);
      if (custom === undefined) return `Falco refuses the rules file ${words(error.file)}: ${words(error.words)}`;
      return `Falco refuses the rules file "${words(custom.file)}" ${words(custom.from)}: ${words(error.words)}`;
    }
  }
}

function words(text: string): string {
  return cleanText(text, longestWords);
}
