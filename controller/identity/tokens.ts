import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { canonicalJson, isObject } from "../../falco/base/json.ts";
import { failure, problem, type Result, success } from "../../falco/base/problem.ts";
import type { TokenIssuer } from "../../falco/desired/landscape.ts";

/** The two tokens that this project signs itself. */
export type TokenKind = "central" | "clusterIdentity";

/** A key that signs tokens, read once; the text of the key is gone. */
export interface TokenSigner {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly lifetimeSeconds: number;
}

/** What counts in a token: its end, and whether it is one of ours at all. */
export type TokenView =
  | { readonly kind: "missing" | "unreadable" | "other-key" }
  | { readonly kind: "token"; readonly expires: Date; readonly claims: string };

/** Every reason to make a token anew, in the words of a log line. */
export const tokenReasons = {
  missing: "is missing",
  unreadable: "cannot be read",
  "other-key": "is not signed with the present key",
  "other-claims": "makes other claims",
  "too-long": "lives longer than configured",
  due: "is due for renewal",
} as const;

export type TokenReason = keyof typeof tokenReasons;

const issuer = "urn:gardener:gardener-falco-extension";
/** A token whose end seems to be further away than a new one's: so much of it is put down to clocks. */
const clockToleranceSeconds = 5 * 60;

/**
 * The key of a token issuer. A key that cannot be used is a Problem at `path`, where it stands in the configuration; the
 * message never holds any of it.
 */
export function tokenSigner(
  { tokenIssuerPrivateKey, tokenLifetimeSeconds }: TokenIssuer,
  path: string,
): Result<TokenSigner> {
  const privateKey = readRsaKey(tokenIssuerPrivateKey);
  if (privateKey === undefined) {
    const message = "The key must be an unencrypted RSA private key of at least 2048 bits in PEM (PKCS#1 or PKCS#8).";
    return failure([problem("FIELD_VALUE", path, message)]);
  }
  return success({ privateKey, publicKey: createPublicKey(privateKey), lifetimeSeconds: tokenLifetimeSeconds });
}

function readRsaKey(text: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(text);
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
    return key.asymmetricKeyType === "rsa" && bits >= 2048 ? key : undefined;
  } catch {
    return undefined;
  }
}

/** A new token (RS256, no key id). */
export async function makeToken(
  kind: TokenKind,
  clusterIdentity: string,
  signer: TokenSigner,
  now: Date,
): Promise<string> {
  const issuedAt = Math.floor(now.getTime() / 1000);
  const claims = claimsOf(kind, clusterIdentity, { iat: issuedAt, exp: issuedAt + signer.lifetimeSeconds });
  const content = `${encoded({ alg: "RS256", typ: "JWT" })}.${encoded(claims)}`;
  const signature = await signed(content, signer.privateKey);
  return `${content}.${signature.toString("base64url")}`;
}

function claimsOf(kind: TokenKind, clusterIdentity: string, { iat, exp }: { iat: number; exp: number }): object {
  switch (kind) {
    case "central":
      return { iss: issuer, aud: "falco-db", exp, "gardener-falco": { "cluster-identity": clusterIdentity } };
    case "clusterIdentity":
      return { iss: issuer, sub: clusterIdentity, iat, exp };
  }
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** With a callback, so that a key of 4096 bits (4 ms) holds up no other reconcile. */
function signed(content: string, key: KeyObject): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    sign("sha256", Buffer.from(content), key, (error, signature) => {
      if (error) reject(error);
      else resolve(signature);
    });
  });
}

/** Reads a token and verifies its signature; without a signer there is no signature that it could have. */
export function inspectToken(token: string, signer: TokenSigner | undefined): TokenView {
  const read = readToken(token);
  if (read === undefined) return { kind: "unreadable" };
  const valid = signer !== undefined && verify("sha256", Buffer.from(read.content), signer.publicKey, read.signature);
  return valid ? { kind: "token", expires: read.expires, claims: timeless(read.claims) } : { kind: "other-key" };
}

interface ReadToken {
  /** What is signed. */
  readonly content: string;
  readonly claims: object;
  readonly expires: Date;
  readonly signature: Uint8Array;
}

function readToken(token: string): ReadToken | undefined {
  const [, header, payload, signature] = /^([^.]+)\.([^.]+)\.([^.]+)$/.exec(token) ?? [];
  if (header === undefined || payload === undefined || signature === undefined) return undefined;
  const claims = decoded(payload);
  const exp = claims?.["exp"];
  if (decoded(header)?.["alg"] !== "RS256" || claims === undefined || typeof exp !== "number") return undefined;
  const content = `${header}.${payload}`;
  return { content, claims, expires: new Date(exp * 1000), signature: Buffer.from(signature, "base64url") };
}

function decoded(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Claims as one text to compare, in which every moment looks the same. */
function timeless(claims: object): string {
  return canonicalJson(
    Object.fromEntries(
      Object.entries(claims).map(([name, value]: [string, unknown]) => {
        const moment = (name === "exp" || name === "iat") && typeof value === "number";
        return [name, moment ? 0 : value];
      }),
    ),
  );
}

export interface TokenPolicyInput {
  readonly kind: TokenKind;
  readonly view: TokenView;
  readonly clusterIdentity: string;
  readonly lifetimeSeconds: number;
  readonly now: Date;
}

/** Why a token must be made anew now; undefined when it is kept. */
export function tokenReason({
  kind,
  view,
  clusterIdentity,
  lifetimeSeconds,
  now,
}: TokenPolicyInput): TokenReason | undefined {
  if (view.kind !== "token") return view.kind;
  if (view.claims !== timeless(claimsOf(kind, clusterIdentity, { iat: 0, exp: 0 }))) return "other-claims";
  const latest = now.getTime() + (lifetimeSeconds + clockToleranceSeconds) * 1000;
  if (view.expires.getTime() > latest) return "too-long";
  return now >= tokenRenewal(view.expires, lifetimeSeconds) ? "due" : undefined;
}

/**
 * When half of a token's life is gone. It is counted from the end, as the token for `central` does not say when it began: a
 * lifetime that the operator changes counts for present tokens, too.
 */
export function tokenRenewal(expires: Date, lifetimeSeconds: number): Date {
  return new Date(expires.getTime() - (lifetimeSeconds / 2) * 1000);
}
