/** Plain requests to an API server, and nothing that hides what it answers. */
import type { IncomingHttpHeaders } from "node:http";
import { Agent, request } from "node:https";
import { createInterface } from "node:readline";
import { asObject, type Json, type JsonObject } from "../support/apiserver/json.ts";
import type { Target } from "./target.ts";

/** An answer. */
export interface Reply {
  readonly code: number;
  readonly body: JsonObject;
  readonly headers: IncomingHttpHeaders;
}

/** An open watch. */
export interface EventStream {
  /** The next event; undefined at the end of the stream. */
  next(): Promise<JsonObject | undefined>;
  close(): void;
}

/** The media types of patches. */
export const patchTypes = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml",
} as const;

type Headers = Readonly<Record<string, string>>;

/** A client of one server. */
export class Client {
  readonly #target: Target;
  readonly #agent: Agent;

  constructor(target: Target) {
    this.#target = target;
    this.#agent = new Agent({ ca: target.caPem, keepAlive: true });
  }

  close(): void {
    this.#agent.destroy();
  }

  get(path: string, headers: Headers = {}): Promise<Reply> {
    return this.send("GET", path, { headers });
  }

  post(path: string, body: Json): Promise<Reply> {
    return this.send("POST", path, { body: JSON.stringify(body), headers: { "content-type": "application/json" } });
  }

  put(path: string, body: Json): Promise<Reply> {
    return this.send("PUT", path, { body: JSON.stringify(body), headers: { "content-type": "application/json" } });
  }

  patch(path: string, type: keyof typeof patchTypes, body: Json): Promise<Reply> {
    return this.send("PATCH", path, { body: JSON.stringify(body), headers: { "content-type": patchTypes[type] } });
  }

  delete(path: string, options?: JsonObject): Promise<Reply> {
    const body = options === undefined ? {} : { body: JSON.stringify(options) };
    return this.send("DELETE", path, { ...body, headers: { "content-type": "application/json" } });
  }

  /** One request; `token` replaces the target's. */
  send(
    method: string,
    path: string,
    { body, headers, token }: { readonly body?: string; readonly headers?: Headers; readonly token?: string } = {},
  ): Promise<Reply> {
    return new Promise((resolve, reject) => {
      // Without a length Node frames the body of a DELETE in no way at all.
      const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
      const all = this.#headers({ ...headers, ...length }, token);
      const call = request(this.#target.url + path, { method, agent: this.#agent, headers: all }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const parsed = parsedOr(Buffer.concat(chunks).toString());
          resolve({ code: response.statusCode ?? 0, body: parsed, headers: response.headers });
        });
      });
      call.on("error", reject);
      call.end(body);
    });
  }

  #headers(headers: Headers | undefined, token: string | undefined): Headers {
    return { authorization: `Bearer ${token ?? this.#target.token}`, "user-agent": "contract", ...headers };
  }

  /** Opens a watch; resolves when the server has answered. */
  watch(path: string, headers: Headers = {}): Promise<EventStream> {
    return new Promise((resolve, reject) => {
      const all = this.#headers(headers, undefined);
      const call = request(this.#target.url + path, { agent: this.#agent, headers: all }, (response) => {
        const lines = createInterface({ input: response })[Symbol.asyncIterator]();
        resolve({
          next: async () => {
            const line = await lines.next();
            return line.done === true ? undefined : asObject(JSON.parse(line.value) as Json);
          },
          close: () => {
            call.destroy();
          },
        });
      });
      call.on("error", reject);
      call.end();
    });
  }
}

function parsedOr(text: string): JsonObject {
  try {
    return asObject(JSON.parse(text) as Json);
  } catch {
    return { text };
  }
}
