import { createServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { createSecureContext } from "node:tls";
import type { KeyPair } from "../falco/base/key-pair.ts";
import { type Clock, systemClock } from "../kube/clock.ts";
import { errorText, type Logger } from "../kube/logger.ts";
import { BodyRoom } from "./body-room.ts";
import { answerRequest, type ExchangeObserver, type Route } from "./exchange.ts";

export interface ServerOptions {
  readonly routes: ReadonlyMap<string, Route>;
  /** Absent: no handshake succeeds before `useCertificate`. */
  readonly tls?: KeyPair | undefined;
  /** All interfaces when absent. */
  readonly host?: string | undefined;
  readonly port: number;
  readonly limits?: Partial<Limits> | undefined;
  readonly observer?: ExchangeObserver | undefined;
  /** Measures how long answers take. */
  readonly clock?: Clock | undefined;
  readonly logger: Logger;
}

export interface Limits {
  /** Of a request's body. */
  readonly bytes: number;
  /** Of the bodies of all requests under way. */
  readonly bytesTogether: number;
  /** Open at the same time; further ones are closed. */
  readonly connections: number;
  /** Until a connection's handshake is done. */
  readonly handshakeMilliseconds: number;
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
  /** From now on each answer ends its connection, so that callers with open ones turn to another replica for their next request. */
  readonly drain: () => void;
  /** Takes no new connections, answers the requests that are under way and then closes. After `graceSeconds` it closes anyway. */
  readonly stop: (graceSeconds?: number) => Promise<void>;
}

/** An AdmissionReview holds the object before and after, 3 MiB each at most, and a few fields. API servers wait for 10 s. */
const defaultLimits: Limits = {
  bytes: 7 * 1024 * 1024,
  bytesTogether: 64 * 1024 * 1024,
  connections: 500,
  handshakeMilliseconds: 5_000,
  headersMilliseconds: 5_000,
  requestMilliseconds: 10_000,
  keepAliveMilliseconds: 120_000,
  answerSeconds: 8,
};

/**
 * Serves routes over https. On node:https itself: a few paths and one method leave a framework nothing to do; fastify, measured beside it
 * with the same decisions, takes the same CPU for a request and 48 more packages.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { routes, observer, clock = systemClock, logger, tls } = options;
  const limits = { ...defaultLimits, ...options.limits };
  let isLast = false;
  const { bytes, bytesTogether, answerSeconds, connections } = limits;
  const room = new BodyRoom(bytesTogether);
  const exchange = { routes, bytes, room, answerSeconds, isLast: () => isLast, observer, clock, logger };
  const server = createServer({ ...timesOf(limits), ...secureOptions(tls) }, (request, response) => {
    void answerRequest(request, response, exchange);
  });
  server.maxConnections = connections;
  server.on("tlsClientError", (error) => {
    logger.debug("TLS handshake failed", { error: errorText(error) });
  });
  const sockets = openSockets(server);
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    useCertificate: (pair) => {
      server.setSecureContext(checkedPair(pair));
    },
    drain: () => {
      isLast = true;
    },
    stop: (graceSeconds = 10) => {
      isLast = true;
      return close(server, sockets, graceSeconds);
    },
  };
}

function timesOf(limits: Limits): object {
  const { handshakeMilliseconds, headersMilliseconds, requestMilliseconds, keepAliveMilliseconds } = limits;
  return {
    handshakeTimeout: handshakeMilliseconds,
    headersTimeout: headersMilliseconds,
    requestTimeout: requestMilliseconds,
    keepAliveTimeout: keepAliveMilliseconds,
    // How soon after its time is over a request is broken off.
    connectionsCheckingInterval: Math.min(2_000, headersMilliseconds),
  };
}

function secureOptions(pair: KeyPair | undefined): object {
  return { minVersion: "TLSv1.2", ...(pair !== undefined && { cert: pair.certificate, key: pair.key }) };
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

/** The server itself forgets connections whose handshake is still to come, and would wait for them when it closes. */
function openSockets(server: HttpsServer): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  return sockets;
}

async function close(server: HttpsServer, sockets: ReadonlySet<Socket>, graceSeconds: number): Promise<void> {
  const timer = setTimeout(() => {
    for (const socket of sockets) socket.destroy();
  }, graceSeconds * 1000);
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  clearTimeout(timer);
}
