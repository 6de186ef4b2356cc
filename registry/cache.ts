import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isObject, sha256Hex } from "../falco/base/json.ts";
import { isDigest } from "./reference.ts";

/** Keeps content by its digest. It only saves work: without it, or when the disk is full, everything is pulled anew. */
export interface BlobCache {
  /** The content, if it is there and is what its digest says. */
  readonly get: (digest: string) => Promise<Uint8Array | undefined>;
  /** Keeps content whose digest has been checked. Never throws. */
  readonly put: (digest: string, bytes: Uint8Array) => Promise<void>;
}

export interface BlobCacheOptions {
  readonly directory: string;
  /** How many bytes all content may have together; what was not asked for the longest goes first. */
  readonly limit: number;
  readonly now: () => Date;
  /** Told what the disk does not do; the cache goes on without. */
  readonly onTrouble: (message: string) => void;
}

/** A cache that keeps nothing. */
export const noCache: BlobCache = { get: () => Promise.resolve(undefined), put: () => Promise.resolve() };

/**
 * A cache on disk: one file for each content, named by its digest. A file is written apart and moved to its name when it is
 * whole, and it is checked each time it is read, so neither a crash nor another process can make it lie.
 */
export function createBlobCache({ directory, limit, now, onTrouble }: BlobCacheOptions): BlobCache {
  const fileOf = (digest: string): string => {
    if (!isDigest(digest)) throw new Error("A cache is asked by digest.");
    return join(directory, digest.replace(":", "-"));
  };
  const told = (error: unknown): undefined => {
    onTrouble(`the cache in ${directory} does not work (${codeOf(error)})`);
  };
  return {
    get: async (digest) => {
      const file = fileOf(digest);
      try {
        const bytes = await readFile(file);
        if (`sha256:${sha256Hex(bytes)}` === digest) {
          await utimes(file, now(), now());
          return bytes;
        }
        onTrouble(`${file} is damaged and is pulled again`);
        await rm(file, { force: true });
      } catch (error) {
        if (codeOf(error) !== "ENOENT") told(error);
      }
      return undefined;
    },
    put: async (digest, bytes) => {
      if (bytes.length > limit) return;
      const file = fileOf(digest);
      try {
        await writeWhole(directory, file, bytes, now());
        await prune(directory, limit, now());
      } catch (error) {
        told(error);
      }
    },
  };
}

async function writeWhole(directory: string, file: string, bytes: Uint8Array, now: Date): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const apart = await mkdtemp(join(directory, "part-"));
  try {
    await writeFile(join(apart, "content"), bytes, { mode: 0o600 });
    await utimes(join(apart, "content"), now, now);
    await rename(join(apart, "content"), file);
  } finally {
    await rm(apart, { recursive: true, force: true });
  }
}

const hourMs = 3_600_000;

/** Removes the oldest content until the rest fits, and what a crash left half written. */
async function prune(directory: string, limit: number, now: Date): Promise<void> {
  const names = (await readdir(directory)).filter((name) => /^(sha256|part)-/.test(name));
  const entries = await Promise.all(names.map((name) => described(directory, name)));
  const present = entries.filter((each) => each !== undefined).sort((left, right) => right.usedAt - left.usedAt);
  let size = 0;
  for (const { path, isPart, bytes, usedAt } of present) {
    if (!isPart) size += bytes;
    const isOver = isPart ? now.getTime() - usedAt > hourMs : size > limit;
    if (isOver) await rm(path, { recursive: true, force: true });
  }
}

interface CachedFile {
  readonly path: string;
  /** Not whole: being written, or left by a crash. */
  readonly isPart: boolean;
  readonly bytes: number;
  readonly usedAt: number;
}

/** Undefined when another process has removed it in between. */
async function described(directory: string, name: string): Promise<CachedFile | undefined> {
  const path = join(directory, name);
  try {
    const { size, mtimeMs } = await stat(path);
    return { path, isPart: name.startsWith("part-"), bytes: size, usedAt: mtimeMs };
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): string {
  return isObject(error) && typeof error["code"] === "string" ? error["code"] : "unknown";
}
