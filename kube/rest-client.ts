import { isObject } from "../falco/base/json.ts";
import type { BucketLimits } from "./bucket.ts";
import type { Client, ListOptions, ListPage, WatchEvent, WatchOptions } from "./client.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { ApiError, errorFromNetwork, errorFromStatus, isNotFound } from "./errors.ts";
import { parseJson } from "./json-body.ts";
import { linesOf } from "./lines.ts";
import * as objects from "./objects.ts";
import type { KubeObject, ResourceType } from "./objects.ts";
import { type Call, createRequests, type RequestObserver, type Requests } from "./requests.ts";
import { createTransport, type Transport } from "./transport.ts";

export interface ClientOptions {
  readonly connection: Connection;
  readonly userAgent: string;
  readonly clock?: Clock | undefined;
  readonly transport?: Transport | undefined;
  readonly limits?: BucketLimits | undefined;
  readonly timeoutMs?: number | undefined;
  readonly observe?: RequestObserver | undefined;
}

/** A client for a connection; connects with the first request. */
export function createClient(options: ClientOptions): Client {
  const { connection, clock = systemClock, transport = createTransport(connection), limits, timeoutMs } = options;
  const requests = createRequests({
    transport,
    host: connection.server.host,
    clock,
    userAgent: options.userAgent,
    observe: options.observe,
    ...(limits === undefined ? {} : { limits }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  return clientOf(requests);
}

function clientOf(requests: Requests): Client {
  const write = async (type: ResourceType, call: Call): Promise<KubeObject> =>
    objects.toKubeObject(parseJson(await requests.text(call), call), type);
  return {
    get: (type, name, { signal } = {}) =>
      absentIfNotFound(write(type, { method: "GET", path: objects.objectPath(type, name), signal })),
    list: (type, options = {}) => list(requests, type, options),
    create: (type, object, { subresource, fieldManager, signal, mayWrite } = {}) => {
      const { namespace } = object.metadata;
      const collection = objects.collectionPath(type, namespace);
      const path = subresource === undefined ? collection : objects.objectPath(type, object.metadata, subresource);
      return write(type, { method: "POST", path, query: { fieldManager }, body: object, signal, mayWrite });
    },
    update: (type, object, { subresource, fieldManager, signal, mayWrite } = {}) => {
      const path = objects.objectPath(type, object.metadata, subresource);
      return write(type, { method: "PUT", path, query: { fieldManager }, body: object, signal, mayWrite });
    },
    patch: (type, name, { body, subresource, fieldManager, signal, mayWrite }) => {
      const path = objects.objectPath(type, name, subresource);
      const contentType = `application/${Array.isArray(body) ? "json" : "merge"}-patch+json`;
      return write(type, { method: "PATCH", path, query: { fieldManager }, body, contentType, signal, mayWrite });
    },
    apply: (type, object, { subresource, fieldManager, force, signal, mayWrite }) => {
      const path = objects.objectPath(type, object.metadata, subresource);
      // JSON is YAML, and the server insists on this name.
      const contentType = "application/apply-patch+yaml";
      const query = { fieldManager, force };
      return write(type, { method: "PATCH", path, query, body: object, contentType, signal, mayWrite });
    },
    delete: async (type, name, { uid, resourceVersion, propagation, signal, mayWrite } = {}) => {
      const body = {
        apiVersion: "v1",
        kind: "DeleteOptions",
        preconditions: { uid, resourceVersion },
        propagationPolicy: propagation,
      };
      const path = objects.objectPath(type, name);
      return (await absentIfNotFound(requests.text({ method: "DELETE", path, body, signal, mayWrite }))) !== undefined;
    },
    watch: (type, options) => watch(requests, type, options),
    text: (path, { signal } = {}) => requests.text({ method: "GET", path, signal }),
  };
}

async function absentIfNotFound<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function list(requests: Requests, type: ResourceType, options: ListOptions): Promise<ListPage> {
  const { namespace, labelSelector, fieldSelector, limit, continue: from, signal } = options;
  const path = objects.collectionPath(type, namespace);
  const query = { labelSelector, fieldSelector, limit, continue: from };
  const call = { method: "GET", path, query, signal };
  const page = parseJson(await requests.text(call), call);
  if (!isObject(page) || !isObject(page["metadata"])) throw new Error(`GET ${path}: the answer is no list`);
  const { resourceVersion, continue: next } = page["metadata"];
  const items: readonly unknown[] = Array.isArray(page["items"]) ? page["items"] : [];
  return {
    items: items.map((item) => objects.toKubeObject(item, type)),
    resourceVersion: typeof resourceVersion === "string" ? resourceVersion : "",
    ...(typeof next === "string" && next !== "" ? { continue: next } : {}),
  };
}

async function* watch(requests: Requests, type: ResourceType, options: WatchOptions): AsyncGenerator<WatchEvent> {
  const { namespace, labelSelector, fieldSelector, resourceVersion, timeoutSeconds, signal, opened } = options;
  const title = { method: "GET", path: objects.collectionPath(type, namespace) };
  const query = {
    watch: true,
    allowWatchBookmarks: true,
    labelSelector,
    fieldSelector,
    resourceVersion,
    timeoutSeconds,
  };
  const response = await requests.stream({ ...title, query, signal });
  signal?.addEventListener("abort", response.close, { once: true });
  try {
    opened?.();
    for await (const line of linesOf(response.chunks())) yield toWatchEvent(parseJson(line, title), type, title);
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof ApiError ? error : errorFromNetwork(title, error);
  } finally {
    signal?.removeEventListener("abort", response.close);
    response.close();
  }
  signal?.throwIfAborted();
}

function toWatchEvent(event: unknown, type: ResourceType, title: { method: string; path: string }): WatchEvent {
  const { type: kind, object } = isObject(event) ? event : {};
  if (kind === "ADDED" || kind === "MODIFIED" || kind === "DELETED" || kind === "BOOKMARK") {
    return { type: kind, object: objects.toKubeObject(object, type) };
  }
  throw errorFromStatus(title, { status: 200 }, object);
}
