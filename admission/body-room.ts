/** What one request's body takes of the room. */
export interface BodyShare {
  /** Counts bytes that have come; then it, or another one, may have to give way. */
  readonly take: (bytes: number) => void;
  /** From now on it may be told to give way: then it forgets what it has. */
  readonly yieldBy: (giveWay: () => void) => void;
  /** All of it has come, and is being worked with: it does not give way any more. */
  readonly keep: () => void;
  /** It is not in memory any more. */
  readonly leave: () => void;
}

interface Coming {
  bytes: number;
  giveWay: (() => void) | undefined;
}

/**
 * The room for the bodies of all requests under way, in bytes. When it is full, the largest of those that are still coming gives way, so
 * that a few callers with long and slow bodies do not keep out those with short ones.
 */
export class BodyRoom {
  readonly #limit: number;
  readonly #bodies = new Set<Coming>();
  #total = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Makes room for a further body. */
  enter(): BodyShare {
    const body: Coming = { bytes: 0, giveWay: undefined };
    this.#bodies.add(body);
    return {
      take: (bytes) => {
        body.bytes += bytes;
        this.#total += bytes;
        if (this.#total > this.#limit) this.#makeRoom();
      },
      yieldBy: (giveWay) => {
        body.giveWay = giveWay;
      },
      keep: () => {
        body.giveWay = undefined;
      },
      leave: () => {
        this.#remove(body);
      },
    };
  }

  #makeRoom(): void {
    const coming = [...this.#bodies].filter(({ giveWay }) => giveWay !== undefined);
    const [largest] = coming.toSorted((left, right) => right.bytes - left.bytes);
    if (largest === undefined) return;
    this.#remove(largest);
    largest.giveWay?.();
  }

  #remove(body: Coming): void {
    if (this.#bodies.delete(body)) this.#total -= body.bytes;
  }
}
