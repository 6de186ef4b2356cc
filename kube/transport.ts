import {
  Agent as HttpAgent,
  type AgentOptions,
  type ClientRequest,
  type IncomingMessage,
  request as httpRequest,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from "node:https";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { WriteGuard } from "./client.ts";
import type { Connection, Credentials } from "./connection.ts";
import { FencedError } from "./fence.ts";

/** One HTTP request, ready to send; `path` includes the query. */
export interface WireRequest extends WriteGuard {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal: AbortSignal;
  /** A response that stays open for minutes gets a connection of its own. */
  readonly streaming: boolean;
}

/** The head of a response; its body is read by one of the two functions or given up. */
export interface WireResponse {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** When it was sent, by the server's clock. */
  readonly date?: string | undefined;
  readonly text: () => Promise<string>;
  readonly chunks: () => AsyncIterable<Uint8Array>;
  readonly close: () => void;
}

/** Sends a request; throws whatever the network throws. */
export type Transport = (request: WireRequest) => Promise<WireResponse>;

/** TCP's own probes notice a peer that vanished without a word: after 30 s of silence ten of them, one a second. */
const keepAliveMs = 30_000;

/**
 * node:https and no other HTTP client: it is in Node (6 ms to load; the package undici takes 60 ms and 28 MB, and Node's
 * fetch takes no certificate authority without it), streams with back-pressure, and takes client certificates per request,
 * which its pool keeps apart.
 */
export function createTransport(connection: Connection): Transport {
  const secure = connection.server.protocol === "https:";
  const Agent = secure ? HttpsAgent : HttpAgent;
  // Idle connections are closed before the API server does it, so that hardly a request meets a closing one.
  const proxy = proxyOptions(connection);
  const pool = new Agent({ keepAlive: true, keepAliveMsecs: keepAliveMs, maxSockets: 128, timeout: 45_000, ...proxy });
  const streams = new Agent({ keepAlive: false, ...proxy });
  const send = secure ? httpsRequest : httpRequest;
  return async (request) => {
    const { method, signal, streaming } = request;
    const agent = connection.agent ?? (streaming ? streams : pool);
    const options = { ...requestOptions(connection, await connection.credentials(), request), agent };
    const first = send(options);
    try {
      return await exchange(first, request);
    } catch (error) {
      // The server closed an idle connection just as it was used again. A read can be repeated at once; whether a write was
      // done is for the caller to find out.
      if (method !== "GET" || !first.reusedSocket || signal.aborted) throw error;
      return exchange(send({ ...options, agent: connection.agent ?? streams }), request);
    }
  };
}

/** Node (22.21, 24.5 or newer) goes through a proxy itself; which requests do was decided with the connection. */
function proxyOptions({ proxy }: Connection): Pick<AgentOptions, "proxyEnv"> {
  return proxy === undefined ? {} : { proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } };
}

function requestOptions(connection: Connection, credentials: Credentials, request: WireRequest): RequestOptions {
  const { server, ca, insecure, serverName } = connection;
  const { authorization, cert, key } = credentials;
  const { method, path, headers, signal } = request;
  return {
    host: server.hostname.replace(/^\[|\]$/g, ""),
    port: server.port === "" ? undefined : server.port,
    method,
    path: server.pathname.replace(/\/$/, "") + path,
    headers: authorization === undefined ? headers : { ...headers, authorization },
    signal,
    rejectUnauthorized: !insecure,
    ca,
    cert,
    key,
    servername: serverName,
  };
}

function exchange(
  request: ClientRequest,
  { body, streaming, mayWrite }: Pick<WireRequest, "body" | "streaming" | "mayWrite">,
): Promise<WireResponse> {
  return new Promise((resolve, reject) => {
    request.once("error", reject);
    request.once("response", (response) => {
      // From here on, failures arrive at the body; the request repeats them and must not go unheard.
      request.off("error", reject).on("error", ignore);
      resolve(toWireResponse(response));
    });
    if (streaming) request.once("socket", (socket) => socket.setKeepAlive(true, keepAliveMs));
    if (mayWrite === undefined) request.end(body);
    else sendIf(mayWrite, request, body);
  });
}

/** A connection may take long to come about: the answer that counts is that of the moment when it is there. */
function sendIf(mayWrite: () => boolean, request: ClientRequest, body: string | undefined): void {
  const send = (): void => {
    if (mayWrite()) request.end(body);
    else request.destroy(new FencedError());
  };
  request.once("socket", (socket) => {
    if (isReady(socket)) send();
    else socket.once(socket instanceof TLSSocket ? "secureConnect" : "connect", send);
  });
}

function isReady(socket: Socket): boolean {
  // Of a TLS connection, the handshake comes after connecting; Node's types do not know the flag.
  const shaking = "secureConnecting" in socket && socket.secureConnecting === true;
  return !socket.connecting && !shaking;
}

function toWireResponse(response: IncomingMessage): WireResponse {
  return {
    status: response.statusCode ?? 0,
    retryAfter: response.headers["retry-after"],
    date: response.headers.date,
    text: () => readText(response),
    chunks: () => response,
    close: () => {
      response.on("error", ignore).destroy();
    },
  };
}

function readText(response: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => {
      text += chunk;
    });
    response.once("end", () => {
      resolve(text);
    });
    response.once("error", reject);
    response.once("close", () => {
      reject(new Error("the connection closed within a response"));
    });
  });
}

function ignore(): void {
  // Already reported elsewhere.
}
