/**
 * When certificates are made anew. Two families, `server` (falcosidekick's certificate, which Falco trusts by its CA) and
 * `client` (Falco's, which falcosidekick trusts), go through the same states, each on its own:
 *
 *     settled ──► introducing ──► switched ──► settled
 *
 * | state       | trusted CAs | the leaf is signed by | begins when                                             |
 * |-------------|-------------|-----------------------|---------------------------------------------------------|
 * | settled     | A           | A                     |                                                         |
 * | introducing | B, A        | A                     | A ends within 60 days, or its key is not to be used     |
 * | switched    | B, A        | B                     | B has been trusted for 7 days: every pod has heard of B |
 * | settled     | B           | B                     | the leaf is renewed the next time (or A has ended)      |
 *
 * The CA that signs stands first in the bundle and only its key is kept. Pods of two states that follow each other always
 * trust each other, so a rolling update never cuts Falco off. Only when a leaf cannot be used any more (damaged, expired)
 * is it replaced at once, whatever the state. Dropping A waits for the next renewal because it would roll every
 * pod for nothing: A has ended by then.
 */
export interface BundleView {
  readonly server: FamilyView;
  readonly client: FamilyView;
}

export type Family = keyof BundleView;

/** A CA and the one certificate that is in use below it. */
export interface FamilyView {
  readonly ca: PairView;
  readonly leaf: PairView;
  /** Which certificate of `ca` signed the leaf; undefined when none did. */
  readonly signedBy?: number;
}

/** Certificates and the key that belongs to the first of them. */
export interface PairView {
  readonly certificates: readonly CertificateView[] | "missing" | "unreadable";
  readonly key: "matches" | "differs" | "missing" | "unreadable";
}

/** What policies look at in a certificate. */
export interface CertificateView {
  readonly subject: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly isCA: boolean;
  readonly dnsNames: readonly string[];
}

type Part = "server-ca" | "client-ca" | "server" | "client";

/** Every reason to make something anew, in the words of a log line. */
export const renewalReasons = {
  missing: "is missing",
  unreadable: "cannot be read",
  "key-mismatch": "has a key that does not belong to it",
  "not-a-ca": "is not a CA",
  "not-signed-by-ca": "is not signed by its CA",
  "wrong-names": "is for other names",
  expired: "has expired",
  "not-yet-valid": "is not valid yet",
  "ca-replaced": "is signed by the CA before the present one",
  due: "is due for renewal",
} as const;

type RenewalReason = keyof typeof renewalReasons;

export interface Renewal {
  readonly part: Part;
  readonly reason: RenewalReason;
}

/** The part of the landscape's configuration that counts here. */
export interface Lifetimes {
  readonly certificateLifetimeSeconds: number;
  readonly certificateRenewAfterSeconds: number;
}

export interface PolicyInput {
  readonly bundle: BundleView;
  /** The names that falcosidekick is called by; the certificate may have more. */
  readonly dnsNames: readonly string[];
  readonly lifetimes: Lifetimes;
  readonly now: Date;
}

const day = 24 * 60 * 60;
export const authorityLifetimeSeconds = 2 * 365 * day;
const authorityRenewBeforeSeconds = 60 * day;
/** For how long a change is given to reach every pod. */
const rollOutSeconds = 7 * day;

/** What must be made anew now, at most one reason for each part; empty when all is well. */
export function planRenewals({ bundle, dnsNames, lifetimes, now }: PolicyInput): readonly Renewal[] {
  return [
    ...planFamily("server", { family: bundle.server, dnsNames, lifetimes, now }),
    ...planFamily("client", { family: bundle.client, dnsNames: [], lifetimes, now }),
  ];
}

interface FamilyInput extends Omit<PolicyInput, "bundle"> {
  readonly family: FamilyView;
}

function planFamily(name: Family, input: FamilyInput): readonly Renewal[] {
  const authority = authorityReason(input);
  const leaf = leafReason(input, authority !== undefined);
  return [
    ...(authority === undefined ? [] : [{ part: `${name}-ca` as const, reason: authority }]),
    ...(leaf === undefined ? [] : [{ part: name, reason: leaf }]),
  ];
}

/** Looks at something and names what is wrong with it. */
type Check<Input> = (input: Input) => RenewalReason | undefined;

function firstReason<Input>(checks: readonly Check<Input>[], input: Input): RenewalReason | undefined {
  for (const check of checks) {
    const reason = check(input);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

const pairChecks: readonly Check<PairView>[] = [
  ({ certificates, key }) => (certificates === "missing" || key === "missing" ? "missing" : undefined),
  ({ certificates, key }) => (certificates === "unreadable" || key === "unreadable" ? "unreadable" : undefined),
  ({ key }) => (key === "differs" ? "key-mismatch" : undefined),
];

interface AuthorityInput {
  readonly authority: CertificateView;
  readonly now: Date;
}

const authorityChecks: readonly Check<AuthorityInput>[] = [
  ({ authority }) => (authority.isCA ? undefined : "not-a-ca"),
  ({ authority, now }) => outsideValidity([authority], now),
  ({ authority, now }) => (now >= authorityDue(authority) ? "due" : undefined),
];

function authorityReason({ family, now }: FamilyInput): RenewalReason | undefined {
  const [authority] = certificatesOf(family.ca);
  if (authority === undefined) return firstReason(pairChecks, family.ca) ?? "missing";
  return firstReason(pairChecks, family.ca) ?? firstReason(authorityChecks, { authority, now });
}

interface LeafInput extends FamilyInput {
  readonly leaf: CertificateView;
  /** The CA whose signature the leaf bears. */
  readonly signer: CertificateView | undefined;
  /** Whether the CA is being made anew in the same step. */
  readonly rotates: boolean;
}

const leafChecks: readonly Check<LeafInput>[] = [
  ({ signer }) => (signer === undefined ? "not-signed-by-ca" : undefined),
  ({ leaf, dnsNames }) => (dnsNames.every((name) => leaf.dnsNames.includes(name)) ? undefined : "wrong-names"),
  ({ leaf, signer, now }) => outsideValidity(signer === undefined ? [leaf] : [leaf, signer], now),
  ({ family, leaf, lifetimes, now }) => {
    const switchAt = leafSwitch(family, leaf, lifetimes);
    return switchAt !== undefined && now >= switchAt ? "ca-replaced" : undefined;
  },
  ({ family, leaf, lifetimes, now, rotates }) => {
    if (family.signedBy !== 0) return undefined;
    const due = rotates ? leafLastDue(leaf, lifetimes) : leafDue(leaf, lifetimes);
    return now >= due ? "due" : undefined;
  },
];

function leafReason(input: FamilyInput, rotates: boolean): RenewalReason | undefined {
  const { family } = input;
  const [leaf] = certificatesOf(family.leaf);
  if (leaf === undefined) return firstReason(pairChecks, family.leaf) ?? "missing";
  const signer = family.signedBy === undefined ? undefined : certificatesOf(family.ca)[family.signedBy];
  return firstReason(pairChecks, family.leaf) ?? firstReason(leafChecks, { ...input, leaf, signer, rotates });
}

/** The certificates of a pair; none when they are missing or unreadable. */
function certificatesOf({ certificates }: PairView): readonly CertificateView[] {
  return typeof certificates === "string" ? [] : certificates;
}

function outsideValidity(certificates: readonly CertificateView[], now: Date): RenewalReason | undefined {
  if (certificates.some(({ notAfter }) => now >= notAfter)) return "expired";
  return certificates.some(({ notBefore }) => now < notBefore) ? "not-yet-valid" : undefined;
}

/**
 * Which CAs of the present bundle, by index, stay trusted beside the one that signs from now on; at most one, the one whose
 * leaf is or may be in use. `replaced`: that one is new and not in the bundle yet.
 */
export function trustedBeside(family: FamilyView, now: Date, replaced: boolean): readonly number[] {
  const authorities = certificatesOf(family.ca);
  const [leaf] = certificatesOf(family.leaf);
  if (!replaced && family.signedBy === 0 && leaf !== undefined && now >= later(leaf.notBefore, rollOutSeconds))
    return [];
  const index = replaced ? (family.signedBy ?? 0) : 1;
  const candidate = authorities[index];
  return candidate?.isCA === true && now < candidate.notAfter ? [index] : [];
}

/** The next moment at which `planRenewals` will find something, provided that it finds nothing now. */
export function nextRenewal({ server, client }: BundleView, lifetimes: Lifetimes): Date {
  return earliest([...familyMoments(server, lifetimes), ...familyMoments(client, lifetimes)]);
}

function familyMoments(family: FamilyView, lifetimes: Lifetimes): readonly Date[] {
  const authorities = certificatesOf(family.ca);
  const [authority] = authorities;
  const [leaf] = certificatesOf(family.leaf);
  const signer = family.signedBy === undefined ? undefined : authorities[family.signedBy];
  if (authority === undefined || leaf === undefined || signer === undefined) return [new Date(0)];
  const leafMoment = leafSwitch(family, leaf, lifetimes) ?? leafDue(leaf, lifetimes);
  return [authorityDue(authority), signer.notAfter, leaf.notAfter, leafMoment];
}

export function earliest(moments: readonly Date[]): Date {
  return new Date(Math.min(...moments.map((moment) => moment.getTime())));
}

function authorityDue({ notAfter }: CertificateView): Date {
  return later(notAfter, -authorityRenewBeforeSeconds);
}

/** As configured; a certificate whose life is too short for that, when five sixths of it are gone. */
function leafDue({ notBefore, notAfter }: CertificateView, { certificateRenewAfterSeconds }: Lifetimes): Date {
  const configured = later(notBefore, certificateRenewAfterSeconds);
  return configured < notAfter ? configured : between(notBefore, notAfter, 5 / 6);
}

/** Until when a leaf that is due waits for its new CA to become known: half of the time that is left. */
function leafLastDue(leaf: CertificateView, lifetimes: Lifetimes): Date {
  return between(leafDue(leaf, lifetimes), leaf.notAfter, 1 / 2);
}

/** When a leaf of an earlier CA is replaced by one of the present CA; undefined when it is of the present one. */
function leafSwitch(family: FamilyView, leaf: CertificateView, lifetimes: Lifetimes): Date | undefined {
  const [authority] = certificatesOf(family.ca);
  if (authority === undefined || family.signedBy === undefined || family.signedBy === 0) return undefined;
  return earliest([later(authority.notBefore, rollOutSeconds), leafLastDue(leaf, lifetimes)]);
}

function later(moment: Date, seconds: number): Date {
  return new Date(moment.getTime() + seconds * 1000);
}

function between(start: Date, end: Date, share: number): Date {
  return new Date(start.getTime() + Math.floor((end.getTime() - start.getTime()) * share));
}
