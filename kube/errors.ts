import { isObject } from "../falco/base/json.ts";

export interface ApiErrorFields {
  /** The HTTP status; 0 if there was no answer (connection refused or broken, time-out). */
  readonly status: number;
  /** Kubernetes' reason (`NotFound`, `Conflict`, `AlreadyExists`, `Expired`, …) or the code of the network error. */
  readonly reason: string;
  readonly message: string;
  readonly retryAfterSeconds?: number | undefined;
}

/** An API server that refused, failed or did not answer. Holds neither request nor response bodies, nor credentials. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly reason: string;
  readonly retryAfterSeconds: number | undefined;

  constructor({ status, reason, message, retryAfterSeconds }: ApiErrorFields) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The object is not there. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** Somebody else has written in between: read again and decide again. */
export function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409 && error.reason !== "AlreadyExists";
}

/** The object to create is there already. */
export function isAlreadyExists(error: unknown): boolean {
  return error instanceof ApiError && error.reason === "AlreadyExists";
}

/** A resourceVersion or continue token that the server has forgotten: list again. */
export function isGone(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 410 || error.reason === "Expired" || error.reason === "Gone");
}

/** Nothing is wrong with the request as such; the same one may go through later. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  return error.status === 0 || error.status === 408 || error.status === 429 || error.status >= 500;
}

/** What a request was about, for messages: method and path, never its body. */
export interface RequestTitle {
  readonly method: string;
  readonly path: string;
}

/** What the head of an answer says. */
interface HttpAnswer {
  readonly status: number;
  readonly retryAfter?: string | undefined;
  /** When it was sent, by the server's clock. */
  readonly date?: string | undefined;
}

/**
 * The error for a `Status` object (or whatever the body was, from a proxy for instance). The server's own words often repeat
 * values of the object, so those about Secrets and tokens are left out: the reason and the names of fields must do.
 */
export function errorFromStatus(title: RequestTitle, http: HttpAnswer, body: unknown): ApiError {
  const answer = isObject(body) ? body : {};
  const details = isObject(answer["details"]) ? answer["details"] : {};
  const status = http.status === 200 && typeof answer["code"] === "number" ? answer["code"] : http.status;
  const reason = typeof answer["reason"] === "string" ? answer["reason"] : `HTTP ${String(status)}`;
  const words = isConfidential(title.path) ? fieldsOf(details) : textOf(answer["message"]);
  return new ApiError({
    status,
    reason,
    message: `${title.method} ${title.path}: ${String(status)} ${reason}${words === "" ? "" : `: ${words}`}`,
    retryAfterSeconds: delayOf(http) ?? seconds(details["retryAfterSeconds"]),
  });
}

/** The error for a request without an answer. */
export function errorFromNetwork(title: RequestTitle, cause: unknown): ApiError {
  const code = isObject(cause) && typeof cause["code"] === "string" ? cause["code"] : "Unreachable";
  const words = cause instanceof Error ? cause.message : String(cause);
  return new ApiError({ status: 0, reason: code, message: `${title.method} ${title.path}: ${words}` });
}

function isConfidential(path: string): boolean {
  return /\/(secrets|token)(\/|$)/.test(path);
}

function fieldsOf(details: Readonly<Record<string, unknown>>): string {
  const causes: readonly unknown[] = Array.isArray(details["causes"]) ? details["causes"] : [];
  return causes
    .flatMap((cause) => (isObject(cause) && typeof cause["field"] === "string" ? [cause["field"]] : []))
    .join(", ");
}

function textOf(message: unknown): string {
  return typeof message === "string" ? message.slice(0, 1000) : "";
}

/** `Retry-After` is a number of seconds or a date; proxies write dates, which count from the date of the answer itself. */
function delayOf({ retryAfter, date }: HttpAnswer): number | undefined {
  const number = seconds(retryAfter);
  if (number !== undefined || retryAfter === undefined || date === undefined) return number;
  const delay = (Date.parse(retryAfter) - Date.parse(date)) / 1000;
  return Number.isNaN(delay) ? undefined : Math.max(0, delay);
}

function seconds(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === "number" && number >= 0 ? number : undefined;
}
