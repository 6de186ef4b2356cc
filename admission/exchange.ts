import type { IncomingMessage, ServerResponse } from "node:http";
import { formatProblem, type Result } from "../falco/base/problem.ts";
import type { Clock } from "../kube/clock.ts";
import { errorText, type Logger } from "../kube/logger.ts";
import type { BodyRoom } from "./body-room.ts";
import { readBody } from "./read-body.ts";

/**
 * Answers one request: JSON in, JSON out. Problems mean that the body is none that can be answered (HTTP 400). It should be done
 * within `seconds`, which is less than the caller waits.
 */
export type Route = (body: unknown, seconds: number) => Promise<Result<object>>;

/** Told of each request to a route, by its path; for metrics. */
export interface ExchangeObserver {
  readonly started: (path: string) => void;
  /** `status` is absent when the caller went away before there was an answer. */
  readonly finished: (path: string, result: { readonly status?: number; readonly seconds: number }) => void;
}

/** What a request is answered with. */
export interface ExchangeOptions {
  readonly routes: ReadonlyMap<string, Route>;
  /** Of a request's body. */
  readonly bytes: number;
  /** Of all bodies together. */
  readonly room: BodyRoom;
  /** How long an answer may take. */
  readonly answerSeconds: number;
  /** Whether connections are to end with the next answer on them. */
  readonly isLast: () => boolean;
  readonly observer: ExchangeObserver | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Exchange extends ExchangeOptions {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** When the request began, by the clock's monotonic time. */
  readonly begin: number;
}

interface Reply {
  readonly status: number;
  /** JSON when the status is 200, else a sentence. */
  readonly body: string;
}

/** Reads a request and writes the answer to it; never rejects. */
export async function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  options: ExchangeOptions,
): Promise<void> {
  const { observer, clock } = options;
  const begin = clock.monotonic();
  const exchange = { ...options, request, response, begin };
  const [path = "", query = ""] = (request.url ?? "").split("?", 2);
  const route = options.routes.get(path);
  if (route === undefined) {
    send(exchange, { status: 404, body: `There is no webhook at ${path.slice(0, 100)}.` });
    return;
  }
  observer?.started(path);
  const reply = await replyOf(route, query, exchange);
  if (reply !== undefined) send(exchange, reply);
  const seconds = (clock.monotonic() - begin) / 1000;
  observer?.finished(path, { seconds, ...(reply !== undefined && { status: reply.status }) });
}

/** Undefined when the caller has gone away. */
async function replyOf(route: Route, query: string, exchange: Exchange): Promise<Reply | undefined> {
  try {
    return await replyTo(route, query, exchange);
  } catch (error) {
    exchange.logger.error("a request could not be answered", { error: errorText(error) });
    return { status: 500, body: "The request could not be answered. Try again." };
  }
}

async function replyTo(route: Route, query: string, exchange: Exchange): Promise<Reply | undefined> {
  const { request, bytes, room } = exchange;
  const complaint = headerComplaint(request);
  if (complaint !== undefined) return complaint;
  const share = room.enter();
  try {
    const body = await readBody(request, bytes, share);
    if (body.kind === "aborted") return undefined;
    if (body.kind === "too-large") return { status: 413, body: `A request may have ${String(bytes)} bytes.` };
    if (body.kind === "no-room") return { status: 429, body: "There are too many large requests. Try again." };
    return await answerTo(body.bytes, query, { route, exchange });
  } finally {
    share.leave();
  }
}

interface Answering {
  readonly route: Route;
  readonly exchange: Exchange;
}

async function answerTo(bytes: Buffer, query: string, { route, exchange }: Answering): Promise<Reply> {
  const { answerSeconds, clock, begin } = exchange;
  const json = parseJson(bytes);
  if (json === undefined) return { status: 400, body: "The body is not JSON." };
  // The caller has been waiting since he began to send.
  const gone = (clock.monotonic() - begin) / 1000;
  const answer = await route(json, Math.max(0, secondsToAnswer(query, answerSeconds) - gone));
  if (answer.ok) return { status: 200, body: JSON.stringify(answer.value) };
  return { status: 400, body: answer.problems.map(formatProblem).join("\n") };
}

function headerComplaint({ method, headers }: IncomingMessage): Reply | undefined {
  if (method !== "POST") return { status: 405, body: "Use POST." };
  const [type = ""] = (headers["content-type"] ?? "").split(";", 1);
  if (type.trim().toLowerCase() !== "application/json") {
    return { status: 415, body: "The content type must be application/json." };
  }
  if (headers["content-encoding"] === undefined) return undefined;
  return { status: 415, body: "The body must not be compressed." };
}

/** JSON in UTF-8; undefined when it is none. */
function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** The API server says how long it waits (`timeout=10s`); a fifth of it is left for the way. */
function secondsToAnswer(query: string, answerSeconds: number): number {
  const asked = /(?:^|&)timeout=(\d+)s(?:&|$)/.exec(query)?.[1];
  return asked === undefined ? answerSeconds : Math.min(answerSeconds, Number(asked) * 0.8);
}

/** A connection is not used again when the server comes to its end, or when the rest of a request is still to come on it. */
function send({ request, response, isLast }: Exchange, { status, body }: Reply): void {
  response.writeHead(status, {
    "content-type": status === 200 ? "application/json" : "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    ...(status === 405 && { allow: "POST" }),
    // API servers try again by themselves.
    ...(status === 429 && { "retry-after": "1" }),
    ...((isLast() || !request.complete) && { connection: "close" }),
  });
  response.end(body);
}
