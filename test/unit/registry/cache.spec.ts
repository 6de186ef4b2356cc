import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { sha256Hex } from "../../../falco/base/json.ts";
import { type BlobCache, createBlobCache, noCache } from "../../../registry/cache.ts";

const digestOf = (text: string): string => `sha256:${sha256Hex(text)}`;
const textOf = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString();

describe("registry/cache", () => {
  let root: string;
  let directory: string;
  let now: Date;
  let trouble: string[];
  let cache: BlobCache;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "cache-"));
    directory = join(root, "deep", "cache");
    now = new Date("2026-01-01T00:00:00Z");
    trouble = [];
    cache = createBlobCache({ directory, limit: 10, now: () => now, onTrouble: (message) => trouble.push(message) });
  });
  afterEach(() => rm(root, { recursive: true }));

  const later = (): void => {
    now = new Date(now.getTime() + 60_000);
  };
  const put = async (text: string): Promise<void> => {
    await cache.put(digestOf(text), Buffer.from(text));
    later();
  };
  const present = async (...texts: readonly string[]): Promise<readonly (string | undefined)[]> =>
    Promise.all(texts.map(async (text) => textOf(await cache.get(digestOf(text)))));

  it("gives back what it was given, also to another program", async () => {
    await put("abc");
    expect(await present("abc", "abd")).to.deep.equal(["abc", undefined]);
    const another = createBlobCache({ directory, limit: 10, now: () => now, onTrouble: () => undefined });
    expect(textOf(await another.get(digestOf("abc")))).to.equal("abc");
    expect(await readdir(directory)).to.have.length(1);
  });

  it("does not give out what is damaged, and removes it", async () => {
    await put("abc");
    await writeFile(join(directory, digestOf("abc").replace(":", "-")), "abd");
    expect(await present("abc")).to.deep.equal([undefined]);
    expect(trouble[0]).to.include("is damaged");
    expect(await readdir(directory)).to.deep.equal([]);
  });

  it("keeps within its size: what was not asked for the longest goes", async () => {
    for (const text of ["aaaa", "bbbb"]) await put(text);
    await present("aaaa");
    later();
    await put("cccc");
    expect(await present("aaaa", "bbbb", "cccc")).to.deep.equal(["aaaa", undefined, "cccc"]);
    await put("too large by far");
    expect(await readdir(directory)).to.have.length(2);
  });

  it("removes what a crash left half written, after an hour", async () => {
    await mkdir(join(directory, "part-old"), { recursive: true });
    await mkdir(join(directory, "part-new"));
    await mkdir(join(directory, "another"));
    const hoursAgo = new Date(now.getTime() - 2 * 3_600_000);
    for (const name of ["part-old", "another"]) await utimes(join(directory, name), hoursAgo, hoursAgo);
    await utimes(join(directory, "part-new"), now, now);
    await put("abc");
    expect(await readdir(directory))
      .to.include.members(["another", "part-new"])
      .and.not.include("part-old");
  });

  it("only tells what the disk does not do", async () => {
    await writeFile(join(root, "deep"), "a file is in the way");
    await put("abc");
    expect(await present("abc")).to.deep.equal([undefined]);
    expect(trouble).to.have.length(2);
    expect(trouble.join()).to.include("does not work");
  });

  it("is asked by digest only", async () => {
    const error = await cache.get("../../etc/passwd").catch((each: unknown) => String(each));
    expect(error).to.equal("Error: A cache is asked by digest.");
  });

  it("may keep nothing", async () => {
    await noCache.put(digestOf("abc"), Buffer.from("abc"));
    expect(await noCache.get(digestOf("abc"))).to.equal(undefined);
  });
});
