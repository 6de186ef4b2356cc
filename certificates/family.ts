/** What a certificate may be used for in TLS. */
export type Purpose = "server" | "client";

/**
 * What policies look at in CAs and in the one certificate that is in use below them. It holds no key and no certificate.
 */
export interface FamilyView {
  /** The CA that signs, which the key belongs to, stands first; those beside it are trusted only. */
  readonly ca: PairView;
  readonly leaf: PairView;
  /** Which certificate of `ca` signed the leaf; undefined when none did. */
  readonly signedBy?: number;
  /** Whether the text of the CAs holds something else, too, or has them in another order. */
  readonly untidy: boolean;
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
  /** Host names and IP addresses, the latter as URLs write them. */
  readonly dnsNames: readonly string[];
  /** What it may be used for; both when it does not say. */
  readonly purposes: readonly Purpose[];
}

/** The certificates of a pair; none when they are missing or unreadable. */
export function certificatesOf({ certificates }: PairView): readonly CertificateView[] {
  return typeof certificates === "string" ? [] : certificates;
}

/** The CA whose signature a family's certificate bears. */
export function signerOf({ ca, signedBy }: FamilyView): CertificateView | undefined {
  return signedBy === undefined ? undefined : certificatesOf(ca)[signedBy];
}
