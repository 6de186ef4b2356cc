import { expect } from "chai";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PairFiles, readPair, watchPair } from "../../../admission/certificates.ts";
import type { Logger } from "../../../kube/logger.ts";
import type { KeyPair } from "../../../falco/desired/identity.ts";
import type { Clock } from "../../../kube/clock.ts";

/** A clock that stands still: `turn` ends the sleep and resolves when the next one begins. */
class SteppedClock implements Clock {
  #wake = (): void => undefined;
  #asleep = (): void => undefined;
  readonly now = (): Date => new Date(0);
  readonly monotonic = (): number => 0;
  readonly sleep = (_ms: number, signal?: AbortSignal): Promise<void> => {
    this.#asleep();
    return new Promise((resolve) => {
      this.#wake = resolve;
      signal?.addEventListener("abort", () => {
        resolve();
      });
    });
  };
  turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#asleep = resolve;
      this.#wake();
    });
  }
}

describe("watchPair", () => {
  let folder: string;
  let files: PairFiles;
  let clock: SteppedClock;
  let end: AbortController;
  let ended: Promise<void>;
  const lines: string[] = [];
  const line = (message: string): void => void lines.push(message);
  const logger: Logger = { debug: line, info: line, warn: line, error: line };
  const write = async (certificate: string, key: string): Promise<void> => {
    await writeFile(files.certificateFile, certificate);
    await writeFile(files.keyFile, key);
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "falco-tls-"));
    files = { certificateFile: join(folder, "tls.crt"), keyFile: join(folder, "tls.key") };
    clock = new SteppedClock();
    end = new AbortController();
    lines.length = 0;
    await write("c1", "k1");
  });
  afterEach(async () => {
    end.abort();
    await ended;
    await rm(folder, { recursive: true });
  });

  async function watch(use: (pair: KeyPair) => void): Promise<void> {
    ended = watchPair(await readPair(files), { files, clock, use, logger, signal: end.signal });
  }

  it("hands over a changed pair once, and an unchanged one never", async () => {
    const used: KeyPair[] = [];
    await watch((pair) => used.push(pair));
    await clock.turn();
    expect(used).to.deep.equal([]);
    await write("c2", "k2");
    await clock.turn();
    await clock.turn();
    expect(used).to.deep.equal([{ certificate: "c2", key: "k2" }]);
  });

  it("keeps the old pair while the new one cannot be used or read, and looks again", async () => {
    const used: KeyPair[] = [];
    await watch((pair) => {
      if (pair.key === "k1") throw new Error("key values mismatch");
      used.push(pair);
    });
    await write("c2", "k1");
    await clock.turn();
    await rm(files.keyFile);
    await clock.turn();
    expect(used).to.deep.equal([]);
    expect(lines.filter((each) => each.includes("the old one stays"))).to.have.length(2);
    await write("c2", "k2");
    await clock.turn();
    expect(used).to.deep.equal([{ certificate: "c2", key: "k2" }]);
  });
});
