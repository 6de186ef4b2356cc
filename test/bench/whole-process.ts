import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Figures, summarize } from "./measure.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const runs = 15;

/** `gardener-falco render` of the minimal shoot, from start to end: its time and the most memory that it held. */
export function benchWholeProcess(): readonly Figures[] {
  // The shipped form where it has been built (`npm run build`), else from source.
  const program = existsSync(`${root}dist/cli/main.js`) ? "dist/cli/main.js" : "cli/main.ts";
  const measured = Array.from({ length: runs + 2 }, () => run(program)).slice(2);
  const name = `render of the minimal shoot as a process (${program})`;
  return [
    summarize(
      name,
      "ms",
      measured.map(({ milliseconds }) => milliseconds),
      250,
    ),
    summarize(
      name,
      "MB",
      measured.map(({ megabytes }) => megabytes),
      90,
    ),
  ];
}

function run(program: string): { readonly milliseconds: number; readonly megabytes: number } {
  const script = `process.on("exit", () => process.stderr.write("\\npeak=" + process.resourceUsage().maxRSS))`;
  const begin = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      "--import",
      `data:text/javascript,${encodeURIComponent(script)}`,
      program,
      "render",
      "examples/minimal/shoot.yaml",
    ],
    { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
  );
  const milliseconds = performance.now() - begin;
  if (status !== 0) throw new Error(stderr);
  return { milliseconds, megabytes: Number(/peak=(\d+)/.exec(stderr)?.[1] ?? 0) / 1000 };
}
