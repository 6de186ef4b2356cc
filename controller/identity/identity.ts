import type { Secret } from "../../falco/api/gardener.ts";
import { type Identity, identityFromSecret } from "../../falco/desired/identity.ts";
import type { SecretTexts } from "./inspect.ts";
import { type IdentityMaker, inspectSecret, inspectTexts, textsOf } from "./maker.ts";
import { newPairs } from "./new-pairs.ts";
import {
  accessTokenReadAt,
  type IdentityPlan,
  type Inspected,
  nextChange,
  planIdentity,
  tokenKeys,
  tokenKinds,
  type TokenLifetimes,
} from "./plan.ts";
import { makeToken, type TokenKind } from "./tokens.ts";

export interface IdentityRequest {
  /** The identity's Secret as it is. */
  readonly present: Secret | undefined;
  /** Which tokens are in use; one that the landscape has no key for is left out all the same. */
  readonly needs: Readonly<Record<TokenKind, boolean>>;
  /** Not known before the first reconcile of a shoot; without it no tokens are made. */
  readonly clusterIdentity: string | undefined;
  /** The namespace that falcosidekick runs in. */
  readonly namespace: string;
  /**
   * Whether every pod of Falco and falcosidekick is known to run with what the Secret holds. Leave it out when that cannot be known:
   * then a new CA counts as known to all pods after seven days.
   */
  readonly rolledOut?: boolean;
  readonly now: Date;
}

export interface EnsuredIdentity {
  /** All that the Secret should hold, in plain text by its keys; absent when it does. */
  readonly secretData?: SecretTexts;
  readonly identity: Identity;
  /** What was found in the identity, for `rememberInspected` once it is stored. */
  readonly inspected: Inspected;
  /** When there will be something to do again. */
  readonly renewAt: Date;
  /** What was made anew and why, such as `server is due for renewal`; never holds a credential. */
  readonly reasons: readonly string[];
}

/**
 * The identity of one cluster: what its Secret holds, byte for byte, but for those parts that are missing, unusable or
 * due, which are made anew (policy.ts says when). It writes nothing: the caller stores `secretData` before anything uses
 * the identity, or two runs could give out different ones.
 */
export async function ensureIdentity(request: IdentityRequest, maker: IdentityMaker): Promise<EnsuredIdentity> {
  const { present, clusterIdentity, namespace, rolledOut, now } = request;
  const { lifetimes } = maker;
  const dnsNames = dnsNamesOf(namespace);
  const tokenLifetimes = lifetimesOfUsedTokens(request, maker);
  const settings = { dnsNames, lifetimes, tokenLifetimes, clusterIdentity, rolledOut, now };
  const inspected = inspectSecret(present, maker);
  const plan = planIdentity({ inspected, ...settings });
  if (present !== undefined && plan.reasons.length === 0) {
    return {
      identity: identityOf(present, inspected, now),
      inspected,
      renewAt: nextChange({ inspected, ...settings }),
      reasons: [],
    };
  }
  const texts = present === undefined ? {} : textsOf(present);
  const pairs = { dnsNames, certificateLifetimeSeconds: lifetimes.certificateLifetimeSeconds, now };
  const all = {
    ...texts,
    ...(await newPairs("server", plan.bundle.server, texts, pairs)),
    ...(await newPairs("client", plan.bundle.client, texts, pairs)),
    ...(await newTokens(request, maker, plan)),
  };
  const unused: readonly string[] = plan.unusedTokens.map((kind) => tokenKeys[kind]);
  const secretData = Object.fromEntries(Object.entries(all).filter(([key]) => !unused.includes(key)));
  const made = inspectTexts(secretData, maker);
  return {
    secretData,
    identity: identityOf(secretOf(secretData), made, now),
    inspected: made,
    renewAt: nextChange({ inspected: made, ...settings }),
    reasons: plan.reasons,
  };
}

/** The names that falcosidekick's Service has in its cluster. */
function dnsNamesOf(namespace: string): readonly string[] {
  const names = ["falcosidekick", namespace, "svc", "cluster.local"];
  return names.map((_, index) => names.slice(0, index + 1).join("."));
}

function lifetimesOfUsedTokens({ needs }: IdentityRequest, { signers }: IdentityMaker): TokenLifetimes {
  return Object.fromEntries(
    tokenKinds.flatMap((kind) => {
      const signer = signers[kind];
      return needs[kind] && signer !== undefined ? [[kind, signer.lifetimeSeconds]] : [];
    }),
  );
}

async function newTokens(
  request: IdentityRequest,
  { signers }: IdentityMaker,
  plan: IdentityPlan,
): Promise<SecretTexts> {
  const made: Record<string, string> = {};
  for (const kind of plan.newTokens) {
    const signer = signers[kind];
    if (signer === undefined || request.clusterIdentity === undefined) continue;
    made[tokenKeys[kind]] = await makeToken(kind, request.clusterIdentity, signer, request.now);
  }
  return made;
}

function identityOf(secret: Secret, { bundle }: Inspected, now: Date): Identity {
  const identity = identityFromSecret(secret);
  if (identity === undefined) throw new Error("an identity was made that lacks a part");
  const readAt = accessTokenReadAt(bundle, now).toISOString().replace(/\.\d+/, "");
  return { ...identity, accessTokenReadAt: readAt };
}

function secretOf(texts: SecretTexts): Secret {
  const data = Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString("base64")] as const);
  return { metadata: {}, data: Object.fromEntries(data) };
}
