import type { Client, ListPage, Selection, WatchEvent } from "./client.ts";
import type { Clock } from "./clock.ts";
import { ApiError, isGone } from "./errors.ts";
import { keyOf, type KubeObject, type ResourceType } from "./objects.ts";
import type { Store } from "./store.ts";
import {
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
    const items = page.items.map((object) => toItem(object, store));
    this.#feed({ kind: "page", items, resourceVersion: page.resourceVersion, more: page.continue !== undefined });
  }

  async #watch({ resourceVersion, timeoutSeconds }: WatchCommand & { kind: "watch" }): Promise<void> {
    const { type, signal, ...where } = this.#selection;
    const connection = new AbortController();
    const close = (): void => {
      connection.abort(closed);
    };
    signal.addEventListener("abort", close, { once: true });
    void this.#guard(connection);
    try {
      const options = { ...namesOf(where), resourceVersion, timeoutSeconds, signal: connection.signal };
      for await (const event of this.#ports.client.watch(type, options)) {
        if (connection.signal.aborted) return;
        this.#feed(toInput(event, this.#selection.store));
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
      await clock.sleep(wakeAt(this.#state) - clock.monotonic(), connection.signal);
      if (connection.signal.aborted) return;
      this.#feed({ kind: "woken" });
      if (this.#command === undefined) continue;
      connection.abort(closed);
      return;
    }
  }

  #feed(input: WatchInput<T>): void {
    const { clock, random } = this.#ports;
    const { state, command, change } = step(this.#state, input, { now: clock.monotonic(), random: random() });
    this.#state = state;
    if (command !== undefined) this.#command = command;
    if (change !== undefined) this.#selection.store.apply(change);
  }
}

const closed = new Error("the watch is closed");

function namesOf({ namespace, labelSelector, fieldSelector }: Omit<Selection, "signal">): Omit<Selection, "signal"> {
  return { namespace, labelSelector, fieldSelector };
}

function toItem<T>(object: KubeObject, store: Store<T>): Item<T> {
  const { metadata } = object;
  return { key: keyOf(metadata), resourceVersion: metadata.resourceVersion ?? "", value: store.project(object) };
}

function toInput<T>({ type, object }: WatchEvent, store: Store<T>): WatchInput<T> {
  if (type === "BOOKMARK") return { kind: "bookmark", resourceVersion: object.metadata.resourceVersion ?? "" };
  return { kind: type === "DELETED" ? "deleted" : "changed", item: toItem(object, store) };
}
