import { expect } from "chai";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expirationOf, followPair, type PairFiles } from "../../../admission/follow-files.ts";
import type { Logger } from "../../../kube/logger.ts";
import type { KeyPair } from "../../../falco/base/key-pair.ts";
import type { Clock } from "../../../kube/clock.ts";
import { makePair } from "../../integration/admission/certificate.ts";

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

describe("followPair", () => {
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

  /** Resolves when the first pair has been handed over. */
  function follow(use: (pair: KeyPair) => void): Promise<void> {
    return new Promise((resolve) => {
      ended = followPair({
        files,
        clock,
        logger,
        signal: end.signal,
        use: (pair) => {
          use(pair);
          setImmediate(resolve);
        },
      });
    });
  }

  it("hands over the pair that is there, and a changed one once", async () => {
    const used: KeyPair[] = [];
    await follow((pair) => used.push(pair));
    await clock.turn();
    expect(used).to.deep.equal([{ certificate: "c1", key: "k1" }]);
    await write("c2", "k2");
    await clock.turn();
    await clock.turn();
    expect(used.slice(1)).to.deep.equal([{ certificate: "c2", key: "k2" }]);
  });

  it("says what is wrong with the first pair", async () => {
    const failureOf = async (use: () => void): Promise<string> => {
      ended = Promise.resolve();
      return followPair({ files, clock, logger, signal: end.signal, use }).then(
        () => "",
        (error: unknown) => String(error),
      );
    };
    const useless = (): void => {
      throw new Error("no start line");
    };
    const { certificateFile, keyFile } = files;
    expect(await failureOf(useless)).to.equal(
      `Error: ${certificateFile} and ${keyFile} are not a certificate and its key in PEM: no start line`,
    );
    await rm(keyFile);
    expect(await failureOf(() => undefined)).to.equal(`Error: cannot read ${keyFile}: no such file`);
  });

  it("keeps the old pair while the new one cannot be used or read, and looks again", async () => {
    const used: KeyPair[] = [];
    await follow((pair) => {
      if (pair.certificate === "c2" && pair.key === "k1") throw new Error("key values mismatch");
      used.push(pair);
    });
    await write("c2", "k1");
    await clock.turn();
    await rm(files.keyFile);
    await clock.turn();
    expect(used).to.have.length(1);
    expect(lines.filter((each) => each.includes("the old one stays"))).to.have.length(2);
    await write("c2", "k2");
    await clock.turn();
    expect(used.slice(1)).to.deep.equal([{ certificate: "c2", key: "k2" }]);
  });
});

describe("expirationOf", () => {
  it("reads it from the certificate, and refuses what is none", async () => {
    const { certificate, key } = await makePair("admission");
    const until = expirationOf({ certificate, key }).getTime() - Date.now();
    expect(until).to.be.within(3_000_000, 3_600_000);
    expect(() => expirationOf({ certificate: "c1", key })).to.throw(/PEM/);
  });
});
