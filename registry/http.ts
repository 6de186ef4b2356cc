import { createHash } from "node:crypto";
import { Agent as HttpAgent, type IncomingHttpHeaders, type IncomingMessage, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";

/** One request; nothing in it is ever part of an error. */
export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** The head of an answer; its body is read, or given up with `close`. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The body, if it has at most `limit` bytes. More is not read. */
  readonly read: (limit: number) => Promise<Body>;
  readonly close: () => void;
}

/** What was read. */
export type Body =
  { readonly kind: "bytes"; readonly bytes: Uint8Array; readonly digest: string } | { readonly kind: "too-large" };

/** Sends a request; throws what the network throws. Follows no redirect. */
export type Http = (request: HttpRequest) => Promise<HttpResponse>;

export interface HttpOptions {
  /** Authorities in PEM that are trusted instead of the public ones. */
  readonly ca?: string | undefined;
  /** `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`, in either case. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * node:https as everywhere in this project. Node's own agents know proxies since 22.21: they take the variables and do
 * what curl does, so there is no package and no code of ours for it.
 */
export function createHttp({ ca, environment }: HttpOptions): Http {
  const pool = { keepAlive: true, maxSockets: 16, proxyEnv: proxyVariables(environment) };
  const agents = { "http:": new HttpAgent(pool), "https:": new HttpsAgent({ ...pool, ca }) };
  return ({ method, url, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const [send, agent] =
        url.protocol === "http:" ? [httpRequest, agents["http:"]] : [httpsRequest, agents["https:"]];
      const request = send(url, { method, headers, signal, agent });
      request.once("error", reject);
      request.once("response", (response) => {
        // From here on, failures arrive at the body; the request repeats them and must not go unheard.
        request.off("error", reject).on("error", ignore);
        resolve(toResponse(response));
      });
      request.end(body);
    });
}

const proxyNames = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"].flatMap((name) => [name, name.toLowerCase()]);

function proxyVariables(environment: HttpOptions["environment"]): Record<string, string | undefined> {
  return Object.fromEntries(proxyNames.map((name) => [name, environment[name]]));
}

function toResponse(response: IncomingMessage): HttpResponse {
  const close = (): void => {
    response.on("error", ignore).destroy();
  };
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    read: (limit) => read(response, limit),
    close,
  };
}

/** Stops at the limit: neither memory nor the network is spent on what is thrown away. */
async function read(response: IncomingMessage, limit: number): Promise<Body> {
  const hash = createHash("sha256");
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    // Leaving the loop destroys the response.
    if (size > limit) return { kind: "too-large" };
    hash.update(chunk);
    chunks.push(chunk);
  }
  return { kind: "bytes", bytes: Buffer.concat(chunks), digest: `sha256:${hash.digest("hex")}` };
}

function ignore(): void {
  // Already reported elsewhere.
}
