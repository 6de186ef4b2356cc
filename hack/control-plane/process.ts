import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { get as httpGet } from "node:http";
import { get as httpsGet } from "node:https";
import { systemClock } from "../../kube/clock.ts";
import type { Guard } from "./guard.ts";
import { GiveUp, waitFor } from "./wait-for.ts";

/** A program to run in the background. */
export interface ProcessInput {
  /** For messages: what it is, such as `kube-apiserver (seed)`. */
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  /** On top of the environment of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where what it writes goes. */
  readonly logFile: string;
  /** Answers 200 once it works. */
  readonly ready: { readonly url: string; readonly caPem?: string };
}

/** A program that runs in the background. */
export interface RunningProcess {
  /** Of the present process; another one after a restart. */
  readonly pid: number;
  /** The time from its start until it worked, in milliseconds. */
  readonly readyMs: number;
  readonly logFile: string;
  /** Ends it: kindly (SIGTERM), and after 10 s by force. */
  stop(): Promise<void>;
  /** Ends it, by force at once if `signal` says so, and starts it again with the same arguments; it works when the promise resolves. */
  restart(signal?: "SIGTERM" | "SIGKILL"): Promise<void>;
}

const patienceMs = 10_000;

/** Starts a program; it works when the promise resolves. If it ends instead, the error has the last lines that it wrote. */
export async function startProcess(input: ProcessInput, guard: Guard): Promise<RunningProcess> {
  let present = await launch(input, guard);
  return {
    get pid() {
      return present.pid;
    },
    get readyMs() {
      return present.readyMs;
    },
    logFile: input.logFile,
    stop: () => end(present, "SIGTERM"),
    restart: async (signal = "SIGTERM") => {
      await end(present, signal);
      present = await launch(input, guard);
    },
  };
}

interface Launched {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly exited: Promise<void>;
  readonly readyMs: number;
}

async function launch(input: ProcessInput, guard: Guard): Promise<Launched> {
  const begin = systemClock.monotonic();
  const { child, pid, exited } = await spawned(input, guard);
  try {
    await waitFor(`${input.title} to be ready`, () => askWhetherReady(input, child));
  } catch (error) {
    await end({ child, pid, exited }, "SIGKILL");
    throw new Error(`${error instanceof Error ? error.message : ""}\n${lastLines(input)}`, { cause: error });
  }
  return { child, pid, exited, readyMs: systemClock.monotonic() - begin };
}

async function spawned(
  { command, args, environment, logFile }: ProcessInput,
  guard: Guard,
): Promise<Omit<Launched, "readyMs">> {
  const log = openSync(logFile, "a");
  // In a session of its own: a Ctrl-C is for this process, which then ends the others one after the other.
  const child = spawn(command, args, {
    detached: true,
    stdio: ["ignore", log, log],
    env: { ...process.env, ...environment },
  });
  closeSync(log);
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => {
      resolve();
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve).once("error", reject);
  });
  const pid = child.pid ?? 0;
  guard.add(pid);
  void exited.then(() => {
    guard.delete(pid);
  });
  child.unref();
  return { child, pid, exited };
}

async function end({ child, exited }: Omit<Launched, "readyMs">, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  if (hasEnded(child)) return;
  child.ref();
  child.kill(signal);
  const timer = new AbortController();
  const tooLate = systemClock.sleep(patienceMs, timer.signal).then(() => {
    if (!timer.signal.aborted) child.kill("SIGKILL");
  });
  await exited;
  timer.abort();
  await tooLate;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

async function askWhetherReady({ title, ready }: ProcessInput, child: ChildProcess): Promise<true | undefined> {
  if (hasEnded(child)) throw new GiveUp(`${title} has ended instead of getting ready. The last lines that it wrote:`);
  return (await statusOf(ready)) === 200 ? true : undefined;
}

function statusOf({ url, caPem }: ProcessInput["ready"]): Promise<number> {
  return new Promise((resolve, reject) => {
    const get = caPem === undefined ? httpGet : httpsGet;
    const request = get(
      url,
      { agent: false, timeout: 5_000, ...(caPem !== undefined && { ca: caPem }) },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    request.on("error", reject);
    request.on("timeout", () => request.destroy(new Error(`${url} does not answer.`)));
  });
}

function lastLines({ logFile }: ProcessInput): string {
  return readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-15).join("\n");
}
