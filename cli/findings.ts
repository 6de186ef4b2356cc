import { formatProblem, joinPath, type Problem } from "../falco/base/problem.ts";
import type { Position } from "../falco/base/yaml.ts";

/** A problem and where it stands: a file, and where possible line and column. */
export interface Finding {
  readonly file: string;
  readonly position?: Position;
  readonly problem: Problem;
}

/** What a command has found so far. Commands add to it and go on, so that one run shows everything. */
export interface Findings {
  /** What keeps the command from its work: files that cannot be read, or are not what they should be. */
  readonly unusable: Finding[];
  /** What is wrong with the object that the command is about. */
  readonly problems: Finding[];
  readonly warnings: Finding[];
  /** Sentences about what was assumed where the input does not say. */
  readonly notes: string[];
}

/** Nothing found yet. */
export function noFindings(): Findings {
  return { unusable: [], problems: [], warnings: [], notes: [] };
}

/**
 * How a process ends: all is well, there are problems (or a denial), there was nothing to work with, or (plan) a cluster would be left
 * without a usable version.
 */
export type ExitCode = 0 | 1 | 2 | 3;

/** The exit code that the findings ask for. */
export function exitCodeOf({ unusable, problems }: Findings): ExitCode {
  if (unusable.length > 0) return 2;
  return problems.length > 0 ? 1 : 0;
}

/** That many lines of a kind are written: a binary file given as YAML would have thousands. */
const lineLimit = 50;

/** The lines for standard error, none of them twice: notes, warnings, and at the end what is wrong. */
export function reportLines({ unusable, problems, warnings, notes }: Findings): readonly string[] {
  const wrong = distinct([...unusable, ...problems].map((each) => findingLine(each)));
  const warned = distinct(warnings.map((each) => findingLine(each))).filter((each) => !wrong.includes(each));
  return [
    ...limited(distinct(notes).map((each) => `note: ${each}`)),
    ...limited(warned.map((each) => `warning: ${each}`)),
    ...limited(wrong),
  ];
}

/** `file:line:column: path: message (CODE)`, on one line, without anything that a terminal would act on. */
export function findingLine({ file, position, problem }: Finding): string {
  const place = position === undefined ? file : `${file}:${String(position.line)}:${String(position.column)}`;
  return `${place}: ${formatProblem(problem)}`
    .replaceAll(/\s*[\r\n]+\s*/g, " ")
    .replaceAll(/\p{Cc}/gu, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function limited(lines: readonly string[]): readonly string[] {
  if (lines.length <= lineLimit) return lines;
  return [...lines.slice(0, lineLimit), `… and ${String(lines.length - lineLimit)} more like these`];
}

function distinct(lines: readonly string[]): readonly string[] {
  return [...new Set(lines)];
}

/** The steps of a path: `a.b[0]["c/d"]` → `["a", "b", 0, "c/d"]`; the opposite of `joinPath`. */
export function stepsOf(path: string): readonly (string | number)[] {
  const steps = path.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g);
  return [...steps].map(([, index, quoted, name]) => {
    if (index !== undefined) return Number(index);
    return quoted === undefined ? (name ?? "") : String(JSON.parse(quoted));
  });
}

/** A path below a list of steps. */
export function pathOf(steps: readonly (string | number)[]): string {
  return joinPath("", ...steps);
}
