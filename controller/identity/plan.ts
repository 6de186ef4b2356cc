import { identitySecretKeys } from "../../falco/desired/identity.ts";
import { certificatesOf } from "../../certificates/family.ts";
import { renewalReasons } from "../../certificates/faults.ts";
import { earliest, later } from "../../certificates/moments.ts";
import type { BundleView, Family } from "./bundle-view.ts";
import type { Lifetimes } from "./moments.ts";
import { type BundlePlan, nextRenewal, planRenewals } from "./policy.ts";
import { type TokenKind, tokenReason, tokenReasons, tokenRenewal, type TokenView } from "./tokens.ts";

/** What was found in an identity's Secret: no key, no certificate, no token. */
export interface Inspected {
  readonly bundle: BundleView;
  /** The tokens that are there. */
  readonly tokens: Readonly<Partial<Record<TokenKind, TokenView>>>;
}

/** Which tokens there should be: how long each lives; absent when it is not in use. */
export type TokenLifetimes = Readonly<Partial<Record<TokenKind, number>>>;

export interface IdentityPlanInput {
  readonly inspected: Inspected;
  readonly dnsNames: readonly string[];
  readonly lifetimes: Lifetimes;
  readonly tokenLifetimes: TokenLifetimes;
  /** Not known before the first reconcile of a shoot: then tokens are neither made nor taken away. */
  readonly clusterIdentity: string | undefined;
  readonly rolledOut: boolean | undefined;
  readonly now: Date;
}

/** What changes in an identity, and why. Nothing changes when there are no reasons. */
export interface IdentityPlan {
  readonly bundle: BundlePlan;
  readonly newTokens: readonly TokenKind[];
  readonly unusedTokens: readonly TokenKind[];
  /** Such as `server is due for renewal`. */
  readonly reasons: readonly string[];
}

export const tokenKinds = ["central", "clusterIdentity"] as const;
/** The keys of the tokens in the Secret. */
export const tokenKeys = {
  central: identitySecretKeys.centralToken,
  clusterIdentity: identitySecretKeys.clusterIdentityToken,
} as const;

/** falcosidekick's own token lives for 30 days and is read when it starts: its pods are replaced when half of that is gone. */
const accessTokenReadEverySeconds = 15 * 24 * 60 * 60;

/** Decides what must be made anew. A function of data: it reads nothing and costs microseconds. */
export function planIdentity(input: IdentityPlanInput): IdentityPlan {
  const bundle = planRenewals({ ...input, bundle: input.inspected.bundle });
  const tokens = tokenKinds.flatMap((kind) => planToken(kind, input));
  return {
    bundle,
    newTokens: tokens.filter(({ used }) => used).map(({ kind }) => kind),
    unusedTokens: tokens.filter(({ used }) => !used).map(({ kind }) => kind),
    reasons: [...reasonsOf("server", bundle), ...reasonsOf("client", bundle), ...tokens.map(({ reason }) => reason)],
  };
}

function reasonsOf(family: Family, bundle: BundlePlan): readonly string[] {
  const { newAuthority, newBundle, newLeaf } = bundle[family];
  const parts = [
    [`${family}-ca`, newAuthority],
    [`${family}-ca bundle`, newBundle],
    [family, newLeaf],
  ] as const;
  return parts.flatMap(([part, reason]) => (reason === undefined ? [] : [`${part} ${renewalReasons[reason]}`]));
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
  if (clusterIdentity === undefined) return [];
  const view = inspected.tokens[kind];
  const lifetimeSeconds = tokenLifetimes[kind];
  const key = tokenKeys[kind];
  if (lifetimeSeconds === undefined) {
    return view === undefined ? [] : [{ kind, used: false, reason: `${key} is not in use any more` }];
  }
  const reason = tokenReason({ kind, view: view ?? { kind: "missing" }, clusterIdentity, lifetimeSeconds, now });
  return reason === undefined ? [] : [{ kind, used: true, reason: `${key} ${tokenReasons[reason]}` }];
}

/**
 * When falcosidekick is to have read its own token: the latest of the moments that follow each other every 15 days from the
 * beginning of its certificate on. So this is nothing that must be stored, and a new certificate, which replaces the pods anyway, begins anew.
 */
export function accessTokenReadAt({ server }: BundleView, now: Date): Date {
  const [leaf] = certificatesOf(server.leaf);
  const begin = leaf?.notBefore ?? now;
  const periods = Math.floor((now.getTime() - begin.getTime()) / 1000 / accessTokenReadEverySeconds);
  return later(begin, Math.max(0, periods) * accessTokenReadEverySeconds);
}

/** When to plan again, provided that `planIdentity` finds nothing now. */
export function nextChange({
  inspected: { bundle, tokens },
  tokenLifetimes,
  ...input
}: Omit<IdentityPlanInput, "dnsNames" | "clusterIdentity">): Date {
  const tokenMoments = tokenKinds.flatMap((kind) => {
    const view = tokens[kind];
    const lifetimeSeconds = tokenLifetimes[kind];
    return view?.kind === "token" && lifetimeSeconds !== undefined ? [tokenRenewal(view.expires, lifetimeSeconds)] : [];
  });
  const readAgainAt = later(accessTokenReadAt(bundle, input.now), accessTokenReadEverySeconds);
  return earliest([nextRenewal({ bundle, ...input }), readAgainAt, ...tokenMoments]);
}
