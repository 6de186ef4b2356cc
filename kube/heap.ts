/** A binary heap: the least entry by `before` comes out first. */
export class Heap<T> {
  readonly #before: (left: T, right: T) => boolean;
  #entries: T[] = [];

  constructor(before: (left: T, right: T) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#entries.length;
  }

  /** The least entry, left in place. */
  peek(): T | undefined {
    return this.#entries[0];
  }

  push(entry: T): void {
    const entries = this.#entries;
    let place = entries.length;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = entries[parent];
      if (above === undefined || !this.#before(entry, above)) break;
      entries[place] = above;
      place = parent;
    }
    entries[place] = entry;
  }

  /** Takes the least entry out. */
  pop(): T | undefined {
    const least = this.#entries[0];
    const last = this.#entries.pop();
    if (last !== undefined && this.#entries.length > 0) this.#sink(last);
    return least;
  }

  /** Keeps only the entries that `keep` agrees to. */
  filter(keep: (entry: T) => boolean): void {
    const kept = this.#entries.filter(keep);
    this.#entries = [];
    for (const entry of kept) this.push(entry);
  }

  #sink(entry: T): void {
    const entries = this.#entries;
    let place = 0;
    for (;;) {
      const below = this.#lesserChild(place);
      const child = entries[below];
      if (child === undefined || !this.#before(child, entry)) break;
      entries[place] = child;
      place = below;
    }
    entries[place] = entry;
  }

  #lesserChild(place: number): number {
    const left = this.#entries[2 * place + 1];
    const right = this.#entries[2 * place + 2];
    return left !== undefined && right !== undefined && this.#before(right, left) ? 2 * place + 2 : 2 * place + 1;
  }
}
