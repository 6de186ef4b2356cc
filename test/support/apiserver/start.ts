/** An embedded Kubernetes API server on 127.0.0.1. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { webhookAdmission } from "./admission.ts";
import { builtinResources } from "./builtin-resources.ts";
import { type Body, readBody } from "./body.ts";
import type { ApiRequest, BeforeWrite, Cluster } from "./cluster.ts";
import { serveCustomResources } from "./crds.ts";
import { type Handling, handle, send, sendFailure } from "./handle.ts";
import { Pages } from "./reads.ts";
import { Registry, type ResourceDefinition } from "./resources.ts";
import { seed } from "./seed.ts";
import { internalError, unauthorized } from "./status.ts";
import { Storage } from "./storage.ts";
import { objectStore, type ObjectStore } from "./store.ts";
import { makeServingIdentity, type ServingIdentity } from "./tls.ts";
import type { Watch } from "./watch.ts";
import { closeWebhookConnections, type ResolveService } from "./webhook-client.ts";
import { WriteCounts } from "./write-counts.ts";

/** What a fault hook may do instead of the server. */
export type Fault =
  "destroy" | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string };

/** A request as a fault hook sees it; `path` includes the query. */
export interface InterceptedRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** How a server is set up; everything has a default. */
export interface ApiServerOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly clock?: () => Date;
  readonly crds?: readonly object[];
  /** Kinds without a CustomResourceDefinition, such as Gardener's own. */
  readonly resources?: readonly ResourceDefinition[];
  /** Objects that are there from the start, without admission. */
  readonly objects?: readonly object[];
  readonly token?: string;
  /** Further bearer tokens and the user of each. */
  readonly tokens?: Readonly<Record<string, string>>;
  readonly tls?: ServingIdentity;
  /** How many changes of a resource can be watched again. */
  readonly historyLimit?: number;
  readonly bookmarkIntervalMs?: number;
  readonly beforeWrite?: BeforeWrite;
  readonly resolveService?: ResolveService;
  readonly intercept?: (request: InterceptedRequest) => Fault | undefined;
}

/** A running server. */
export interface ApiServer {
  readonly url: string;
  readonly caPem: string;
  readonly token: string;
  /** A kubeconfig for a token and its user; the admin by default. */
  kubeconfig(token?: string): string;
  /** The objects, without HTTP. */
  readonly store: ObjectStore;
  /** How many requests of each kind were made. */
  readonly requests: WriteCounts;
  /** Forgets the history: watches from older revisions and continued lists get 410. */
  compact(): void;
  /** Cuts all connections, watches included; the server goes on. */
  disconnect(): void;
  stop(): Promise<void>;
}

function clusterOf(options: ApiServerOptions): Cluster {
  const storage = new Storage(options.historyLimit ?? 1000);
  const registry = new Registry();
  for (const definition of [...builtinResources, ...(options.resources ?? [])]) registry.add(definition);
  serveCustomResources(storage, registry);
  const newUid = randomUUID;
  const admit = webhookAdmission({ storage, registry, newUid }, options.resolveService);
  const clock = options.clock ?? (() => new Date());
  return { storage, registry, clock, newUid, admit, beforeWrite: options.beforeWrite };
}

async function bodyOf(message: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return readBody(message.headers["content-type"] ?? "", Buffer.concat(chunks));
}

function listenerFor(handling: Handling, users: ReadonlyMap<string, string>, options: ApiServerOptions) {
  return async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { text: body, contentType } = await bodyOf(message);
    const path = message.url ?? "/";
    const fault = options.intercept?.({ method: message.method ?? "", path, body });
    if (fault === "destroy") message.socket.destroy();
    else if (fault !== undefined) send(response, fault.status, fault.body ?? "", fault.headers);
    if (fault !== undefined) return;
    const user = users.get((message.headers.authorization ?? "").replace(/^Bearer /, ""));
    if (user === undefined) sendFailure(response, unauthorized());
    else
      await handle(handling, { message, url: new URL(path, "https://127.0.0.1"), contentType, body, user }, response);
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

function kubeconfigFor(url: string, caPem: string, token: string): string {
  const cluster = { server: url, "certificate-authority-data": Buffer.from(caPem).toString("base64") };
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "embedded", cluster }],
    users: [{ name: "user", user: { token } }],
    contexts: [{ name: "embedded", context: { cluster: "embedded", user: "user", namespace: "default" } }],
    "current-context": "embedded",
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

/** Starts a server; it answers when the promise resolves. */
export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const cluster = clusterOf(options);
  seed(cluster, [...(options.crds ?? []), ...(options.objects ?? [])]);
  const identity = options.tls ?? makeServingIdentity("embedded-apiserver");
  const token = options.token ?? randomUUID();
  const requests = new WriteCounts();
  const watches = new Set<Watch>();
  const pages = new Pages();
  const users = new Map([...Object.entries(options.tokens ?? {}), [token, "admin"] as const]);
  const listener = listenerFor(
    {
      cluster,
      pages,
      watches,
      count: (request: ApiRequest) => {
        requests.add(request);
      },
    },
    users,
    options,
  );
  const server = createServer({ cert: identity.certificatePem, key: identity.keyPem }, (message, response) => {
    listener(message, response).catch((error: unknown) => {
      failed(response, error);
    });
  });
  const port = await listen(server, options.port ?? 0);
  const url = `https://127.0.0.1:${String(port)}`;
  const bookmarks = setInterval(() => {
    for (const watch of watches) watch.bookmark();
  }, options.bookmarkIntervalMs ?? 60_000).unref();
  return {
    url,
    token,
    caPem: identity.caPem,
    kubeconfig: (other = token) => kubeconfigFor(url, identity.caPem, other),
    store: objectStore(cluster),
    requests,
    compact: () => {
      cluster.storage.compact();
      pages.forget();
    },
    disconnect: () => {
      server.closeAllConnections();
    },
    stop: async () => {
      clearInterval(bookmarks);
      closeWebhookConnections();
      const closed = new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      server.closeAllConnections();
      await closed;
    },
  };
}

function failed(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) response.destroy();
  else sendFailure(response, internalError(error instanceof Error ? (error.stack ?? error.message) : "unknown"));
}
