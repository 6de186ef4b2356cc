/** What policies look at in the certificates and keys of one cluster. It holds no key and no certificate. */
export interface BundleView {
  readonly server: FamilyView;
  readonly client: FamilyView;
}

/** `server`: falcosidekick's certificate, which Falco trusts by its CA. `client`: Falco's, which falcosidekick trusts. */
export type Family = keyof BundleView;

/** The CAs of a family and the one certificate that is in use below them. */
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
  readonly dnsNames: readonly string[];
  /** The families that it may be used in; both when it does not say. */
  readonly purposes: readonly Family[];
}

/** The certificates of a pair; none when they are missing or unreadable. */
export function certificatesOf({ certificates }: PairView): readonly CertificateView[] {
  return typeof certificates === "string" ? [] : certificates;
}
