import type { KubeObject } from "./objects.ts";
import type { Change, Item } from "./watch-step.ts";

/** Told of each difference: `previous` is absent for what is new, `current` for what is gone. */
export type StoreListener<T> = (key: string, previous: T | undefined, current: T | undefined) => void;

export interface StoreOptions<T> {
  /** The fields that are needed, as a new value: the rest of the object is not kept. */
  readonly project: (object: KubeObject) => T;
  /** Further ways to find values: under which words each of them stands. */
  readonly indexes?: Readonly<Record<string, (value: T) => readonly string[]>>;
  readonly onChange?: StoreListener<T>;
}

/**
 * What a watch has seen, by key. It is as old as the watch is behind; who must know the truth asks the server. Values are
 * replaced, never changed, so a value that was taken out stays as it is.
 */
export class Store<T> {
  readonly project: (object: KubeObject) => T;
  readonly #items = new Map<string, Item<T>>();
  readonly #indexes: readonly Index<T>[];
  readonly #listeners: StoreListener<T>[] = [];
  readonly #waiting: (() => void)[] = [];
  #isSynced = false;
  #lostSince: number | undefined;

  constructor({ project, indexes = {}, onChange }: StoreOptions<T>) {
    this.project = project;
    this.#indexes = Object.entries(indexes).map(([name, words]) => ({ name, words, keys: new Map() }));
    if (onChange !== undefined) this.#listeners.push(onChange);
  }

  get size(): number {
    return this.#items.size;
  }

  /** Whether the first list is complete. Before that, an absent key means nothing. */
  get synced(): boolean {
    return this.#isSynced;
  }

  /**
   * Since when there has been no contact with the API server, by the watch's monotonic clock; undefined while there is. What has
   * happened since then is not known here.
   */
  get lostSince(): number | undefined {
    return this.#lostSince;
  }

  /** Resolves once the first list is complete. */
  whenSynced(): Promise<void> {
    if (this.#isSynced) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  onChange(listener: StoreListener<T>): void {
    this.#listeners.push(listener);
  }

  get(key: string): T | undefined {
    return this.#items.get(key)?.value;
  }

  keys(): IterableIterator<string> {
    return this.#items.keys();
  }

  values(): readonly T[] {
    return [...this.#items.values()].map(({ value }) => value);
  }

  /** The keys whose values stand under `word` in an index. */
  keysBy(index: string, word: string): readonly string[] {
    const found = this.#indexes.find(({ name }) => name === index);
    if (found === undefined) throw new Error(`The store has no index ${index}.`);
    return [...(found.keys.get(word) ?? [])];
  }

  /** The watch hears the API server. */
  heard(): void {
    this.#lostSince = undefined;
  }

  /** The watch has lost the API server, at `since`; of several losses in a row, the first counts. */
  lost(since: number): void {
    this.#lostSince ??= since;
  }

  /**
   * Takes over what a watch reports; listeners hear of differences only. Should listeners throw, all is taken over and everyone
   * told nevertheless, and then the first of their errors is thrown.
   */
  apply(change: Change<T>): void {
    const failures: Failure[] = [];
    switch (change.kind) {
      case "changed":
        this.#set(change.item, failures);
        break;
      case "deleted":
        this.#remove(change.key, failures);
        break;
      case "replaced":
        this.#replace(change.items, failures);
    }
    throwFirst(failures);
  }

  /** Tells the listeners of everything that is there as if it were new, as they would hear it after a restart. */
  replay(): void {
    const failures: Failure[] = [];
    for (const [key, { value }] of [...this.#items]) this.#tell({ key, current: value }, failures);
    throwFirst(failures);
  }

  #replace(items: readonly Item<T>[], failures: Failure[]): void {
    const present = new Set(items.map(({ key }) => key));
    for (const key of [...this.#items.keys()]) if (!present.has(key)) this.#remove(key, failures);
    for (const item of items) this.#set(item, failures);
    this.#isSynced = true;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #set(item: Item<T>, failures: Failure[]): void {
    const previous = this.#items.get(item.key);
    // A watch that resumes may repeat itself.
    if (previous?.resourceVersion === item.resourceVersion && item.resourceVersion !== "") return;
    this.#items.set(item.key, item);
    for (const index of this.#indexes) moveInIndex(index, item.key, { from: previous?.value, to: item.value });
    this.#tell({ key: item.key, previous: previous?.value, current: item.value }, failures);
  }

  #remove(key: string, failures: Failure[]): void {
    const previous = this.#items.get(key);
    if (previous === undefined) return;
    this.#items.delete(key);
    for (const index of this.#indexes) moveInIndex(index, key, { from: previous.value, to: undefined });
    this.#tell({ key, previous: previous.value }, failures);
  }

  #tell({ key, previous, current }: Difference<T>, failures: Failure[]): void {
    for (const listener of this.#listeners) {
      try {
        listener(key, previous, current);
      } catch (error) {
        failures.push({ error });
      }
    }
  }
}

interface Difference<T> {
  readonly key: string;
  readonly previous?: T | undefined;
  readonly current?: T | undefined;
}

/** What a listener threw. */
interface Failure {
  readonly error: unknown;
}

function throwFirst([first]: readonly Failure[]): void {
  if (first === undefined) return;
  throw first.error instanceof Error ? first.error : new Error("a listener failed", { cause: first.error });
}

interface Index<T> {
  readonly name: string;
  readonly words: (value: T) => readonly string[];
  readonly keys: Map<string, Set<string>>;
}

function moveInIndex<T>(
  { words, keys }: Index<T>,
  key: string,
  { from, to }: { from: T | undefined; to: T | undefined },
): void {
  for (const word of from === undefined ? [] : words(from)) {
    const under = keys.get(word);
    under?.delete(key);
    if (under?.size === 0) keys.delete(word);
  }
  for (const word of to === undefined ? [] : words(to)) {
    const under = keys.get(word);
    if (under === undefined) keys.set(word, new Set([key]));
    else under.add(key);
  }
}
