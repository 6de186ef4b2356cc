import type { Client, ListPage, Selection, WatchEvent } from "./client.ts";
import type { Clock } from "./clock.ts";
import { ApiError, isGone } from "./errors.ts";
import { errorText } from "./logger.ts";
import { keyOf, type KubeObject, type ResourceType } from "./objects.ts";
import type { Store } from "./store.ts";
import {
  type Change,
  type Item,
  startWatch,
  step,
  wakeAt,
  type WatchCommand,
  type WatchInput,
  type WatchState,
} from "./watch-step.ts";

export interface WatchPorts {
  readonly client: Pick<Client, "list" | "watch">;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Told of failures; the watch goes on by itself. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

export interface WatchSelection<T> extends Omit<Selection, "signal"> {
  readonly type: ResourceType;
  readonly store: Store<T>;
  readonly pageSize?: number;
  readonly signal: AbortSignal;
}

/**
 * Keeps `store` up to date with an API server until `signal` aborts. It never gives up: whatever happens, it tries again
 * after a pause (see watch-step.ts, which decides; here is only what touches the world).
 */
export async function runWatch<T>(selection: WatchSelection<T>, ports: WatchPorts): Promise<void> {
  await new Driver(selection, ports).run();
}

class Driver<T> {
  readonly #selection: WatchSelection<T>;
  readonly #ports: WatchPorts;
  #state: WatchState<T>;
  #command: WatchCommand | undefined;
  #continue: string | undefined;
  /** Objects that cannot be read, by key: the resourceVersion for which that has been reported. */
  readonly #unreadable = new Map<string, string>();

  constructor(selection: WatchSelection<T>, ports: WatchPorts) {
    const { state, command } = startWatch<T>();
    this.#selection = selection;
    this.#ports = ports;
    this.#state = state;
    this.#command = command;
  }

  async run(): Promise<void> {
    while (!this.#selection.signal.aborted) {
      const command = this.#command;
      this.#command = undefined;
      // The step machine leaves no gap; should it ever, a woken state is the way on.
      if (command === undefined || command.kind === "pause") await this.#pause();
      else await this.#attempt(command);
    }
  }

  async #pause(): Promise<void> {
    const { clock } = this.#ports;
    await clock.sleep(wakeAt(this.#state) - clock.monotonic(), this.#selection.signal);
    this.#feed({ kind: "woken" });
  }

  async #attempt(command: Exclude<WatchCommand, { kind: "pause" }>): Promise<void> {
    try {
      if (command.kind === "watch") await this.#watch(command);
      else await this.#list(command.kind === "list" ? { paged: command.paged } : { paged: true, from: this.#continue });
    } catch (error) {
      if (this.#selection.signal.aborted) return;
      this.#selection.store.lost(this.#ports.clock.monotonic());
      // A watch that ends because its place is forgotten is how Kubernetes works, not a failure to report.
      if (!isGone(error)) this.#ports.onError?.(error);
      const retryAfterSeconds = error instanceof ApiError ? error.retryAfterSeconds : undefined;
      this.#feed({ kind: "failed", gone: isGone(error), retryAfterSeconds });
    }
  }

  async #list({ paged, from }: { paged: boolean; from?: string | undefined }): Promise<void> {
    const { type, pageSize = 500, store, signal, ...where } = this.#selection;
    const options = { ...namesOf(where), signal, ...(paged ? { limit: pageSize, continue: from } : {}) };
    const page: ListPage = await this.#ports.client.list(type, options);
    this.#continue = page.continue;
    store.heard();
    const items = page.items.flatMap((object) => this.#item(object) ?? []);
    this.#feed({ kind: "page", items, resourceVersion: page.resourceVersion, more: page.continue !== undefined });
  }

  async #watch({ resourceVersion, timeoutSeconds }: WatchCommand & { kind: "watch" }): Promise<void> {
    const { type, store, signal, ...where } = this.#selection;
    const connection = new AbortController();
    const close = (): void => {
      connection.abort(closed);
    };
    signal.addEventListener("abort", close, { once: true });
    void this.#guard(connection);
    try {
      const opened = (): void => {
        store.heard();
      };
      const options = { ...namesOf(where), resourceVersion, timeoutSeconds, signal: connection.signal, opened };
      for await (const event of this.#ports.client.watch(type, options)) {
        if (connection.signal.aborted) return;
        store.heard();
        this.#feed(this.#input(event));
      }
      if (!connection.signal.aborted) this.#feed({ kind: "ended" });
    } catch (error) {
      // Dropped by the guard, which has already said how it goes on.
      if (!connection.signal.aborted) throw error;
    } finally {
      signal.removeEventListener("abort", close);
      close();
    }
  }

  /** Drops a watch that says nothing any more. */
  async #guard(connection: AbortController): Promise<void> {
    const { clock } = this.#ports;
    for (;;) {
      // No longer than this at a time: a bookmark that arrives brings the moment nearer.
      await clock.sleep(Math.min(wakeAt(this.#state) - clock.monotonic(), lookMs), connection.signal);
      if (connection.signal.aborted) return;
      const heardAt = this.#state.phase === "watching" ? this.#state.heardAt : clock.monotonic();
      this.#feed({ kind: "woken" });
      if (this.#command === undefined) continue;
      this.#selection.store.lost(heardAt);
      connection.abort(closed);
      return;
    }
  }

  #feed(input: WatchInput<T>): void {
    const { clock, random } = this.#ports;
    const { state, command, change } = step(this.#state, input, { now: clock.monotonic(), random: random() });
    this.#state = state;
    if (command !== undefined) this.#command = command;
    if (change !== undefined) this.#apply(change);
  }

  /** A listener that fails has nothing to do with the watch, which goes on. */
  #apply(change: Change<T>): void {
    try {
      this.#selection.store.apply(change);
    } catch (error) {
      this.#ports.onError?.(error);
    }
  }

  #input({ type, object }: WatchEvent): WatchInput<T> {
    const { resourceVersion = "" } = object.metadata;
    if (type === "BOOKMARK") return { kind: "bookmark", resourceVersion };
    const key = keyOf(object.metadata);
    if (type === "DELETED") {
      this.#unreadable.delete(key);
      return { kind: "deleted", key, resourceVersion };
    }
    const item = this.#item(object);
    return item === undefined ? { kind: "deleted", key, resourceVersion } : { kind: "changed", item };
  }

  /** An object as it is kept; one that cannot be read counts as absent, which is reported once for each of its versions. */
  #item(object: KubeObject): Item<T> | undefined {
    const { resourceVersion = "" } = object.metadata;
    const key = keyOf(object.metadata);
    try {
      const value = this.#selection.store.project(object);
      this.#unreadable.delete(key);
      return { key, resourceVersion, value };
    } catch (error) {
      if (this.#unreadable.get(key) !== resourceVersion) {
        this.#unreadable.set(key, resourceVersion);
        this.#ports.onError?.(unreadable(object, error));
      }
      return undefined;
    }
  }
}

/** How often a watch is looked at that says nothing. */
const lookMs = 20_000;

const closed = new Error("the watch is closed");

function namesOf({ namespace, labelSelector, fieldSelector }: Omit<Selection, "signal">): Omit<Selection, "signal"> {
  return { namespace, labelSelector, fieldSelector };
}

/** The words of the cause may repeat what is in the object, so a Secret's are left out. */
function unreadable({ kind, metadata }: KubeObject, cause: unknown): Error {
  const words = kind === "Secret" ? "" : `: ${errorText(cause)}`;
  return new Error(`${kind} ${keyOf(metadata)} cannot be read and counts as absent${words}`);
}
