import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { ServerAddress } from "../support/real-server.ts";

/** The controller's own program, as a process of its own. One at a time. */
export class ControllerProgram {
  readonly #folder = mkdtempSync(join(tmpdir(), "faults-"));
  readonly #kubeconfig = join(this.#folder, "kubeconfig");
  #child: ChildProcess | undefined;

  constructor(address: ServerAddress) {
    writeFileSync(this.#kubeconfig, kubeconfigFor(address), { mode: 0o600 });
  }

  start(): void {
    const flags = [
      ...["--kubeconfig", this.#kubeconfig, "--seed-name", "local", "--leader-election=false"],
      ...["--health-bind-address", "0", "--metrics-bind-address", "0", "--log-level", "error"],
    ];
    const program = join(import.meta.dirname, "../../controller/main.ts");
    const env = { PATH: process.env["PATH"] ?? "" };
    this.#child = spawn(process.execPath, [program, ...flags], { stdio: ["ignore", "ignore", "inherit"], env });
  }

  /** kill -9. */
  readonly kill = (): void => {
    this.#child?.kill("SIGKILL");
  };

  async stop(): Promise<void> {
    const child = this.#child;
    this.kill();
    if (child !== undefined && child.exitCode === null && child.signalCode === null) await once(child, "exit");
    rmSync(this.#folder, { recursive: true });
  }
}

function kubeconfigFor({ url, caPem, token }: ServerAddress): string {
  const cluster = { server: url, "certificate-authority-data": Buffer.from(caPem).toString("base64") };
  return JSON.stringify({
    ...{ apiVersion: "v1", kind: "Config", "current-context": "proxy" },
    clusters: [{ name: "proxy", cluster }],
    users: [{ name: "admin", user: { token } }],
    contexts: [{ name: "proxy", context: { cluster: "proxy", user: "admin" } }],
  });
}
