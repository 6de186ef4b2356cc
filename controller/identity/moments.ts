import { type CertificateView, certificatesOf, type FamilyView, signerOf } from "../../certificates/family.ts";
import { between, earliest, later } from "../../certificates/moments.ts";

/** The part of the landscape's configuration that counts for certificates. */
export interface Lifetimes {
  readonly certificateLifetimeSeconds: number;
  readonly certificateRenewAfterSeconds: number;
}

const day = 24 * 60 * 60;
export const authorityLifetimeSeconds = 2 * 365 * day;
const authorityRenewBeforeSeconds = 60 * day;
/** For how long a change is given, at least, to reach every pod. */
export const rollOutSeconds = 7 * day;

/** When a CA is replaced. */
export function authorityDue({ notAfter }: CertificateView): Date {
  return later(notAfter, -authorityRenewBeforeSeconds);
}

/**
 * When a certificate is replaced: as configured; one that was made for a shorter life than is configured now, when five sixths
 * of it are gone, if that is earlier.
 */
export function leafDue({ notBefore, notAfter }: CertificateView, lifetimes: Lifetimes): Date {
  const configured = later(notBefore, lifetimes.certificateRenewAfterSeconds);
  const shorter = notAfter < later(notBefore, lifetimes.certificateLifetimeSeconds);
  return shorter ? earliest([configured, between(notBefore, notAfter, 5 / 6)]) : configured;
}

/** When a certificate is of no use any more: at its own end, or at that of the CA that signed it. */
export function usableUntil(leaf: CertificateView, signer: CertificateView): Date {
  return earliest([leaf.notAfter, signer.notAfter]);
}

/** While a new CA is being introduced: when the certificate of the earlier CA is replaced. */
export interface Switch {
  /** Once every pod is known to trust the new CA, but not before this. */
  readonly from: Date;
  /** Whatever is known of the pods: half of the time that the certificate had left when the new CA was made. */
  readonly atLast: Date;
}

/** The moments of the switch to a new CA; undefined when the certificate is signed by the present one. */
export function switchOf(family: FamilyView): Switch | undefined {
  const [authority] = certificatesOf(family.ca);
  const [leaf] = certificatesOf(family.leaf);
  const signer = signerOf(family);
  if (authority === undefined || leaf === undefined || signer === undefined || family.signedBy === 0) return undefined;
  const atLast = between(authority.notBefore, usableUntil(leaf, signer), 1 / 2);
  return { from: earliest([later(authority.notBefore, rollOutSeconds), atLast]), atLast };
}
