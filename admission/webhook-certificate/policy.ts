import { certificatesOf, type FamilyView } from "../../certificates/family.ts";
import { authorityFault, leafFault, type RenewalReason } from "../../certificates/faults.ts";
import { backdatedSeconds } from "../../certificates/make-certificate.ts";
import { between, later } from "../../certificates/moments.ts";

const day = 24 * 60 * 60;

/** How long a CA lives. The certificate below it ends with it: both keys lie in one Secret, so a shorter life would protect nothing. */
export const authorityLifetimeSeconds = 30 * day;
/** The share of its life after which a certificate is replaced. */
const dueShare = 0.8;

/**
 * For how long API servers are to have a new bundle before a certificate is used that only it vouches for. They hear of a change within
 * a second; a replica whose watch has just broken off needs longer.
 */
const settleSeconds = {
  /** There is no hurry while the certificate in use is good. */
  inUse: 10 * 60,
  /** Replicas that have started since have nothing to serve with. */
  lost: 15,
};

/** For how long replicas are to have a certificate before API servers call them by its names: they hear of it within a second. */
const namesSettleSeconds = 5;

/** For how long the CA before is trusted after the certificate below it was replaced: every replica has loaded the new one long since. */
const overlapSeconds = day + backdatedSeconds;
/**
 * So many CAs are trusted beside the one that signs, at most. More than one is left only by repairs that follow each other; then those give
 * way that were replaced before they can have signed anything.
 */
const trustedLimit = 4;

/**
 * What is made anew in the identity of the webhooks' server, by which rules. A and B are CAs; "leaf A" is a certificate for servers that A
 * signed; API servers verify by the bundle ("trust") that stands in the webhook configurations:
 *
 *    ┌─────────┐  A is due (80 % of its life), or its key is lost: make B    ┌─────────────┐
 *    │ settled │  store trust B, A; then publish it                          │ introducing │
 *    │ trust A ├────────────────────────────────────────────────────────────►│ trust B, A  │
 *    │ leaf A  │                                                             │ leaf A      │
 *    └────▲────┘                                                             └──────┬──────┘
 *         │                            ┌────────────┐                               │
 *         │  24 h later: store trust B,│  switched  │  all webhooks have had        │
 *         │  then publish it           │ trust B, A │  trust B, A for ten minutes:  │
 *         └────────────────────────────┤ leaf B     │  store leaf B                 │
 *             now B is called A        └────────────┘◄──────────────────────────────┘
 *
 * No request is refused on the way, because a certificate is in use only while its CA is published: replicas take the certificate from
 * the Secret, one that B signed stands there only after B was published, and A goes only when every replica has had 24 h to load
 * leaf B. (One that has lost sight of the Secret for half of that time says that it is not ready; follow-secret.ts.)
 *
 * | what is lost or cannot be used | what is made                                                                                   |
 * |--------------------------------|------------------------------------------------------------------------------------------------|
 * | the Secret, nothing published  | a CA and a leaf at once: nobody can be cut off                                                 |
 * | the Secret, or the CA's key    | a CA beside those that are published. Replicas keep the certificate that they have in memory   |
 * |                                | until the new bundle has been published for 15 s (for ten minutes if the leaf is still there)  |
 * | the CA's certificate           | nothing, when it is published: then it is put back                                             |
 * | the leaf                       | a leaf of the CA that signs, as soon as that has been published for 15 s                       |
 * | nothing, the names are others  | a leaf at once, for the names before, too; 5 s later API servers are told to call the new ones |
 *
 * So whoever deletes the Secret gets a new CA and new keys, and 24 h later the old ones are worth nothing.
 */
export interface ServerIdentityPlan {
  /** Why a new CA takes the place of the one that signs. */
  readonly newAuthority: RenewalReason | undefined;
  /** Why the bundle is written anew although no CA is new. */
  readonly newBundle: "untidy" | "ca-dropped" | undefined;
  /** Why there is a new leaf below the CA that signs then. */
  readonly newLeaf: RenewalReason | undefined;
  /** Which CAs, by their index in the view, stay trusted beside the one that signs. */
  readonly trusted: readonly number[];
  /** When to look again at what has to wait; undefined when nothing has, or when it waits for something else than time. */
  readonly waitSeconds: number | undefined;
}

export interface ServerIdentityFacts {
  /** What the Secret holds; without a CA that can be used: the published CAs, too. */
  readonly family: FamilyView;
  /** The names that the webhooks are called by. */
  readonly dnsNames: readonly string[];
  readonly published: Published;
  readonly now: Date;
}

/** What stands in the webhook configurations. */
interface Published {
  /** Whether any CA stands there, which may have signed the certificate that a replica has in use. */
  readonly anything: boolean;
  /** For how long all webhooks have been seen with the very bundle of the Secret; undefined when some have another. */
  readonly forSeconds: number | undefined;
}

/** Decides what is made anew now. */
export function planServerIdentity(facts: ServerIdentityFacts): ServerIdentityPlan {
  const newAuthority = authorityReason(facts);
  const leafReason = reasonForLeaf(facts, newAuthority);
  const wait = leafReason === undefined ? undefined : waitForLeaf(facts, newAuthority);
  const trusted = trustedBeside(facts, newAuthority);
  return {
    newAuthority,
    newBundle: newAuthority === undefined ? bundleReason(facts.family, trusted) : undefined,
    newLeaf: wait === 0 ? leafReason : undefined,
    trusted,
    waitSeconds: wait === undefined || wait === 0 || wait === Infinity ? undefined : wait,
  };
}

/** Why the CA of a Secret cannot be used or is to be replaced. */
function authorityReason(facts: ServerIdentityFacts): RenewalReason | undefined {
  const fault = authorityFault({ ...facts, purpose: "server" });
  const [authority] = certificatesOf(facts.family.ca);
  if (fault !== undefined || authority === undefined) return fault ?? "missing";
  return facts.now >= between(authority.notBefore, authority.notAfter, dueShare) ? "due" : undefined;
}

function reasonForLeaf(facts: ServerIdentityFacts, newAuthority: RenewalReason | undefined): RenewalReason | undefined {
  const fault = leafFault({ ...facts, purpose: "server" });
  const [leaf] = certificatesOf(facts.family.leaf);
  if (fault !== undefined || leaf === undefined) return fault ?? "missing";
  if (newAuthority !== undefined || facts.family.signedBy !== 0) return "ca-replaced";
  return facts.now >= between(leaf.notBefore, leaf.notAfter, dueShare) ? "due" : undefined;
}

/** How many seconds it is too early for a certificate of the CA that signs; Infinity while that is not even published. */
function waitForLeaf(facts: ServerIdentityFacts, newAuthority: RenewalReason | undefined): number {
  const { anything, forSeconds } = facts.published;
  if (!anything) return 0;
  const fault = leafFault({ ...facts, purpose: "server" });
  // Whoever trusts the one in use trusts the new one.
  if (fault === "wrong-names" && newAuthority === undefined && facts.family.signedBy === 0) return 0;
  if (newAuthority !== undefined || forSeconds === undefined) return Infinity;
  const inUse = fault === undefined || fault === "wrong-names";
  return Math.max(0, settleSeconds[inUse ? "inUse" : "lost"] - forSeconds);
}

/**
 * How many seconds it is too early for API servers to call the webhooks by `dnsNames`; Infinity while the Secret has no certificate for
 * them. Until then they go on calling them as they do: every replica serves what the Secret has, whatever names it was told.
 */
export function waitForAddress({ family, dnsNames, now }: Omit<ServerIdentityFacts, "published">): number {
  const [leaf] = certificatesOf(family.leaf);
  if (leaf === undefined || leafFault({ family, dnsNames, now, purpose: "server" }) !== undefined) return Infinity;
  const settled = later(leaf.notBefore, backdatedSeconds + namesSettleSeconds);
  return Math.max(0, (settled.getTime() - now.getTime()) / 1000);
}

/** All other CAs while a replica may have a certificate of one of them; none from then on. */
function trustedBeside(facts: ServerIdentityFacts, newAuthority: RenewalReason | undefined): readonly number[] {
  const { family, now } = facts;
  const [leaf] = certificatesOf(family.leaf);
  const isSound = leafFault({ ...facts, purpose: "server" }) === undefined && family.signedBy === 0;
  const everywhere = isSound && leaf !== undefined && now >= later(leaf.notBefore, overlapSeconds);
  if (everywhere && newAuthority === undefined) return [];
  const valid = certificatesOf(family.ca).flatMap(({ isCA, notAfter }, index) =>
    (index > 0 || newAuthority !== undefined) && isCA && now < notAfter ? [index] : [],
  );
  const mayBeInUse = new Set(valid.filter((index) => index === valid.at(-1) || wasSettled(index, facts)));
  const first = [...mayBeInUse, ...valid.filter((index) => !mayBeInUse.has(index))].slice(0, trustedLimit);
  return first.toSorted((left, right) => left - right);
}

/** Whether a CA had the time to sign a certificate before the next one took its place; only the first one of all needs none. */
function wasSettled(index: number, { family, now }: ServerIdentityFacts): boolean {
  const all = certificatesOf(family.ca);
  const made = all[index]?.notBefore ?? now;
  const replaced = all[index - 1]?.notBefore ?? later(now, -backdatedSeconds);
  return replaced >= later(made, settleSeconds.lost);
}

function bundleReason(family: FamilyView, trusted: readonly number[]): ServerIdentityPlan["newBundle"] {
  if (family.untidy) return "untidy";
  return trusted.length + 1 < certificatesOf(family.ca).length ? "ca-dropped" : undefined;
}
