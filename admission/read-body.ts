import type { IncomingMessage } from "node:http";

/** What a request's body was. `aborted`: the caller went away, so there is nobody to answer. */
export type Body =
  { readonly kind: "bytes"; readonly bytes: Buffer } | { readonly kind: "too-large" } | { readonly kind: "aborted" };

/**
 * Reads a body of at most `limit` bytes. One that says it is larger is not read at all; one that turns out larger is read to its end
 * without being kept, so that the caller, who reads the answer only then, gets it.
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Body> {
  if (Number(request.headers["content-length"] ?? 0) > limit) return Promise.resolve({ kind: "too-large" });
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else chunks = [];
    });
    request.on("end", () => {
      resolve(size > limit ? { kind: "too-large" } : { kind: "bytes", bytes: join(chunks, size) });
    });
    request.on("error", () => {
      resolve({ kind: "aborted" });
    });
    request.on("close", () => {
      resolve({ kind: "aborted" });
    });
  });
}

function join(chunks: readonly Buffer[], size: number): Buffer {
  const [first] = chunks;
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, size);
}
