import { Heap } from "./heap.ts";

interface Waiting {
  readonly key: string;
  readonly due: number;
  readonly order: number;
}

/** Told of each `add`; `isNew` unless the key waited already. */
type QueueListener = (key: string, isNew: boolean) => void;

/**
 * A queue of keys, each at most once: the earliest due time wins, and a key that is running is not handed out again before
 * it is done. No clock of its own: times are whatever numbers the caller uses.
 */
export class Queue {
  readonly #waiting = new Map<string, Waiting>();
  readonly #running = new Map<string, number | undefined>();
  readonly #heap = new Heap<Waiting>(isBefore);
  readonly #listeners = new Set<QueueListener>();
  #order = 0;

  /** How many keys wait whose time has come, those that run and are to come again included. */
  depth(now: number): number {
    let count = 0;
    for (const { due } of this.#waiting.values()) if (due <= now) count++;
    for (const due of this.#running.values()) if (due !== undefined && due <= now) count++;
    return count;
  }

  /** How many keys are handed out. */
  get running(): number {
    return this.#running.size;
  }

  /** Asks for `key` at `due`. If it waits already, the earlier time counts; if it is running, it comes again afterwards. */
  add(key: string, due: number): void {
    const isRunning = this.#running.has(key);
    const isNew = isRunning ? this.#running.get(key) === undefined : !this.#waiting.has(key);
    if (isRunning) this.#running.set(key, Math.min(due, this.#running.get(key) ?? Infinity));
    else this.#put(key, due);
    for (const listener of this.#listeners) listener(key, isNew);
  }

  /** Hands out the key that is due first, if one is due at `now`. The caller owes a `done`. */
  next(now: number): string | undefined {
    const first = this.#first();
    if (first === undefined || first.due > now) return undefined;
    this.#heap.pop();
    this.#waiting.delete(first.key);
    this.#running.set(first.key, undefined);
    return first.key;
  }

  /** When the next key is due. */
  nextDue(): number | undefined {
    return this.#first()?.due;
  }

  /** `key` is no longer running; if it was added meanwhile, it waits now. */
  done(key: string): void {
    const again = this.#running.get(key);
    this.#running.delete(key);
    if (again !== undefined) this.#put(key, again);
  }

  /** Takes a waiting key out: its object is gone. */
  remove(key: string): void {
    this.#waiting.delete(key);
    if (this.#running.has(key)) this.#running.set(key, undefined);
  }

  /** Forgets everything that waits, as if it had never been added. */
  clear(): void {
    this.#waiting.clear();
    this.#heap.filter(() => false);
    for (const key of this.#running.keys()) this.#running.set(key, undefined);
  }

  /** Calls `listener` at every `add`, until the returned function is called. */
  onAdd(listener: QueueListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #put(key: string, due: number): void {
    const present = this.#waiting.get(key);
    if (present !== undefined && present.due <= due) return;
    const entry = { key, due, order: this.#order++ };
    this.#waiting.set(key, entry);
    this.#heap.push(entry);
    // Entries that were overtaken stay in the heap; without this, a far-off date would stay for each early run.
    if (this.#heap.size > 2 * this.#waiting.size + 64) this.#heap.filter((each) => this.#isCurrent(each));
  }

  #first(): Waiting | undefined {
    for (;;) {
      const first = this.#heap.peek();
      if (first === undefined || this.#isCurrent(first)) return first;
      this.#heap.pop();
    }
  }

  #isCurrent(entry: Waiting): boolean {
    return this.#waiting.get(entry.key) === entry;
  }
}

function isBefore(left: Waiting, right: Waiting): boolean {
  return left.due < right.due || (left.due === right.due && left.order < right.order);
}
