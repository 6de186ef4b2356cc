import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { makePair, type TestPair } from "../../integration/admission/certificate.ts";
import { type Usage, usageOf } from "../scale/usage.ts";

/** The admission's own program, as it runs in a garden. */
export interface AdmissionProcess {
  readonly port: number;
  /** What its certificate is trusted by. */
  readonly ca: string;
  readonly usage: () => Usage;
  readonly stop: () => Promise<void>;
}

// From source, as there may be an old build; once it runs, the shipped form takes the same.
const source = fileURLToPath(new URL("../../../admission/main.ts", import.meta.url));

/** Starts a garden with that many Shoots and the admission in it; resolves when the webhooks are served. */
export async function startAdmissionProcess(shoots: number): Promise<AdmissionProcess> {
  const folder = mkdtempSync(join(tmpdir(), "bench-admission-"));
  const file = (name: string): string => join(folder, name);
  const garden = spawnLines([fileURLToPath(new URL("garden.ts", import.meta.url)), String(shoots)], "stdout");
  const pair = await makePair("admission");
  writeFileSync(file("kubeconfig"), JSON.parse(await garden.line(() => true)) as string, { mode: 0o600 });
  writeFileSync(file("tls.crt"), pair.certificate);
  writeFileSync(file("tls.key"), pair.key, { mode: 0o600 });
  const program = spawnLines([source, ...flagsFor(file)], "stderr");
  const served = await program.line((line) => line.includes('"the webhooks are served"'));
  return {
    ...addressOf(served, pair),
    usage: () => usageOf(program.child.pid ?? 0),
    stop: async () => {
      program.child.kill("SIGTERM");
      await once(program.child, "exit");
      garden.child.stdin?.end();
      await once(garden.child, "exit");
      rmSync(folder, { recursive: true });
    },
  };
}

function flagsFor(file: (name: string) => string): readonly string[] {
  return [
    ...[
      "--kubeconfig",
      file("kubeconfig"),
      "--tls-cert-file",
      file("tls.crt"),
      "--tls-private-key-file",
      file("tls.key"),
    ],
    ...["--port", "0", "--health-bind-address", "127.0.0.1:0", "--metrics-bind-address", "127.0.0.1:0"],
    ...["--leader-election=false", "--shutdown-delay-duration", "0"],
  ];
}

function addressOf(line: string, { ca }: TestPair): { readonly port: number; readonly ca: string } {
  const { url } = JSON.parse(line) as { readonly url: string };
  return { port: Number(new URL(url).port), ca };
}

interface Lines {
  readonly child: ChildProcess;
  /** The first line that is wanted; throws when the program ends before. */
  readonly line: (isWanted: (line: string) => boolean) => Promise<string>;
}

function spawnLines(args: readonly string[], from: "stdout" | "stderr"): Lines {
  const child = spawn(process.execPath, [...args], {
    stdio: ["pipe", from === "stdout" ? "pipe" : "ignore", from === "stderr" ? "pipe" : "inherit"],
    env: { PATH: process.env["PATH"] },
  });
  const stream = child[from];
  if (stream === null) throw new Error("the program has no output");
  const lines = createInterface(stream);
  let last = "";
  lines.on("line", (line) => {
    last = line;
  });
  return {
    child,
    line: (isWanted) =>
      new Promise((resolve, reject) => {
        lines.on("line", (line) => {
          if (isWanted(line)) resolve(line);
        });
        lines.once("close", () => {
          reject(new Error(`${args[0] ?? ""} has ended before it was ready: ${last}`));
        });
      }),
  };
}
