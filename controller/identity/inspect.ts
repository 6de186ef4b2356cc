import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { identitySecretKeys } from "../../falco/desired/identity.ts";
import { canSign } from "./certificates.ts";
import type { BundleView, CertificateView, FamilyView, PairView } from "./policy.ts";

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
  const authorities = readChain(caTexts.certificate);
  const leaves = readChain(leafTexts.certificate);
  const signedBy = signerOf(leaves, authorities);
  return {
    ca: inspectPair(authorities, caTexts, canSign),
    leaf: inspectPair(leaves, leafTexts, () => true),
    ...(signedBy !== undefined && { signedBy }),
  };
}

type Chain = readonly X509Certificate[] | undefined;

function inspectPair(chain: Chain, { certificate, key }: PairTexts, usable: (key: KeyObject) => boolean): PairView {
  return {
    certificates: chain?.map(viewOf) ?? (isBlank(certificate) ? "missing" : "unreadable"),
    key: isBlank(key) ? "missing" : keyState(chain?.[0], key, usable),
  };
}

function isBlank(text: string | undefined): text is undefined | "" {
  return text === undefined || text === "";
}

function keyState(
  certificate: X509Certificate | undefined,
  text: string,
  usable: (key: KeyObject) => boolean,
): PairView["key"] {
  try {
    const key = createPrivateKey(text);
    if (!usable(key)) return "unreadable";
    return certificate === undefined || certificate.checkPrivateKey(key) ? "matches" : "differs";
  } catch {
    return "unreadable";
  }
}

/** The certificates of a PEM text; undefined when there are none, or when one of them cannot be read. */
export function readChain(text: string | undefined): readonly X509Certificate[] | undefined {
  const blocks = text?.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g);
  if (!blocks || blocks.length !== text?.match(/-----BEGIN /g)?.length) return undefined;
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return undefined;
  }
}

function viewOf(certificate: X509Certificate): CertificateView {
  return {
    subject: certificate.subject,
    notBefore: certificate.validFromDate,
    notAfter: certificate.validToDate,
    isCA: certificate.ca,
    dnsNames: dnsNamesOf(certificate.subjectAltName),
  };
}

/** OpenSSL's `DNS:a, DNS:b`; names that need quotes are none of ours. */
function dnsNamesOf(names: string | undefined): readonly string[] {
  return (names ?? "")
    .split(", ")
    .filter((name) => name.startsWith("DNS:"))
    .map((name) => name.slice("DNS:".length));
}

function signerOf(leaves: Chain, authorities: Chain): number | undefined {
  const leaf = leaves?.[0];
  const index =
    authorities?.findIndex((each) => each.ca && leaf?.checkIssued(each) && leaf.verify(each.publicKey)) ?? -1;
  return index < 0 ? undefined : index;
}
