import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { identitySecretKeys } from "../../falco/desired/identity.ts";
import { isStrongKey } from "./certificates.ts";
import type { BundleView, CertificateView, Family, FamilyView, PairView } from "./bundle-view.ts";

/** The texts of a Secret by their keys. */
export type SecretTexts = Readonly<Record<string, string>>;

/**
 * What policies need to know of the certificates and keys that a Secret holds. Reads and verifies, so it takes about a
 * millisecond; anything that cannot be read is a finding, never an error.
 */
export function inspectBundle(texts: SecretTexts): BundleView {
  const keys = identitySecretKeys;
  return {
    server: inspectFamily(
      { certificate: texts[keys.serverCa], key: texts[keys.serverCaKey] },
      { certificate: texts[keys.server], key: texts[keys.serverKey] },
    ),
    client: inspectFamily(
      { certificate: texts[keys.clientCa], key: texts[keys.clientCaKey] },
      { certificate: texts[keys.client], key: texts[keys.clientKey] },
    ),
  };
}

interface PairTexts {
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

function inspectFamily(caTexts: PairTexts, leafTexts: PairTexts): FamilyView {
  const authorities = readAuthorities(caTexts.certificate, caTexts.key);
  const leaves = readChain(leafTexts.certificate);
  const signedBy = signerOf(leaves, authorities.certificates);
  return {
    ca: inspectPair(authorities.certificates, caTexts),
    leaf: inspectPair(leaves, leafTexts),
    ...(signedBy !== undefined && { signedBy }),
    untidy: authorities.untidy,
  };
}

type Chain = readonly X509Certificate[];

function inspectPair(chain: Chain | undefined, { certificate, key }: PairTexts): PairView {
  const read = chain?.length === 0 ? undefined : chain;
  return {
    certificates: read?.map(viewOf) ?? (isBlank(certificate) ? "missing" : "unreadable"),
    key: isBlank(key) ? "missing" : keyState(read?.[0], key),
  };
}

function isBlank(text: string | undefined): text is undefined | "" {
  return text === undefined || text === "";
}

function keyState(certificate: X509Certificate | undefined, text: string): PairView["key"] {
  const key = readKey(text);
  if (key === undefined) return "unreadable";
  return certificate === undefined || certificate.checkPrivateKey(key) ? "matches" : "differs";
}

function readKey(text: string | undefined): KeyObject | undefined {
  try {
    const key = createPrivateKey(text ?? "");
    return isStrongKey(key) ? key : undefined;
  } catch {
    return undefined;
  }
}

/** The certificates of a PEM text; undefined when there are none, or when it holds anything else. */
export function readChain(text: string | undefined): readonly X509Certificate[] | undefined {
  const { certificates, untidy } = readCertificates(text);
  return untidy || certificates.length === 0 ? undefined : certificates;
}

/** The CAs that a text holds. */
export interface Authorities {
  /** The one that a key belongs to first, the others as they stand there. */
  readonly certificates: readonly X509Certificate[];
  /** Whether the text holds anything else, or has them in another order. */
  readonly untidy: boolean;
}

/** Finds CAs in whatever a text holds: pods trust them as long as they can be read. */
export function readAuthorities(text: string | undefined, keyText: string | undefined): Authorities {
  const { certificates, untidy } = readCertificates(text);
  const key = certificates.length > 1 ? readKey(keyText) : undefined;
  const signing = key === undefined ? -1 : certificates.findIndex((each) => each.checkPrivateKey(key));
  if (signing < 1) return { certificates, untidy };
  const first = certificates.slice(signing, signing + 1);
  return { certificates: [...first, ...certificates.filter((_, index) => index !== signing)], untidy: true };
}

function readCertificates(text = ""): Authorities {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  const certificates = blocks.flatMap((block) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      return [];
    }
  });
  const begun = text.match(/-----BEGIN /g)?.length ?? 0;
  return { certificates, untidy: certificates.length !== begun };
}

function viewOf(certificate: X509Certificate): CertificateView {
  return {
    subject: certificate.subject,
    notBefore: certificate.validFromDate,
    notAfter: certificate.validToDate,
    isCA: certificate.ca,
    dnsNames: dnsNamesOf(certificate.subjectAltName),
    purposes: purposesOf(certificate),
  };
}

const purposeIds: readonly (readonly [Family, string])[] = [
  ["server", "1.3.6.1.5.5.7.3.1"],
  ["client", "1.3.6.1.5.5.7.3.2"],
];

/**
 * A certificate that does not say what it is for may be used for everything (RFC 5280, 4.2.1.12). Node's types do not tell that
 * `keyUsage` is absent then.
 */
function purposesOf({ keyUsage }: { readonly keyUsage?: readonly string[] }): readonly Family[] {
  return purposeIds.flatMap(([family, id]) => (keyUsage === undefined || keyUsage.includes(id) ? [family] : []));
}

/** OpenSSL's `DNS:a, DNS:b`; names that need quotes are none of ours. */
function dnsNamesOf(names: string | undefined): readonly string[] {
  return (names ?? "")
    .split(", ")
    .filter((name) => name.startsWith("DNS:"))
    .map((name) => name.slice("DNS:".length));
}

function signerOf(leaves: Chain | undefined, authorities: Chain): number | undefined {
  const leaf = leaves?.[0];
  const index = authorities.findIndex((each) => each.ca && leaf?.checkIssued(each) && leaf.verify(each.publicKey));
  return index < 0 ? undefined : index;
}
