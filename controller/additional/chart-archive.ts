import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { failure, problem, type Result, success } from "../../falco/base/problem.ts";

/** The most that a packed chart may have, in bytes. A Helm release has to fit into a Secret; charts with sub-charts may have more. */
export const archiveLimit = 10 * 1024 * 1024;
const unpackedLimit = 64 * 1024 * 1024;
const mostEntries = 10_000;
const blockSize = 512;

const unpack = promisify(gunzip);

/**
 * Checks a chart's archive before helm sees it: its size packed and unpacked, that it is a tar of plain files and directories, and
 * that no name leads out of it.
 */
export async function checkArchive(archive: Uint8Array): Promise<Result<Uint8Array>> {
  if (archive.length > archiveLimit) return invalid(`The chart is larger than ${String(archiveLimit)} bytes.`);
  const tar = await unpacked(archive);
  if (!tar.ok) return tar;
  const reason = reasonAgainst(tar.value);
  return reason === undefined ? success(archive) : invalid(reason);
}

async function unpacked(archive: Uint8Array): Promise<Result<Buffer>> {
  try {
    return success(await unpack(archive, { maxOutputLength: unpackedLimit }));
  } catch (error) {
    const isTooLarge = error instanceof RangeError;
    return invalid(
      isTooLarge ? `The chart is larger than ${String(unpackedLimit)} bytes unpacked.` : "The chart is no gzipped tar.",
    );
  }
}

/** Why a tar is no chart; undefined if nothing speaks against it. */
function reasonAgainst(tar: Buffer): string | undefined {
  let entries = 0;
  let hasChart = false;
  for (let at = 0; at + blockSize <= tar.length && tar[at] !== 0;) {
    const { name, type, size } = entryAt(tar, at);
    if (++entries > mostEntries) return `The chart has more than ${String(mostEntries)} files.`;
    if (size === undefined) return "The chart is no gzipped tar.";
    if (!allowedTypes.includes(type))
      return "The chart holds links or devices. Only files and directories are allowed.";
    if (leadsOut(name)) return "The chart holds a file whose name leads out of it.";
    hasChart ||= /^[^/]+\/Chart\.yaml$/.test(name);
    at += blockSize + Math.ceil(size / blockSize) * blockSize;
  }
  return hasChart ? undefined : "The chart has no Chart.yaml in its first directory.";
}

/** Files, directories, and the headers that carry long names. */
const allowedTypes = ["", "0", "5", "x", "g", "L"];

interface Entry {
  readonly name: string;
  readonly type: string;
  /** Undefined when the header is damaged. */
  readonly size: number | undefined;
}

/** Reads a header of the ustar format, POSIX.1-1988. */
function entryAt(tar: Buffer, at: number): Entry {
  const field = (start: number, length: number): string =>
    tar
      .toString("latin1", at + start, at + start + length)
      .replace(/\0.*$/s, "")
      .trim();
  const prefix = field(345, 155);
  const name = field(0, 100);
  const size = field(124, 12);
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    type: field(156, 1),
    size: /^[0-7]+$/.test(size) ? parseInt(size, 8) : undefined,
  };
}

function leadsOut(name: string): boolean {
  return /^([/\\]|[a-zA-Z]:)/.test(name) || name.split(/[/\\]/).includes("..");
}

function invalid(message: string): Result<never> {
  return failure([problem("CHART_INVALID", "", message)]);
}
