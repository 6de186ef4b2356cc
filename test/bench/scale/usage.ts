import { readFileSync } from "node:fs";

/** What a process has used so far, as Linux counts it. */
export interface Usage {
  readonly cpuMs: number;
  readonly residentMb: number;
}

/** The kernel counts CPU time in hundredths of a second on every machine that these programs run on. */
const tickMs = 10;

/** Reads the usage of a process; throws when it is gone. */
export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, "utf8");
  // The second field is the program's name, which may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [user = 0, system = 0] = fields.slice(11, 13).map(Number);
  const status = readFileSync(`/proc/${String(pid)}/status`, "utf8");
  const kb = Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? "0");
  return { cpuMs: (user + system) * tickMs, residentMb: kb / 1024 };
}
