import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { relative } from "node:path";
import { formatProblem, type Problem } from "../falco/base/problem.ts";
import type { BucketLimits } from "./bucket.ts";
import { type Client, connect } from "./client.ts";
import { type Ending, OrderlyEnd } from "./ending.ts";
import { openInspector } from "./inspect.ts";
import type { Election } from "./lead.ts";
import { errorText, type Logger } from "./logger.ts";
import type { ElectionFlags, InspectorAddress } from "./program-flags.ts";
import type { RequestObserver } from "./requests.ts";
import { createClient } from "./rest-client.ts";

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

/** Which API server a client is for, and how it behaves there. */
export interface ClientSettings {
  /** Absent: `KUBECONFIG`, then the pod's own account, then `~/.kube/config`. */
  readonly kubeconfig?: string | undefined;
  readonly userAgent: string;
  readonly limits: BucketLimits;
  readonly observe?: RequestObserver;
}

/** Opens a client; throws, with a sentence, when there is no API server or no credentials. */
export async function openClient({ kubeconfig, ...settings }: ClientSettings): Promise<Client> {
  return createClient({ connection: await connect({ kubeconfig }), ...settings });
}

/** How this replica stands for election; undefined, with a warning, when there is no election. */
export async function openElection(
  flags: ElectionFlags | undefined,
  settings: Pick<ClientSettings, "kubeconfig" | "userAgent">,
  logger: Logger,
): Promise<Election | undefined> {
  if (flags === undefined) {
    logger.warn("leader election is off: run one replica only");
    return undefined;
  }
  // A client of its own, so that a burst of work never holds up the lease's renewal.
  const client = await openClient({ ...settings, limits: { perSecond: 10, burst: 20 } });
  return { ...flags, client, identity: `${hostname()}_${randomUUID()}` };
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
