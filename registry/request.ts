import { isObject } from "../falco/base/json.ts";
import { failure, problem, type Result, success } from "../falco/base/problem.ts";
import { type Answer, authorizationFor, denied } from "./authenticate.ts";
import type { Credentials } from "./credentials.ts";
import type { Body, Http, HttpRequest, HttpResponse } from "./http.ts";
import { type Endpoint, isSafe } from "./mirrors.ts";
import { type RegistryClock, retryAfterSeconds, TransientError, withRetries, withTimeLimit } from "./transient.ts";

/** What is asked of a repository. */
interface Wanted {
  readonly endpoint: Endpoint;
  /** `manifests/…` or `blobs/…`. */
  readonly path: string;
  readonly accept: string;
  /** In bytes. */
  readonly limit: number;
  /** How long one try may take. */
  readonly timeMs: number;
}

export interface RequestOptions {
  readonly http: Http;
  /** Asked when a registry wants to know who we are. */
  readonly credentials: () => Promise<Result<Credentials>>;
  readonly clock: RegistryClock;
}

/** Asks a registry: what it sent, or the problem that a user can solve. Throws a TransientError when trying again may help. */
export type Get = (wanted: Wanted, signal: AbortSignal) => Promise<Result<Body>>;

const tokenAnswerLimit = 1024 * 1024;
const mostRedirects = 5;

/** Makes the function that asks registries. It remembers the token for each repository until it is refused. */
export function createGet(options: RequestOptions): Get {
  const { clock } = options;
  const tokens = new Map<string, string>();
  return (wanted, signal) => {
    const what = `GET ${wanted.endpoint.host}/${wanted.endpoint.repository}/${wanted.path}`;
    return withRetries(clock, signal, () =>
      withTimeLimit({ clock, ms: wanted.timeMs, signal, what }, (limited) => attempt(wanted, options, tokens, limited)),
    );
  };
}

async function attempt(
  wanted: Wanted,
  options: RequestOptions,
  tokens: Map<string, string>,
  signal: AbortSignal,
): Promise<Result<Body>> {
  const { endpoint } = wanted;
  const place = `${endpoint.origin} ${endpoint.repository}`;
  const first = await follow(wanted, tokens.get(place), options, signal);
  if (!first.ok || first.value.status !== 401) return first.ok ? finish(first.value, wanted, options) : first;
  first.value.close();
  tokens.delete(place);
  const credentials = await options.credentials();
  if (!credentials.ok) return credentials;
  const refusal = { endpoint, challenge: first.value.headers["www-authenticate"] };
  const authorization = await authorizationFor(refusal, credentials.value(endpoint), (request) =>
    sendOnce({ ...request, signal }, options),
  );
  if (!authorization.ok) return authorization;
  const second = await follow(wanted, authorization.value, options, signal);
  if (!second.ok) return second;
  if (second.value.status < 400) tokens.set(place, authorization.value);
  return finish(second.value, wanted, options);
}

/** Follows redirects, to blob stores as a rule. Who we are is told to the registry only, and only its challenges are answered. */
async function follow(
  { endpoint, path, accept }: Wanted,
  authorization: string | undefined,
  { http }: RequestOptions,
  signal: AbortSignal,
): Promise<Result<HttpResponse>> {
  let url = new URL(`${endpoint.origin}/v2/${endpoint.repository}/${path}`);
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const isRegistry = url.origin === endpoint.origin;
    const headers = isRegistry && authorization !== undefined ? { accept, authorization } : { accept };
    const response = await reached(url.host, http({ method: "GET", url, headers, signal }));
    if (!isRedirect(response)) return isRegistry ? success(response) : fromElsewhere(response, url, endpoint);
    response.close();
    const next = nextUrl(response, url, endpoint);
    if (next === undefined) return refused(`${url.host} redirects to a place without TLS. Use another mirror.`);
    url = next;
  }
  return refused(`${endpoint.host} redirects again and again. Check the reference and the mirror.`);
}

/** Where a redirect leads; undefined if that is nowhere, or without TLS. */
function nextUrl({ headers }: HttpResponse, from: URL, { origin }: Endpoint): URL | undefined {
  const next = URL.parse(headers.location ?? "", from.href);
  return next !== null && (isSafe(next) || next.origin === origin) ? next : undefined;
}

function isRedirect({ status, headers }: HttpResponse): boolean {
  return [301, 302, 303, 307, 308].includes(status) && headers.location !== undefined;
}

function fromElsewhere(response: HttpResponse, { host }: URL, endpoint: Endpoint): Result<HttpResponse> {
  if (response.status !== 401) return success(response);
  response.close();
  return denied(endpoint, `It redirects to ${host}, which answers 401`);
}

async function finish(response: HttpResponse, wanted: Wanted, { clock }: RequestOptions): Promise<Result<Body>> {
  const { endpoint, limit } = wanted;
  const { status } = response;
  if (status === 200) return success(await reached(endpoint.host, response.read(limit)));
  response.close();
  const { host, repository } = endpoint;
  if (isTransient(status)) throw transient(host, response, clock);
  if (status === 401 || status === 403) return denied(endpoint, `It answers ${String(status)}`);
  if (status === 404) {
    return failure([
      problem("ARTIFACT_MISSING", "", `${host} has no ${repository}/${wanted.path}. Check the reference.`),
    ]);
  }
  return refused(`${host} answers ${String(status)} for ${repository}. Check that it is an OCI registry.`);
}

/** One request without redirects, for a token: a whole answer, or a transient error. */
async function sendOnce(request: HttpRequest, { http, clock }: RequestOptions): Promise<Answer> {
  const { host } = request.url;
  const response = await reached(host, http(request));
  const { status } = response;
  const body = await reached(host, response.read(tokenAnswerLimit));
  if (isTransient(status)) throw transient(host, response, clock);
  return { status, bytes: body.kind === "bytes" ? body.bytes : new Uint8Array() };
}

function isTransient(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

function transient(host: string, { status, headers }: HttpResponse, { now }: RegistryClock): TransientError {
  return new TransientError(`${host} answers ${String(status)}`, retryAfterSeconds(headers["retry-after"], now()));
}

/** Whatever the network says is worth another try. Only its code is told: addresses may hold signatures or passwords. */
async function reached<T>(host: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const code = isObject(error) && typeof error["code"] === "string" ? error["code"] : "no answer";
    throw new TransientError(`${host} cannot be reached, or broke off (${code})`);
  }
}

function refused(message: string): Result<never> {
  return failure([problem("ARTIFACT_INVALID", "", message)]);
}
