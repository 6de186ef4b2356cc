import { isObject } from "../falco/base/json.ts";
import { failure, problem, type Result, success } from "../falco/base/problem.ts";
import { type Challenge, parseChallenge } from "./challenge.ts";
import type { Credential } from "./credentials.ts";
import { type Endpoint, isSafe } from "./mirrors.ts";
import type { HttpRequest } from "./http.ts";

/** A registry that does not let us in, and what it says it wants. */
export interface Refusal {
  readonly endpoint: Endpoint;
  readonly challenge: string | undefined;
}

/** Sends a request within its limits; see `createSend`. */
export type Send = (request: Omit<HttpRequest, "signal">) => Promise<Answer>;

/** A whole answer that is no transient failure. */
export interface Answer {
  readonly status: number;
  readonly bytes: Uint8Array;
}

/**
 * The `Authorization` that answers a registry's challenge, as the distribution specification has it: the password itself, or
 * a token that the registry's authorization server gives for it (or for nothing, where anybody may pull).
 */
export async function authorizationFor(
  { endpoint, challenge: header }: Refusal,
  credential: Credential | undefined,
  send: Send,
): Promise<Result<string>> {
  const challenge = parseChallenge(header);
  if (challenge === undefined) return denied(endpoint, "It does not say how to authenticate");
  if (credential?.kind === "bearer") return success(`Bearer ${credential.token}`);
  if (challenge.kind === "bearer") return fetchToken(endpoint, challenge, credential, send);
  if (credential?.kind === "basic") return success(basic(credential));
  return denied(endpoint, "It wants user and password, and none are configured");
}

async function fetchToken(
  endpoint: Endpoint,
  { realm, service, scope }: Extract<Challenge, { kind: "bearer" }>,
  credential: Credential | undefined,
  send: Send,
): Promise<Result<string>> {
  if (!isSafe(realm) && realm.origin !== endpoint.origin) {
    return denied(endpoint, `It sends us to ${realm.host} for a token, which has no TLS`);
  }
  const wanted = {
    scope: scope ?? `repository:${endpoint.repository}:pull`,
    ...(service !== undefined && { service }),
  };
  const answer = await send(tokenRequest(realm, wanted, credential));
  const token = answer.status === 200 ? tokenOf(answer.bytes) : undefined;
  if (token !== undefined) return success(`Bearer ${token}`);
  return denied(endpoint, `${realm.host} gives no token (${String(answer.status)})`);
}

/** The problem of not being let in. Registries answer so, too, for what is not there. */
export function denied({ host, repository }: Endpoint, reason: string): Result<never> {
  const message = `${host} does not let us pull ${repository}. ${reason}. Check the credentials and that it exists.`;
  return failure([problem("ARTIFACT_DENIED", "", message)]);
}

type Wanted = Readonly<Record<string, string>>;

function tokenRequest(realm: URL, wanted: Wanted, credential: Credential | undefined): Omit<HttpRequest, "signal"> {
  if (credential?.kind === "identity-token") {
    const form = {
      ...wanted,
      grant_type: "refresh_token",
      client_id: "gardener-falco",
      refresh_token: credential.token,
    };
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    return { method: "POST", url: realm, headers, body: new URLSearchParams(form).toString() };
  }
  const url = new URL(realm);
  for (const [name, value] of Object.entries(wanted)) url.searchParams.set(name, value);
  const headers: Record<string, string> = credential?.kind === "basic" ? { authorization: basic(credential) } : {};
  return { method: "GET", url, headers };
}

function basic({ user, password }: { readonly user: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

function tokenOf(bytes: Uint8Array): string | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return undefined;
  }
  if (!isObject(answer)) return undefined;
  const found = [answer["token"], answer["access_token"]].find((each) => typeof each === "string" && each !== "");
  return typeof found === "string" ? found : undefined;
}
