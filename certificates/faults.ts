import {
  type CertificateView,
  certificatesOf,
  type FamilyView,
  type PairView,
  type Purpose,
  signerOf,
} from "./family.ts";

/** Every reason to make something anew, in the words of a log line. */
export const renewalReasons = {
  missing: "is missing",
  unreadable: "cannot be read",
  untidy: "holds more than certificates of CAs in their order",
  "key-mismatch": "has a key that does not belong to it",
  "not-a-ca": "is not a CA",
  "not-signed-by-ca": "is not signed by its CA",
  "wrong-purpose": "may not be used for its purpose",
  "wrong-names": "is for other names",
  expired: "has expired",
  "not-yet-valid": "is not valid yet",
  "ca-replaced": "is signed by the CA before the present one",
  due: "is due for renewal",
} as const;

export type RenewalReason = keyof typeof renewalReasons;

export interface FaultInput {
  readonly purpose: Purpose;
  readonly family: FamilyView;
  readonly dnsNames: readonly string[];
  readonly now: Date;
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
];

/** Why the CA that signs cannot be used. */
export function authorityFault({ family, now }: FaultInput): RenewalReason | undefined {
  const [authority] = certificatesOf(family.ca);
  const fault = firstReason(pairChecks, family.ca);
  return fault ?? (authority === undefined ? "missing" : firstReason(authorityChecks, { authority, now }));
}

interface LeafInput extends FaultInput {
  readonly leaf: CertificateView;
  /** The CA whose signature the leaf bears. */
  readonly signer: CertificateView | undefined;
}

const leafChecks: readonly Check<LeafInput>[] = [
  ({ signer }) => (signer === undefined ? "not-signed-by-ca" : undefined),
  // The Go extension gave Falco a certificate for servers only, which falcosidekick refuses: Go's TLS server asks for clientAuth
  // (crypto/tls, processCertsFromClient).
  ({ purpose, leaf }) => (leaf.purposes.includes(purpose) ? undefined : "wrong-purpose"),
  ({ leaf, dnsNames }) => (dnsNames.every((each) => leaf.dnsNames.includes(each)) ? undefined : "wrong-names"),
  ({ leaf, signer, now }) => outsideValidity(signer === undefined ? [leaf] : [leaf, signer], now),
];

/** Why the certificate below the CA cannot be used. */
export function leafFault(input: FaultInput): RenewalReason | undefined {
  const { family } = input;
  const [leaf] = certificatesOf(family.leaf);
  const fault = firstReason(pairChecks, family.leaf);
  if (fault !== undefined || leaf === undefined) return fault ?? "missing";
  return firstReason(leafChecks, { ...input, leaf, signer: signerOf(family) });
}

function outsideValidity(certificates: readonly CertificateView[], now: Date): RenewalReason | undefined {
  if (certificates.some(({ notAfter }) => now >= notAfter)) return "expired";
  return certificates.some(({ notBefore }) => now < notBefore) ? "not-yet-valid" : undefined;
}
