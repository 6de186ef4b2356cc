/** Why Falco ended, by its own words. These are neither cleaned nor cut. */
export type FalcoError =
  /** It refuses a rules file. */
  | { readonly kind: "rules"; readonly file: string; readonly words: string }
  /** The node's kernel does not let it load or use its probe. */
  | { readonly kind: "kernel"; readonly words: string }
  | { readonly kind: "other"; readonly words: string };

const timestamp = String.raw`(?:\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d{4}): |\w{3} \w{3} [ \d]\d [\d:]{8} \d{4}: )?`;
/** `Error: …` is the last thing that Falco says before it ends; an exception that nobody expected has the other form. */
const errorLine = new RegExp(String.raw`^${timestamp}(?:Error|Runtime error): (.+?)(?:\. Exiting\.?)?$`);
const invalidFile = /^(\/\S+): Invalid$/;
const location = /^(?:In| {3,}) ?(.*?): \((\/[^\s:]+):(\d+):\d+\)$/;
const rulesError = /^LOAD_ERR_[A-Z_]+ \(.*$/;
const probe = /^(?:\[libs\]: )?(lib(?:bpf|pman|scap): .+)$/;
const aboutKernel = /scap_init|scap_open|libscap|libpman|\be?bpf\b|\bBTF\b|ring buffer|perf_event|kernel module/i;

/**
 * What the end of Falco's log says about why it ended; undefined if it ended without a word. The forms are those of
 * userspace/falco/app and userspace/engine/rule_loader.cpp in Falco 0.42 to 0.44: a refused file is `Error: FILE: Invalid`, then the place in it
 * from the outside to the inside, a snippet between two rules of dashes, and `LOAD_ERR_… (what that means): message`; warnings may follow.
 */
export function readFalcoLog(log: string): FalcoError | undefined {
  const lines = log.split(/\r?\n/);
  const start = lines.findLastIndex((line) => errorLine.test(line));
  const words = errorLine.exec(lines[start] ?? "")?.[1];
  const file = invalidFile.exec(words ?? "")?.[1];
  // With many warnings behind it, the first line of the error may be too far up to be in the log that was read.
  if (file !== undefined || words === undefined) return refusedFile(lines.slice(Math.max(0, start)), file);
  const probeWords = lines.flatMap((line) => probe.exec(line)?.[1] ?? []).at(-1);
  if (probeWords === undefined && !aboutKernel.test(words)) return { kind: "other", words };
  return { kind: "kernel", words: probeWords === undefined ? words : `${words} (${probeWords})` };
}

function refusedFile(lines: readonly string[], named: string | undefined): FalcoError | undefined {
  const at = lines.findIndex((line) => rulesError.test(line));
  // The last place before the message; that of a part of a condition names the condition, not a file.
  const place = lines.slice(0, Math.max(0, at)).flatMap(placeIn).at(-1);
  const file = named ?? place?.file;
  if (file === undefined) return undefined;
  if (at < 0) return { kind: "rules", file, words: "Falco does not say why" };
  // Falco counts lines from 0.
  const where = place === undefined ? "" : ` (${place.item}, line ${String(place.line + 1)})`;
  return { kind: "rules", file, words: (lines[at] ?? "") + where };
}

function placeIn(text: string): readonly { readonly item: string; readonly file: string; readonly line: number }[] {
  const [, item = "", file = "", line] = location.exec(text) ?? [];
  return line === undefined ? [] : [{ item, file, line: Number(line) }];
}
