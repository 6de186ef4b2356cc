import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { CertificateView, FamilyView, PairView, Purpose } from "./family.ts";
import { isStrongKey } from "./make-certificate.ts";

/** Certificates and the key of the first of them in PEM, as they were found. */
export interface PairTexts {
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

/**
 * What policies need to know of CAs and of the certificate below them. Reads and verifies, so it takes about half a millisecond; anything
 * that cannot be read is a finding, never an error.
 */
export function inspectFamily(caTexts: PairTexts, leafTexts: PairTexts): FamilyView {
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

const purposeIds: readonly (readonly [Purpose, string])[] = [
  ["server", "1.3.6.1.5.5.7.3.1"],
  ["client", "1.3.6.1.5.5.7.3.2"],
];

/**
 * A certificate that does not say what it is for may be used for everything (RFC 5280, 4.2.1.12). Node's types do not tell that
 * `keyUsage` is absent then.
 */
function purposesOf({ keyUsage }: { readonly keyUsage?: readonly string[] }): readonly Purpose[] {
  return purposeIds.flatMap(([purpose, id]) => (keyUsage === undefined || keyUsage.includes(id) ? [purpose] : []));
}

/** OpenSSL's `DNS:a, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1`; names that need quotes are none of ours. */
function dnsNamesOf(names: string | undefined): readonly string[] {
  return (names ?? "").split(", ").flatMap((name) => {
    const [, kind, value = ""] = /^(DNS|IP Address):(.*)$/.exec(name) ?? [];
    if (kind === undefined) return [];
    return [kind === "DNS" || isIP(value) !== 6 ? value : new URL(`https://[${value}]`).hostname.slice(1, -1)];
  });
}

function signerOf(leaves: Chain | undefined, authorities: Chain): number | undefined {
  const leaf = leaves?.[0];
  const index = authorities.findIndex((each) => each.ca && leaf?.checkIssued(each) && leaf.verify(each.publicKey));
  return index < 0 ? undefined : index;
}
