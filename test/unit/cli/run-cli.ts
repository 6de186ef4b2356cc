import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runProgram } from "../../../cli/program.ts";

/** Files by their names; a test names them on its command line as they are. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** What a command line did. The folder that the files lie in does not show. */
export interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly err: readonly string[];
}

export interface CliInput {
  readonly files?: Files;
  readonly stdin?: string;
  /** Sees to the folder before. */
  readonly before?: (folder: string) => void;
  /** Looks at the folder afterwards. */
  readonly after?: (folder: string) => void;
}

/** Runs the command line in this process, in a folder of its own. Words that begin with `./` are in that folder. */
export async function runCli(
  args: readonly string[],
  { files = {}, stdin = "", before, after }: CliInput = {},
): Promise<CliResult> {
  const folder = mkdtempSync(join(tmpdir(), "gardener-falco-"));
  const out: string[] = [];
  const err: string[] = [];
  const without = (text: string): string => text.replaceAll(`${folder}/`, "./");
  try {
    writeFiles(folder, files);
    before?.(folder);
    const argv = args.map((each) => each.replace(/(^|=)\.\//, `$1${folder}/`));
    const code = await runProgram(["node", "gardener-falco", ...argv], {
      terminal: {
        stdin: chunksOf(stdin),
        out: (text) => void out.push(text),
        err: (lines) => void err.push(...lines),
      },
      version: "1.2.3",
      now: () => new Date("2026-11-21T00:00:00Z"),
    });
    after?.(folder);
    return { code, out: out.join(""), err: err.map(without) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeFiles(folder: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

async function* chunksOf(text: string): AsyncGenerator<Buffer> {
  await Promise.resolve();
  yield Buffer.from(text);
}
