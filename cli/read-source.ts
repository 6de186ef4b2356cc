import { closeSync, openSync, readSync } from "node:fs";
import { failure, problem, type Problem, type Result, success } from "../falco/base/problem.ts";
import { yamlLimit } from "../falco/base/yaml.ts";

/** The name by which the command line means standard input, and how messages call it. */
export const standardInput = { argument: "-", name: "<stdin>" } as const;

/** How messages call a file that was named on the command line. */
export function displayName(file: string): string {
  return file === standardInput.argument ? standardInput.name : file;
}

/** Standard input, chunk by chunk. */
export type Chunks = AsyncIterable<unknown>;

/** Reads a file as UTF-8, at most `limit` bytes of it: devices and pipes have no size that could be looked up before. */
export function readTextFile(file: string, limit = yamlLimit): Result<string> {
  try {
    const descriptor = openSync(file, "r");
    try {
      return decodeText(readUpTo(descriptor, limit + 1), limit);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    return failure([unreadable(error)]);
  }
}

function readUpTo(descriptor: number, limit: number): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let left = limit;
  while (left > 0) {
    const chunk = Buffer.allocUnsafe(Math.min(left, 64 * 1024));
    const size = readSync(descriptor, chunk);
    if (size === 0) break;
    chunks.push(chunk.subarray(0, size));
    left -= size;
  }
  return chunks;
}

/** Reads standard input as UTF-8, at most `limit` bytes. */
export async function readStandardInput(input: Chunks, limit = yamlLimit): Promise<Result<string>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of input) {
      const bytes = chunk instanceof Uint8Array ? chunk : Buffer.from(String(chunk));
      chunks.push(bytes);
      size += bytes.length;
      if (size > limit) break;
    }
  } catch (error) {
    return failure([unreadable(error)]);
  }
  return decodeText(chunks, limit);
}

function decodeText(chunks: readonly Uint8Array[], limit: number): Result<string> {
  const bytes = Buffer.concat(chunks);
  if (bytes.length > limit) {
    const message = `This is larger than ${String(limit / 1024 / 1024)} MiB. Give less at once.`;
    return failure([problem("INPUT_TOO_LARGE", "", message)]);
  }
  try {
    return success(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    const hint =
      bytes[0] === 0xff || bytes[0] === 0xfe ? "It looks like UTF-16: save it as UTF-8." : "Give a text file.";
    return failure([problem("INPUT_UNREADABLE", "", `This is not UTF-8 text. ${hint}`)]);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "There is no such file.",
  ENOTDIR: "There is no such file: a part of the path is no folder.",
  EISDIR: "This is a folder. Name the files in it.",
  EACCES: "There is no permission to read this file.",
  EPERM: "There is no permission to read this file.",
  ELOOP: "Symbolic links go round in circles here.",
  ENAMETOOLONG: "The name is too long.",
};

/** What an error of the file system means, in a sentence. */
export function unreadable(error: unknown): Problem {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return problem("INPUT_UNREADABLE", "", reasons[code] ?? `This cannot be read${code === "" ? "" : ` (${code})`}.`);
}
