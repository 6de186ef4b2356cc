/** One HTTP request from its parsed form to its answer. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer, ApiRequest, Cluster } from "./cluster.ts";
import { deleteObject, deleteObjects } from "./deletes.ts";
import { documentAt } from "./documents.ts";
import { formatOf, type Formatter, formatterFor } from "./format.ts";
import { textOf } from "./json.ts";
import { type Pages, readObject } from "./reads.ts";
import { routeOf } from "./route.ts";
import { Failure } from "./status.ts";
import { isLast, openWatch, type Watch } from "./watch.ts";
import { createObject, patchObject, updateObject } from "./writes.ts";

/** What requests are handled with. */
export interface Handling {
  readonly cluster: Cluster;
  readonly pages: Pages;
  readonly count: (request: ApiRequest) => void;
  readonly watches: Set<Watch>;
}

/** A request with its body read and its user known. */
export interface Incoming {
  readonly message: IncomingMessage;
  readonly url: URL;
  readonly contentType: string;
  readonly body: string;
  readonly user: string;
}

const header = (message: IncomingMessage, name: string): string => String(message.headers[name] ?? "");

function warningHeader(warnings: readonly string[]): Record<string, string[]> {
  const values = warnings.map((warning) => `299 - "${warning.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`);
  // HTTP headers are latin-1; anything else in a warning is shown as a question mark.
  return values.length === 0 ? {} : { warning: values.map((value) => value.replaceAll(/[^\x20-\x7e]/g, "?")) };
}

/** Writes a whole answer. */
export function send(
  response: ServerResponse,
  code: number,
  text: string,
  headers: Record<string, string | string[]> = {},
): void {
  response.writeHead(code, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

/** Writes a failure as its Status. */
export function sendFailure(response: ServerResponse, failure: Failure): void {
  send(response, failure.code, JSON.stringify(failure.status));
}

function sendAnswer(response: ServerResponse, answer: Answer): void {
  send(response, answer.code, textOf(answer.object), warningHeader(answer.warnings));
}

type Write = (cluster: Cluster, request: ApiRequest) => Promise<Answer | Failure>;
const writes: Readonly<Record<"create" | "update" | "patch" | "delete" | "deletecollection", Write>> = {
  create: createObject,
  update: updateObject,
  patch: patchObject,
  delete: deleteObject,
  deletecollection: deleteObjects,
};

function stream(
  handling: Handling,
  request: ApiRequest,
  { response, formatter }: { response: ServerResponse; formatter: Formatter },
): void {
  let started = false;
  const watch = openWatch(handling.cluster, request, (event) => {
    started = begin(response, started);
    response.write(formatter.event(event));
    if (isLast(event)) response.end();
  });
  if (watch instanceof Failure) {
    sendFailure(response, watch);
    return;
  }
  begin(response, started);
  response.flushHeaders();
  handling.watches.add(watch);
  const seconds = Number(request.query.get("timeoutSeconds") ?? 0);
  const timer = seconds > 0 ? setTimeout(() => response.end(), seconds * 1000) : undefined;
  response.on("close", () => {
    clearTimeout(timer);
    watch.close();
    handling.watches.delete(watch);
  });
}

function begin(response: ServerResponse, started: boolean): boolean {
  if (!started && !response.headersSent) response.writeHead(200, { "content-type": "application/json" });
  return true;
}

async function serve(
  handling: Handling,
  request: ApiRequest,
  out: { response: ServerResponse; accept: string },
): Promise<void> {
  const { cluster, pages } = handling;
  const { response } = out;
  const formatter = formatterFor(request, formatOf(out.accept), cluster.clock);
  if (request.verb === "watch") {
    stream(handling, request, { response, formatter });
  } else if (request.verb === "list") {
    const page = pages.list(cluster, request);
    if (page instanceof Failure) sendFailure(response, page);
    else send(response, 200, formatter.page(page));
  } else if (request.verb === "get") {
    const object = readObject(cluster, request);
    if (object instanceof Failure) sendFailure(response, object);
    else send(response, 200, formatter.object(object));
  } else {
    const answer = await writes[request.verb](cluster, request);
    if (answer instanceof Failure) sendFailure(response, answer);
    else sendAnswer(response, answer);
  }
}

/** Answers one request. */
export async function handle(handling: Handling, incoming: Incoming, response: ServerResponse): Promise<void> {
  const { message, url, contentType, body, user } = incoming;
  const accept = header(message, "accept");
  const document = message.method === "GET" ? documentAt(handling.cluster.registry, url.pathname, accept) : undefined;
  if (document !== undefined) {
    const text = typeof document.body === "string" ? document.body : JSON.stringify(document.body);
    send(response, 200, text, { "content-type": document.contentType });
    return;
  }
  const route = routeOf(handling.cluster.registry, message.method ?? "GET", url);
  if (route instanceof Failure) {
    sendFailure(response, route);
    return;
  }
  const request = {
    ...route,
    query: url.searchParams,
    contentType,
    body,
    userAgent: header(message, "user-agent"),
    user,
  };
  handling.count(request);
  await serve(handling, request, { response, accept });
}
