import type { Secret } from "../../falco/api/gardener.ts";
import {
  type Identity,
  identityFromSecret,
  identitySecretKeys as keys,
  type KeyPair,
} from "../../falco/desired/identity.ts";
import { type LeafPurpose, makeAuthority, makeLeaf } from "./certificates.ts";
import { readChain, type SecretTexts } from "./inspect.ts";
import { type IdentityMaker, inspectSecret, inspectTexts, textsOf } from "./maker.ts";
import { type IdentityPlan, nextChange, planIdentity, tokenKeys, tokenKinds, type TokenLifetimes } from "./plan.ts";
import { authorityLifetimeSeconds, type Family, type FamilyView, trustedBeside } from "./policy.ts";
import { makeToken, type TokenKind } from "./tokens.ts";

export interface IdentityRequest {
  /** The identity's Secret as it is. */
  readonly present: Secret | undefined;
  /** Which tokens are in use; one that the landscape has no key for is left out all the same. */
  readonly needs: Readonly<Record<TokenKind, boolean>>;
  /** Not known before the first reconcile of a shoot; without it there are no tokens. */
  readonly clusterIdentity: string | undefined;
  /** The namespace that falcosidekick runs in. */
  readonly namespace: string;
  readonly now: Date;
}

export interface EnsuredIdentity {
  /** All that the Secret should hold, in plain text by its keys; absent when it does. */
  readonly secretData?: SecretTexts;
  readonly identity: Identity;
  /** When there will be something to do again. */
  readonly renewAt: Date;
  /** What was made anew and why, such as `server is due for renewal`; never holds a credential. */
  readonly reasons: readonly string[];
}

const familyKeys = {
  server: { ca: keys.serverCa, caKey: keys.serverCaKey, leaf: keys.server, leafKey: keys.serverKey },
  client: { ca: keys.clientCa, caKey: keys.clientCaKey, leaf: keys.client, leafKey: keys.clientKey },
} as const;

/**
 * The identity of one cluster: what its Secret holds, byte for byte, but for those parts that are missing, unusable or
 * due, which are made anew (policy.ts says when). It writes nothing: the caller stores `secretData` before anything uses
 * the identity, or two runs could give out different ones.
 */
export async function ensureIdentity(request: IdentityRequest, maker: IdentityMaker): Promise<EnsuredIdentity> {
  const { present, clusterIdentity = "", namespace, now } = request;
  const { lifetimes } = maker;
  const dnsNames = dnsNamesOf(namespace);
  const tokenLifetimes = lifetimesOfUsedTokens(request, maker);
  const inspected = inspectSecret(present, maker);
  const plan = planIdentity({ inspected, dnsNames, lifetimes, tokenLifetimes, clusterIdentity, now });
  const kept = present && identityFromSecret(present);
  if (kept !== undefined && plan.reasons.length === 0) {
    return { identity: kept, renewAt: nextChange(inspected, lifetimes, tokenLifetimes), reasons: [] };
  }
  const secretData = {
    ...(present && textsOf(present)),
    ...(await newPairs("server", { request, maker, plan, view: inspected.bundle.server })),
    ...(await newPairs("client", { request, maker, plan, view: inspected.bundle.client })),
    ...(await newTokens(request, maker, plan)),
    ...(plan.readAccessToken && { [keys.accessTokenReadAt]: now.toISOString().replace(/\.\d+/, "") }),
  };
  const used = Object.fromEntries(Object.entries(secretData).filter(([key]) => !unusedKeys(plan).includes(key)));
  return {
    secretData: used,
    identity: identityOf(used),
    renewAt: nextChange(inspectTexts(used, maker), lifetimes, tokenLifetimes),
    reasons: plan.reasons,
  };
}

/** The names that falcosidekick's Service has in its cluster. */
function dnsNamesOf(namespace: string): readonly string[] {
  const names = ["falcosidekick", namespace, "svc", "cluster.local"];
  return names.map((_, index) => names.slice(0, index + 1).join("."));
}

function lifetimesOfUsedTokens(
  { needs, clusterIdentity }: IdentityRequest,
  { signers }: IdentityMaker,
): TokenLifetimes {
  if (clusterIdentity === undefined) return {};
  return Object.fromEntries(
    tokenKinds.flatMap((kind) => {
      const signer = signers[kind];
      return needs[kind] && signer !== undefined ? [[kind, signer.lifetimeSeconds]] : [];
    }),
  );
}

interface Making {
  readonly request: IdentityRequest;
  readonly maker: IdentityMaker;
  readonly plan: IdentityPlan;
  readonly view: FamilyView;
}

/** The texts of a family that change. The key that a present CA signs with is only read when it is needed. */
async function newPairs(family: Family, { request, maker, plan, view }: Making): Promise<SecretTexts> {
  const { present, now } = request;
  const parts = plan.renewals.map(({ part }) => part);
  const replaced = parts.includes(`${family}-ca`);
  if (!replaced && !parts.includes(family)) return {};
  const { ca, caKey, leaf, leafKey } = familyKeys[family];
  const texts = present === undefined ? {} : textsOf(present);
  const authority = replaced
    ? await makeAuthority(`ca-falco-${family}`, { now, lifetimeSeconds: authorityLifetimeSeconds })
    : storedPair(texts[ca], texts[caKey]);
  const lifetimeSeconds = maker.lifetimes.certificateLifetimeSeconds;
  const made = parts.includes(family)
    ? await makeLeaf(authority, purposeOf(family, request.namespace), { now, lifetimeSeconds })
    : undefined;
  return {
    [ca]: trustBundle(authority.certificate, texts[ca], trustedBeside(view, now, replaced)),
    [caKey]: authority.key,
    ...(made && { [leaf]: made.certificate, [leafKey]: made.key }),
  };
}

function storedPair(certificate = "", key = ""): KeyPair {
  return { certificate, key };
}

function purposeOf(family: Family, namespace: string): LeafPurpose {
  return family === "server"
    ? { commonName: "falcosidekick", usage: "serverAuth", dnsNames: dnsNamesOf(namespace) }
    : { commonName: "falco", usage: "clientAuth", dnsNames: [] };
}

/** The CA that signs, and those beside it that stay trusted. A bundle that stays the same stays so byte for byte. */
function trustBundle(signing: string, present: string | undefined, beside: readonly number[]): string {
  const chain = readChain(present) ?? [];
  if (signing === present && chain.length === beside.length + 1) return present;
  const first = readChain(signing)?.[0];
  return [first, ...beside.map((index) => chain[index])].map((each) => each?.toString() ?? "").join("");
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

function unusedKeys({ unusedTokens }: IdentityPlan): readonly string[] {
  return unusedTokens.map((kind) => tokenKeys[kind]);
}

function identityOf(texts: SecretTexts): Identity {
  const data = Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString("base64")]),
  );
  const identity = identityFromSecret({ metadata: {}, data });
  if (identity === undefined) throw new Error("an identity was made that lacks a part");
  return identity;
}
