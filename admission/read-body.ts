import type { IncomingMessage } from "node:http";
import type { BodyShare } from "./body-room.ts";

/**
 * What a request's body was. `no-room`: there are too many others. `aborted`: the caller went away, so there is nobody to answer.
 */
export type Body =
  | { readonly kind: "bytes"; readonly bytes: Buffer }
  | { readonly kind: "too-large" }
  | { readonly kind: "no-room" }
  | { readonly kind: "aborted" };

/**
 * Reads a body of at most `limit` bytes, which takes its share of the room until the caller gives that back. One that says it is larger is
 * not read at all; one that turns out larger is read to its end without being kept, so that the caller, who reads the answer only then,
 * gets it.
 */
export function readBody(request: IncomingMessage, limit: number, share: BodyShare): Promise<Body> {
  if (Number(request.headers["content-length"] ?? 0) > limit) return Promise.resolve({ kind: "too-large" });
  return new Promise((resolve) => {
    let chunks: Buffer[] | undefined = [];
    let size = 0;
    const forget = (): void => {
      chunks = undefined;
      share.leave();
    };
    share.yieldBy(() => {
      forget();
      resolve({ kind: "no-room" });
    });
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) forget();
      chunks?.push(chunk);
      if (chunks !== undefined) share.take(chunk.length);
    });
    request.on("end", () => {
      share.keep();
      resolve(chunks === undefined ? { kind: "too-large" } : { kind: "bytes", bytes: join(chunks, size) });
    });
    const abort = (): void => {
      resolve({ kind: "aborted" });
    };
    request.on("error", abort);
    request.on("close", abort);
  });
}

function join(chunks: readonly Buffer[], size: number): Buffer {
  const [first] = chunks;
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, size);
}
