import type { WireResponse } from "../../kube/transport.ts";

/** A refusal by the server. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
  readonly retryAfterSeconds?: number;
}

/**
 * What may happen to a request: it is refused, the connection breaks before it is done (`drop`) or after (`lost`), or nothing is ever heard
 * of it (`hang`).
 */
export type WireFault = Refusal | "drop" | "lost" | "hang";

/** Faults by what they are called in reports. */
export const wireFaults = {
  "409": { status: 409, reason: "Conflict" },
  "410": { status: 410, reason: "Expired" },
  "429": { status: 429, reason: "TooManyRequests", retryAfterSeconds: 1 },
  "500": { status: 500, reason: "InternalError" },
  "503": { status: 503, reason: "ServiceUnavailable" },
  "dropped connection": "drop",
  "lost answer": "lost",
  "time-out": "hang",
} as const satisfies Readonly<Record<string, WireFault>>;

/** The answer that says so. */
export function refusal({ status, reason, retryAfterSeconds }: Refusal): WireResponse {
  const body = JSON.stringify({
    ...{ kind: "Status", apiVersion: "v1", status: "Failure" },
    ...{ code: status, reason, message: "by the test" },
  });
  return {
    status,
    retryAfter: retryAfterSeconds === undefined ? undefined : String(retryAfterSeconds),
    text: () => Promise.resolve(body),
    chunks: async function* () {
      yield await Promise.resolve(Buffer.from(body));
    },
    close: () => undefined,
  };
}

/** What Node throws when the other side has closed a connection. */
export function brokenConnection(): Error {
  return Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
}
