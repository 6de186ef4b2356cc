import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { systemClock } from "../../../kube/clock.ts";
import { type Usage, usageOf } from "./usage.ts";

/** The controller's own program, running against some server, as it would in a seed. */
export interface ControllerProcess {
  readonly usage: () => Usage;
  /** The requests that it has made since it started, and how many of them were writes. */
  readonly requests: () => Promise<Requests>;
  readonly stop: () => Promise<void>;
}

interface Requests {
  readonly all: number;
  readonly writes: number;
}

export interface ControllerInput {
  readonly program: string;
  readonly kubeconfig: string;
  /** Two ports that nobody uses. */
  readonly ports: readonly [number, number];
}

/** Starts the controller and resolves when it is ready: its stores are filled and it works. */
export async function startControllerProcess({
  program,
  kubeconfig,
  ports,
}: ControllerInput): Promise<ControllerProcess> {
  const [health, metrics] = ports.map((port) => `127.0.0.1:${String(port)}`);
  const child = spawn(
    process.execPath,
    [
      program,
      ...["--kubeconfig", kubeconfig],
      ...[
        "--leader-election=false",
        "--kube-api-qps=1000",
        "--kube-api-burst=1000",
        "--log-level",
        "warn",
        "--log-format",
        "text",
      ],
      ...["--health-bind-address", health ?? "", "--metrics-bind-address", metrics ?? ""],
    ],
    { stdio: ["ignore", "inherit", "inherit"], env: { PATH: process.env["PATH"] } },
  );
  await untilReady(`http://${health ?? ""}/readyz`, child);
  return {
    usage: () => usageOf(child.pid ?? 0),
    requests: async () => countRequests(await (await fetch(`http://${metrics ?? ""}/metrics`)).text()),
    stop: async () => {
      child.kill("SIGTERM");
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  while (!(await isOk(url))) {
    if (child.exitCode !== null) throw new Error("the controller has ended before it was ready");
    await systemClock.sleep(10);
  }
}

async function isOk(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

/** `rest_client_requests_total{code="200",method="GET",…} 12`, summed up. */
function countRequests(metrics: string): Requests {
  const lines = metrics.split("\n").filter((line) => line.startsWith("rest_client_requests_total{"));
  const sum = (some: readonly string[]): number => some.reduce((all, line) => all + Number(line.split(" ").at(-1)), 0);
  return { all: sum(lines), writes: sum(lines.filter((line) => !line.includes('method="GET"'))) };
}
