import { type Bucket, type BucketLimits, fullBucket, takeToken } from "./bucket.ts";
import type { Clock } from "./clock.ts";
import { withDeadline } from "./deadline.ts";
import type { WriteGuard } from "./client.ts";
import { ApiError, errorFromNetwork, errorFromStatus, type RequestTitle } from "./errors.ts";
import { FencedError } from "./fence.ts";
import type { Transport, WireResponse } from "./transport.ts";

/** One call of the API. */
export interface Call extends RequestTitle, WriteGuard {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
}

/** A request that was answered, or failed without an answer (`status` 0). */
interface ObservedRequest {
  readonly method: string;
  readonly status: number;
  /** The API server, with its port if that is unusual. */
  readonly host: string;
}

/** Told of each request; for metrics. */
export type RequestObserver = (request: ObservedRequest) => void;

export interface RequestsOptions {
  readonly transport: Transport;
  /** What the observer is told of where requests go. */
  readonly host?: string;
  readonly clock: Clock;
  readonly userAgent: string;
  readonly limits?: BucketLimits;
  readonly timeoutMs?: number;
  readonly observe?: RequestObserver | undefined;
}

/** Sends calls, within the client's own rate limit and with the patience that the server asks for. */
export interface Requests {
  /** The body of the answer; throws ApiError, or the signal's reason once that aborts. */
  readonly text: (call: Call) => Promise<string>;
  /** The open answer; the time-out counts for its head only. It is the caller's to close. */
  readonly stream: (call: Call) => Promise<WireResponse>;
}

/** Twice that of client-go's default for operators; well under what an API server gives to a single client. */
const defaultLimits: BucketLimits = { perSecond: 100, burst: 130 };
/** A 429 says that nothing was done, so even a write may be repeated; but not forever, and not for long. */
const mostRetries = 4;
const longestRetryAfterSeconds = 10;

export function createRequests(options: RequestsOptions): Requests {
  const { clock, limits = defaultLimits, timeoutMs = 30_000 } = options;
  const observe = (call: Call, status: number): void => {
    options.observe?.({ method: call.method, status, host: options.host ?? "" });
  };
  let bucket: Bucket | undefined;

  async function waitForTurn(call: Call): Promise<void> {
    const now = clock.monotonic();
    const taken = takeToken(bucket ?? fullBucket(limits, now), limits, now);
    bucket = taken.bucket;
    if (taken.waitMs > 0) await clock.sleep(taken.waitMs, call.signal);
    call.signal?.throwIfAborted();
  }

  async function once<T>(call: Call, streaming: boolean, read: (response: WireResponse) => Promise<T>): Promise<T> {
    const deadline = { clock, ms: timeoutMs, signal: call.signal, what: "the answer" };
    try {
      return await withDeadline(deadline, async (signal) => {
        const { mayWrite } = call;
        const response = await options.transport({
          ...wireRequest(call, options.userAgent),
          signal,
          streaming,
          mayWrite,
        });
        observe(call, response.status);
        if (response.status >= 200 && response.status < 300) return read(response);
        throw errorFromStatus(call, response, parsed(await response.text()));
      });
    } catch (error) {
      if (!isAnswer(error) && call.signal?.aborted !== true) observe(call, 0);
      throw translated(error, call);
    }
  }

  async function send<T>(call: Call, streaming: boolean, read: (response: WireResponse) => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      await waitForTurn(call);
      try {
        return await once(call, streaming, read);
      } catch (error) {
        const pause = pauseAfter(error, attempt);
        if (pause === undefined) throw error;
        await clock.sleep(pause, call.signal);
      }
    }
  }

  return {
    text: (call) => send(call, false, (response) => response.text()),
    stream: (call) => send(call, true, (response) => Promise.resolve(response)),
  };
}

/** How long to wait before the same request is sent again; undefined if that is for the caller to decide. */
function pauseAfter(error: unknown, attempt: number): number | undefined {
  if (!(error instanceof ApiError) || error.status !== 429 || attempt >= mostRetries) return undefined;
  const seconds = error.retryAfterSeconds ?? 1;
  return seconds > longestRetryAfterSeconds ? undefined : seconds * 1000;
}

function translated(error: unknown, call: Call): unknown {
  if (isAnswer(error)) return error;
  return call.signal?.aborted === true ? call.signal.reason : errorFromNetwork(call, error);
}

function isAnswer(error: unknown): boolean {
  return error instanceof ApiError || error instanceof FencedError;
}

function wireRequest(
  { method, path, query, body, contentType = "application/json" }: Call,
  userAgent: string,
): { method: string; path: string; headers: Record<string, string>; body: string | undefined } {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers: Record<string, string> = { accept: "application/json", "user-agent": userAgent };
  if (text !== undefined) {
    headers["content-type"] = contentType;
    headers["content-length"] = String(Buffer.byteLength(text));
  }
  return { method, path: path + queryOf(query), headers, body: text };
}

function queryOf(query: Call["query"]): string {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Proxies and load balancers answer in HTML; the status has to do.
    return undefined;
  }
}
