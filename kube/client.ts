import { readFile } from "node:fs/promises";
import { systemClock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { type ConnectionOptions, loadConnection } from "./load-connection.ts";
import type { KubeObject, ObjectName, ObjectToWrite, ResourceType } from "./objects.ts";

interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}
export interface Selection extends CallOptions {
  /** Absent: all namespaces. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}
export interface ListOptions extends Selection {
  readonly limit?: number | undefined;
  readonly continue?: string | undefined;
}
export interface ListPage {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
  /** Where the next page starts; absent after the last. */
  readonly continue?: string;
}
/** What guards a write. */
export interface WriteGuard {
  /** Asked once more right before the request leaves, however long it had to wait; if not, it fails with a FencedError. */
  readonly mayWrite?: (() => boolean) | undefined;
}
export interface WriteOptions extends CallOptions, WriteGuard {
  readonly subresource?: string | undefined;
  readonly fieldManager?: string | undefined;
}
interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  /** Take fields over from other managers instead of failing with a conflict. */
  readonly force?: boolean | undefined;
}
interface DeleteOptions extends CallOptions, WriteGuard {
  /** Delete only this very object: a conflict otherwise. */
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly propagation?: "Background" | "Foreground" | "Orphan" | undefined;
}
export interface WatchOptions extends Selection {
  readonly resourceVersion: string;
  /** After this time the server ends the watch. */
  readonly timeoutSeconds: number;
  /** Called when the server has taken the watch up: it may have nothing to say for a long time. */
  readonly opened?: (() => void) | undefined;
}
export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  readonly object: KubeObject;
}

/**
 * An API server. Every read goes to the server: what may be cached is in a Store. Failures are thrown as ApiError; once a
 * signal aborts, its reason is thrown.
 */
export interface Client {
  /** undefined if it is not there. */
  readonly get: (type: ResourceType, name: ObjectName, options?: CallOptions) => Promise<KubeObject | undefined>;
  /** One page. */
  readonly list: (type: ResourceType, options?: ListOptions) => Promise<ListPage>;
  /** With `subresource` (`token`, for example), a request to that subresource of the object named in it. */
  readonly create: (type: ResourceType, object: ObjectToWrite, options?: WriteOptions) => Promise<KubeObject>;
  /** Replaces the object; a resourceVersion in it guards against lost updates. */
  readonly update: (type: ResourceType, object: ObjectToWrite, options?: WriteOptions) => Promise<KubeObject>;
  /** JSON merge patch, or with a list of steps a JSON patch; a `metadata.resourceVersion` in it guards against lost updates. */
  readonly patch: (
    type: ResourceType,
    name: ObjectName,
    options: WriteOptions & { body: object },
  ) => Promise<KubeObject>;
  /** Server-side apply. */
  readonly apply: (type: ResourceType, object: ObjectToWrite, options: ApplyOptions) => Promise<KubeObject>;
  /** Whether there was something to delete. */
  readonly delete: (type: ResourceType, name: ObjectName, options?: DeleteOptions) => Promise<boolean>;
  /** One watch until it ends; an ERROR event is thrown. Bookmarks are asked for. */
  readonly watch: (type: ResourceType, options: WatchOptions) => AsyncIterable<WatchEvent>;
  /** A GET that does not answer with an object, such as the log of a pod. */
  readonly text: (path: string, options?: CallOptions) => Promise<string>;
}

/** Finds an API server as kubectl does, reading files and the environment. */
export function connect(options: ConnectionOptions = {}): Promise<Connection> {
  const world = { readFile: (path: string) => readFile(path, "utf8"), environment: process.env, clock: systemClock };
  return loadConnection(options, world);
}
