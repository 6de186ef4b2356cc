import { identitySecretKeys } from "../../falco/desired/identity.ts";
import {
  type BundleView,
  earliest,
  type Lifetimes,
  nextRenewal,
  planRenewals,
  type Renewal,
  renewalReasons,
} from "./policy.ts";
import { type TokenKind, tokenReason, tokenReasons, tokenRenewal, type TokenView } from "./tokens.ts";

/** What was found in an identity's Secret: no key, no certificate, no token. */
export interface Inspected {
  readonly bundle: BundleView;
  /** The tokens that are there. */
  readonly tokens: Readonly<Partial<Record<TokenKind, TokenView>>>;
  readonly accessTokenReadAt: string | undefined;
}

/** Which tokens there should be: how long each lives; absent when it is not in use. */
export type TokenLifetimes = Readonly<Partial<Record<TokenKind, number>>>;

export interface IdentityPlanInput {
  readonly inspected: Inspected;
  readonly dnsNames: readonly string[];
  readonly lifetimes: Lifetimes;
  readonly tokenLifetimes: TokenLifetimes;
  readonly clusterIdentity: string;
  readonly now: Date;
}

/** What changes in an identity, and why. Nothing changes when there are no reasons. */
export interface IdentityPlan {
  readonly renewals: readonly Renewal[];
  readonly newTokens: readonly TokenKind[];
  readonly unusedTokens: readonly TokenKind[];
  readonly readAccessToken: boolean;
  /** Such as `server is due for renewal`. */
  readonly reasons: readonly string[];
}

export const tokenKinds = ["central", "clusterIdentity"] as const;
/** The keys of the tokens in the Secret. */
export const tokenKeys = {
  central: identitySecretKeys.centralToken,
  clusterIdentity: identitySecretKeys.clusterIdentityToken,
} as const;

/** falcosidekick's token lives for 30 days and is read when it starts: it is read again when half of that is gone. */
const accessTokenReadEverySeconds = 15 * 24 * 60 * 60;
/** A moment that lies in the future by no more than this was written by a clock that goes a little faster. */
const clockToleranceSeconds = 5 * 60;

/** Decides what must be made anew. A function of data: it reads nothing and costs microseconds. */
export function planIdentity(input: IdentityPlanInput): IdentityPlan {
  const { inspected, dnsNames, lifetimes, now } = input;
  const renewals = planRenewals({ bundle: inspected.bundle, dnsNames, lifetimes, now });
  const tokens = tokenKinds.flatMap((kind) => planToken(kind, input));
  const readAccessToken = accessTokenIsDue(inspected.accessTokenReadAt, now);
  return {
    renewals,
    newTokens: tokens.filter(({ used }) => used).map(({ kind }) => kind),
    unusedTokens: tokens.filter(({ used }) => !used).map(({ kind }) => kind),
    readAccessToken,
    reasons: [
      ...renewals.map(({ part, reason }) => `${part} ${renewalReasons[reason]}`),
      ...tokens.map(({ reason }) => reason),
      ...(readAccessToken ? ["access token is to be read again"] : []),
    ],
  };
}

interface TokenChange {
  readonly kind: TokenKind;
  readonly used: boolean;
  readonly reason: string;
}

function planToken(
  kind: TokenKind,
  { inspected, tokenLifetimes, clusterIdentity, now }: IdentityPlanInput,
): readonly TokenChange[] {
  const view = inspected.tokens[kind];
  const lifetimeSeconds = tokenLifetimes[kind];
  const key = tokenKeys[kind];
  if (lifetimeSeconds === undefined) {
    return view === undefined ? [] : [{ kind, used: false, reason: `${key} is not in use any more` }];
  }
  const reason = tokenReason({ kind, view: view ?? { kind: "missing" }, clusterIdentity, lifetimeSeconds, now });
  return reason === undefined ? [] : [{ kind, used: true, reason: `${key} ${tokenReasons[reason]}` }];
}

function accessTokenIsDue(readAt: string | undefined, now: Date): boolean {
  const read = new Date(readAt ?? "").getTime();
  const age = (now.getTime() - read) / 1000;
  return !(age >= -clockToleranceSeconds && age < accessTokenReadEverySeconds);
}

/** When `planIdentity` will find something again, provided that it finds nothing now. */
export function nextChange(
  { bundle, tokens, accessTokenReadAt }: Inspected,
  lifetimes: Lifetimes,
  used: TokenLifetimes,
): Date {
  const tokenMoments = tokenKinds.flatMap((kind) => {
    const view = tokens[kind];
    const lifetimeSeconds = used[kind];
    return view?.kind === "token" && lifetimeSeconds !== undefined ? [tokenRenewal(view.expires, lifetimeSeconds)] : [];
  });
  const read = new Date(accessTokenReadAt ?? 0);
  const accessTokenMoment = new Date(read.getTime() + accessTokenReadEverySeconds * 1000);
  return earliest([nextRenewal(bundle, lifetimes), accessTokenMoment, ...tokenMoments]);
}
