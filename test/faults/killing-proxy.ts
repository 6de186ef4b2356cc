import { once } from "node:events";
import { Agent, createServer, request as send, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import { makeServingIdentity } from "../support/apiserver/tls.ts";
import type { ServerAddress } from "../support/real-server.ts";

/** Which write of a reconcile of which shoot is the last one. */
export interface Blow {
  readonly namespace: string;
  /** From 1. */
  readonly write: number;
}

/** Stands before an API server; after the write that it is told of, which is done, it kills instead of answering. */
export class KillingProxy {
  readonly address: ServerAddress;
  readonly #server: Server;
  readonly #agent: Agent;
  #blow: (Blow & { readonly kill: () => void }) | undefined;
  #writes = 0;

  private constructor(server: Server, agent: Agent, address: ServerAddress) {
    this.#server = server;
    this.#agent = agent;
    this.address = address;
  }

  static async start(behind: ServerAddress): Promise<KillingProxy> {
    const { caPem, certificatePem, keyPem } = makeServingIdentity("proxy");
    const agent = new Agent({ keepAlive: true, ca: behind.caPem });
    const server = createServer({ cert: certificatePem, key: keyPem });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const url = `https://127.0.0.1:${String(port)}`;
    const proxy = new KillingProxy(server, agent, { url, caPem, token: behind.token });
    server.on("request", (message: IncomingMessage, response: ServerResponse) => {
      proxy.#pass(behind.url, message, response);
    });
    return proxy;
  }

  /** From now on, writes for this shoot are counted; resolves when `kill` has been called. */
  arm(blow: Blow, kill: () => void): Promise<void> {
    this.#writes = 0;
    return new Promise((resolve) => {
      this.#blow = {
        ...blow,
        kill: () => {
          kill();
          resolve();
        },
      };
    });
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  #pass(server: string, message: IncomingMessage, response: ServerResponse): void {
    const { method = "GET", url = "/", headers } = message;
    const chunks: Buffer[] = [];
    message.on("data", (chunk: Buffer) => chunks.push(chunk));
    message.on("error", ignore).on("end", () => {
      const body = Buffer.concat(chunks);
      const blow = this.#isLast(method, url, body) ? this.#blow : undefined;
      const forward = send(new URL(url, server), { method, headers, agent: this.#agent }, (answer) => {
        if (blow === undefined) {
          response.writeHead(answer.statusCode ?? 0, answer.headers);
          answer.on("error", ignore).pipe(response);
          return;
        }
        // The write is done, and nobody will ever hear of it.
        this.#blow = undefined;
        answer.resume().on("end", blow.kill);
      });
      response.on("error", ignore).on("close", () => forward.destroy());
      forward.on("error", () => response.destroy()).end(body);
    });
  }

  #isLast(method: string, url: string, body: Buffer): boolean {
    const { namespace, write } = this.#blow ?? { namespace: "", write: 0 };
    if (namespace === "" || method === "GET" || !url.includes(`/namespaces/${namespace}/`)) return false;
    return !body.includes('"conditions"') && ++this.#writes === write;
  }
}

function ignore(): void {
  // Whoever is killed closes its connections.
}
