import { relative } from "node:path";
import { formatProblem, type Problem } from "../falco/base/problem.ts";
import { type Ending, OrderlyEnd } from "./ending.ts";
import { openInspector } from "./inspect.ts";
import { errorText, type Logger } from "./logger.ts";
import type { InspectorAddress } from "./program-flags.ts";

// What the mains of all long-running programs do with the process they run in.

/** How this program was started, for its help: `node controller/main.ts`. */
export function programName(): string {
  return `node ${relative(process.cwd(), process.argv[1] ?? "")}`;
}

/** Tells what keeps the program from starting, a line each; `file` is where the problems are. */
export function fail(problems: readonly Problem[], file?: string): void {
  failWith(problems.map((each) => (file === undefined ? "" : `${file}: `) + formatProblem(each)).join("\n"));
}

/** Tells what keeps the program from starting, without a stack, and makes 1 the exit code. */
export function failWith(text: string): void {
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
}

/** Begins the end of this process upon SIGTERM and SIGINT. */
export function orderlyEnd(logger: Logger, unfinished: () => readonly string[]): OrderlyEnd {
  const end = new OrderlyEnd({
    // Such a timer does not keep the process.
    later: (ms, then) => void setTimeout(then, ms).unref(),
    // The log writes in the background.
    exit: (code) => void setImmediate(() => process.exit(code)),
    unfinished,
    logger,
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      end.request(signal);
    });
  }
  return end;
}

/** What runs until its end, as far as the process has to know. */
interface Running {
  /** Aborted as soon as it begins to end, whatever the reason. */
  readonly ending: AbortSignal;
  readonly ended: Promise<Ending>;
}

/** Waits for the end, whatever the reason. When it is none that somebody asked for, the process does not end well. */
export async function conclude({ ending, ended }: Running, end: OrderlyEnd, logger: Logger): Promise<void> {
  ending.addEventListener("abort", () => {
    end.limit();
  });
  const how = await ended;
  if (how.kind === "stopped") {
    logger.info("stopped");
    return;
  }
  if (how.kind === "lost") logger.error("this replica does not lead any more: ending, to be started anew");
  else logger.error("the program has failed", { error: errorText(how.error) });
  process.exitCode = 1;
  // Nothing may hold up the end of a process that must not work any more.
  end.limit();
}

/** Opens Node's inspector if there is an address for it. */
export function inspect(
  address: InspectorAddress | undefined,
  logger: Logger,
): { readonly close: () => void } | undefined {
  if (address === undefined) return undefined;
  const inspector = openInspector(address);
  logger.warn("the inspector is open: whoever reaches it controls this process", { url: inspector.url });
  return inspector;
}
