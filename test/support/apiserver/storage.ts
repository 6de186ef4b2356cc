/** Objects in memory with one revision counter and a bounded history of changes. */
import { freeze, type KubeObject, withMeta } from "./json.ts";

/** One change of one object; `previous` is what a selector matched before. */
export interface Change {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly revision: number;
  readonly object: KubeObject;
  readonly previous?: KubeObject;
}

type Listener = (change: Change) => void;

/** The objects of one resource. */
export class Collection {
  readonly #namespaces = new Map<string, Map<string, KubeObject>>();
  readonly #sorted = new Map<string, readonly KubeObject[]>();
  readonly #listeners = new Set<Listener>();
  #history: Change[] = [];
  /** Changes up to this revision are no longer known. */
  forgotten: number;
  readonly #limit: number;

  constructor(revision: number, limit: number) {
    this.forgotten = revision;
    this.#limit = limit;
  }

  get(namespace: string, name: string): KubeObject | undefined {
    return this.#namespaces.get(namespace)?.get(name);
  }

  /** All objects, or those of one namespace, in the order of their keys. */
  list(namespace?: string): readonly KubeObject[] {
    if (namespace !== undefined) return this.#sortedNamespace(namespace);
    const names = [...this.#namespaces.keys()].sort();
    return names.flatMap((name) => this.#sortedNamespace(name));
  }

  #sortedNamespace(namespace: string): readonly KubeObject[] {
    const known = this.#sorted.get(namespace);
    if (known !== undefined) return known;
    const objects = [...(this.#namespaces.get(namespace)?.entries() ?? [])];
    const sorted = objects.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
    this.#sorted.set(namespace, sorted);
    return sorted;
  }

  /** Takes a change in, remembers it and tells the listeners. */
  record(change: Change): void {
    const { namespace = "", name = "" } = change.object.metadata;
    const objects = this.#namespaces.get(namespace) ?? new Map<string, KubeObject>();
    if (change.type === "DELETED") objects.delete(name);
    else objects.set(name, change.object);
    this.#namespaces.set(namespace, objects);
    if (objects.size === 0) this.#namespaces.delete(namespace);
    this.#sorted.delete(namespace);
    this.#remember(change);
    for (const listener of this.#listeners) listener(change);
  }

  #remember(change: Change): void {
    this.#history.push(change);
    // Dropping half a history at a time keeps the cost of a change constant.
    if (this.#history.length <= 2 * this.#limit) return;
    const dropped = this.#history.slice(0, -this.#limit);
    this.#history = this.#history.slice(-this.#limit);
    this.forgotten = dropped.at(-1)?.revision ?? this.forgotten;
  }

  /** The changes after a revision, or undefined when some of them are forgotten. */
  since(revision: number): readonly Change[] | undefined {
    if (revision < this.forgotten) return undefined;
    return this.#history.filter((change) => change.revision > revision);
  }

  /** Forgets the history, as compaction does. */
  compact(revision: number): void {
    this.#history = [];
    this.forgotten = revision;
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** All objects of a server. Stored objects are frozen and shared, never copied. */
export class Storage {
  // Not 1, so that a client can ask for a revision from before the server's history, as with a real one.
  #revision = 100;
  readonly #collections = new Map<string, Collection>();
  readonly #historyLimit: number;
  #forgotten = this.#revision;

  constructor(historyLimit: number) {
    this.#historyLimit = historyLimit;
  }

  get revision(): number {
    return this.#revision;
  }

  collection(key: string): Collection {
    const known = this.#collections.get(key);
    if (known !== undefined) return known;
    const made = new Collection(this.#forgotten, this.#historyLimit);
    this.#collections.set(key, made);
    return made;
  }

  collections(): readonly [string, Collection][] {
    return [...this.#collections];
  }

  /** Stores a new or changed object under the next revision and returns it as stored. */
  put(key: string, object: KubeObject): KubeObject {
    const collection = this.collection(key);
    const previous = collection.get(object.metadata.namespace ?? "", object.metadata.name ?? "");
    const revision = ++this.#revision;
    const stored = freeze(withMeta(object, { resourceVersion: String(revision) }));
    const change = { revision, object: stored };
    collection.record(previous ? { ...change, type: "MODIFIED", previous } : { ...change, type: "ADDED" });
    return stored;
  }

  /** Removes an object; its last state carries the revision of the removal. */
  remove(key: string, object: KubeObject): KubeObject {
    const revision = ++this.#revision;
    const last = freeze(withMeta(object, { resourceVersion: String(revision) }));
    this.collection(key).record({ type: "DELETED", revision, object: last, previous: object });
    return last;
  }

  /** Forgets the history of all resources, so that older watches get 410. */
  compact(): void {
    this.#forgotten = this.#revision;
    for (const collection of this.#collections.values()) collection.compact(this.#revision);
  }
}
