import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createSecureContext } from "node:tls";
import { formatProblem, type Result } from "../falco/base/problem.ts";
import type { KeyPair } from "../falco/desired/identity.ts";
import { errorText, type Logger } from "../kube/logger.ts";
import { readBody } from "./read-body.ts";

/**
 * Answers one request: JSON in, JSON out. Problems mean that the body is none that can be answered (HTTP 400). It should be done
 * within `seconds`, which is less than the caller waits.
 */
export type Route = (body: unknown, seconds: number) => Promise<Result<object>>;

export interface ServerOptions {
  readonly routes: ReadonlyMap<string, Route>;
  readonly tls: KeyPair;
  /** All interfaces when absent. */
  readonly host?: string | undefined;
  readonly port: number;
  readonly limits?: Partial<Limits>;
  readonly logger: Logger;
}

export interface Limits {
  /** Of a request's body. */
  readonly bytes: number;
  /** Until a request's headers, and all of it, must have arrived. */
  readonly headersMilliseconds: number;
  readonly requestMilliseconds: number;
  /** How long an idle connection is kept: longer than API servers keep theirs (90 s), so that none writes into a closing one. */
  readonly keepAliveMilliseconds: number;
  /** How long an answer may take. */
  readonly answerSeconds: number;
}

/** A running server. */
export interface Server {
  readonly port: number;
  /** New connections get this pair from now on, open ones keep theirs; throws, and changes nothing, when it cannot be used. */
  readonly useCertificate: (pair: KeyPair) => void;
  /** Takes no new connections, answers the requests that are under way and then closes. After `graceSeconds` it closes anyway. */
  readonly stop: (graceSeconds?: number) => Promise<void>;
}

/** An AdmissionReview holds the object before and after, 3 MiB each at most, and a few fields. */
const defaultLimits: Limits = {
  bytes: 7 * 1024 * 1024,
  headersMilliseconds: 5_000,
  requestMilliseconds: 15_000,
  keepAliveMilliseconds: 120_000,
  answerSeconds: 8,
};

/**
 * Serves routes over https. On node:https itself: two paths and one method leave a framework nothing to do; fastify, measured beside it
 * with the same decisions, takes the same CPU for a request and 48 more packages.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const limits = { ...defaultLimits, ...options.limits };
  let stopping = false;
  const server = createServer(
    {
      ...secureOptions(options.tls),
      keepAliveTimeout: limits.keepAliveMilliseconds,
      headersTimeout: limits.headersMilliseconds,
      requestTimeout: limits.requestMilliseconds,
      connectionsCheckingInterval: Math.min(5_000, limits.headersMilliseconds),
    },
    (request, response) => {
      void serve({ request, response, limits, options, isStopping: () => stopping });
    },
  );
  server.on("tlsClientError", (error) => {
    options.logger.debug("TLS handshake failed", { error: errorText(error) });
  });
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    useCertificate: (pair) => {
      server.setSecureContext(checkedPair(pair));
    },
    stop: (graceSeconds = 10) => {
      stopping = true;
      return close(server, graceSeconds);
    },
  };
}

function secureOptions({ certificate, key }: KeyPair): object {
  return { cert: certificate, key, minVersion: "TLSv1.2" } as const;
}

/** `setSecureContext` would replace the good pair before it finds the new one unusable. */
function checkedPair(pair: KeyPair): object {
  createSecureContext(secureOptions(pair));
  return secureOptions(pair);
}

type HttpsServer = ReturnType<typeof createServer>;

function listen(server: HttpsServer, { host, port, logger }: ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      server.on("error", (error) => {
        logger.error("webhook server", { error: errorText(error) });
      });
      resolve();
    });
  });
}

async function close(server: HttpsServer, graceSeconds: number): Promise<void> {
  const timer = setTimeout(() => {
    server.closeAllConnections();
  }, graceSeconds * 1000);
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  clearTimeout(timer);
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly limits: Limits;
  readonly options: ServerOptions;
  readonly isStopping: () => boolean;
}

interface Reply {
  readonly status: number;
  /** JSON when the status is 200, else a sentence. */
  readonly body: string;
}

async function serve(exchange: Exchange): Promise<void> {
  try {
    const reply = await replyTo(exchange);
    if (reply !== undefined) send(exchange, reply);
  } catch (error) {
    exchange.options.logger.error("a request could not be answered", { error: errorText(error) });
    send(exchange, { status: 500, body: "The request could not be answered. Try again." });
  }
}

/** Undefined when the caller has gone away. */
async function replyTo({ request, limits, options }: Exchange): Promise<Reply | undefined> {
  const [path = "", query = ""] = (request.url ?? "").split("?", 2);
  const route = options.routes.get(path);
  if (route === undefined) return { status: 404, body: `There is no webhook at ${path.slice(0, 100)}.` };
  const complaint = headerComplaint(request);
  if (complaint !== undefined) return complaint;
  const body = await readBody(request, limits.bytes);
  if (body.kind === "aborted") return undefined;
  if (body.kind === "too-large") return { status: 413, body: `A request may have ${String(limits.bytes)} bytes.` };
  const json = parseJson(body.bytes);
  if (json === undefined) return { status: 400, body: "The body is not JSON." };
  const answer = await route(json, secondsToAnswer(query, limits));
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
function secondsToAnswer(query: string, { answerSeconds }: Limits): number {
  const asked = /(?:^|&)timeout=(\d+)s(?:&|$)/.exec(query)?.[1];
  return asked === undefined ? answerSeconds : Math.min(answerSeconds, Number(asked) * 0.8);
}

/** A connection is not used again when the server stops, or when the rest of a request is still to come on it. */
function send({ request, response, isStopping }: Exchange, { status, body }: Reply): void {
  response.writeHead(status, {
    "content-type": status === 200 ? "application/json" : "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    ...(status === 405 && { allow: "POST" }),
    ...((isStopping() || !request.complete) && { connection: "close" }),
  });
  response.end(body);
}
