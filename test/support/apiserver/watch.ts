/** Watches: initial state, history, live changes, selectors, bookmarks. Knows nothing of HTTP. */
import type { ApiRequest, Cluster } from "./cluster.ts";
import { type JsonObject, type KubeObject, withMeta } from "./json.ts";
import { present, scopeOf, selectorOf } from "./reads.ts";
import { apiVersionOf, storageKey } from "./resources.ts";
import type { Selector } from "./selectors.ts";
import { expired, Failure, fieldError, invalid } from "./status.ts";
import type { Change } from "./storage.ts";

/** One event of a watch. */
export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: JsonObject;
}

type Send = (event: WatchEvent) => void;
const OPTIONS = { group: "meta.k8s.io", kind: "ListOptions", plural: "listoptions" };

/** An open watch. */
export interface Watch {
  /** Sends a bookmark with the present revision, if the client allows bookmarks. */
  bookmark(): void;
  close(): void;
}

/** The event that a change is for someone who sees only selected objects. */
function eventOf(change: Change, selector: Selector | undefined): WatchEvent | undefined {
  if (selector === undefined) return { type: change.type, object: change.object };
  const is = change.type !== "DELETED" && selector(change.object);
  const was = change.previous !== undefined && selector(change.previous);
  if (is) return { type: was ? "MODIFIED" : "ADDED", object: change.object };
  if (!was) return undefined;
  // A selected object that is no more (or no longer selected) is told in its last selected state.
  const resourceVersion = change.object.metadata.resourceVersion;
  return { type: "DELETED", object: withMeta(change.previous, { resourceVersion }) };
}

/** Whether the client asked for the initial state as events, and for a mark at its end. */
function initialState({ query }: ApiRequest): "none" | "events" | "marked" | Failure {
  const sends = query.get("sendInitialEvents");
  if (sends !== null && query.get("resourceVersionMatch") !== "NotOlderThan") {
    const why = "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan";
    return invalid(OPTIONS, "", [fieldError("resourceVersionMatch", "FieldValueForbidden", why)]);
  }
  if (sends === "true") return "marked";
  const version = query.get("resourceVersion") ?? "";
  return sends === null && (version === "" || version === "0") ? "events" : "none";
}

function bookmarkEvent({ resource }: ApiRequest, revision: number, initial: boolean): WatchEvent {
  const annotations = initial ? { annotations: { "k8s.io/initial-events-end": "true" } } : {};
  const metadata = { resourceVersion: String(revision), ...annotations };
  return { type: "BOOKMARK", object: { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata } };
}

interface Plan {
  readonly initial: "none" | "events" | "marked";
  readonly selector: Selector | undefined;
  readonly since: number;
}

function planOf(request: ApiRequest): Plan | Failure {
  const selector = selectorOf(request);
  if (selector instanceof Failure) return selector;
  const initial = initialState(request);
  if (initial instanceof Failure) return initial;
  const text = request.query.get("resourceVersion") ?? "";
  const since = Number(text === "" ? "0" : text);
  if (!Number.isInteger(since) || since < 0) {
    return invalid(OPTIONS, "", [fieldError("resourceVersion", "FieldValueInvalid", `Invalid value: "${text}"`)]);
  }
  return { initial, selector, since };
}

/** Starts a watch; events go to `send` from now on, those that are due at once. */
export function openWatch(cluster: Cluster, request: ApiRequest, send: Send): Watch | Failure {
  const plan = planOf(request);
  if (plan instanceof Failure) return plan;
  const { storage } = cluster;
  const { resource, query } = request;
  const collection = storage.collection(storageKey(resource));
  const scope = scopeOf(request);
  const bookmarks = query.get("allowWatchBookmarks") === "true";
  const deliver = (change: Change): void => {
    if (scope !== undefined && change.object.metadata.namespace !== scope) return;
    const event = eventOf(change, plan.selector);
    if (event !== undefined) send({ type: event.type, object: present(resource, event.object as KubeObject) });
  };
  const watch = (): Watch => ({
    bookmark: () => {
      if (bookmarks) send(bookmarkEvent(request, storage.revision, false));
    },
    close: collection.listen(deliver),
  });
  if (plan.initial !== "none") {
    const all = collection.list(scope);
    const selected = plan.selector === undefined ? all : all.filter(plan.selector);
    for (const object of selected) send({ type: "ADDED", object: present(resource, object) });
    if (plan.initial === "marked" && bookmarks) send(bookmarkEvent(request, storage.revision, true));
    return watch();
  }
  const missed = collection.since(plan.since);
  if (missed === undefined) {
    const message = `too old resource version: ${String(plan.since)} (${String(collection.forgotten)})`;
    send({ type: "ERROR", object: expired(message).status });
    return { bookmark: () => undefined, close: () => undefined };
  }
  for (const change of missed) deliver(change);
  return watch();
}

/** Whether a watch has ended itself, by an error event. */
export function isLast(event: WatchEvent): boolean {
  return event.type === "ERROR";
}
