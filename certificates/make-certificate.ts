import {
  createHash,
  createPrivateKey,
  generateKeyPair,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from "node:crypto";
import { isIP } from "node:net";
import { promisify } from "node:util";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import * as asn1 from "@peculiar/asn1-x509";
import type { KeyPair } from "../falco/base/key-pair.ts";

// Certificates are put together from asn1-x509, which @peculiar/x509 itself is built on. The larger package was tried: 11.8 ms of
// CPU for the four certificates of a cluster instead of 5.5, 158 ms and 23 MB to import instead of 30 and 15, and a polyfill.

/** How far before its making a certificate begins, because the clocks of nodes differ. */
export const backdatedSeconds = 5 * 60;

/** How a CA signs: by what kind of key it has. RSA is for the CAs of the Go extension, which keep signing until they are due. */
const signatures = {
  ec: { digest: "sha256", algorithm: new asn1.AlgorithmIdentifier({ algorithm: "1.2.840.10045.4.3.2" }) },
  rsa: {
    digest: "sha384",
    algorithm: new asn1.AlgorithmIdentifier({ algorithm: "1.2.840.113549.1.1.12", parameters: null }),
  },
} as const;

/** When a certificate is made and how long it lives. */
export interface Validity {
  readonly now: Date;
  readonly lifetimeSeconds: number;
}

/** What a certificate below a CA is for. */
export interface LeafPurpose {
  readonly commonName: string;
  readonly usage: "serverAuth" | "clientAuth";
  /** Host names and IP addresses, the latter as URLs write them. */
  readonly dnsNames: readonly string[];
}

/** Everything that a certificate says, but for its serial number and its issuer. */
export interface CertificateTemplate extends Validity {
  readonly subject: asn1.Name;
  /** An encoded SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  readonly extensions: readonly asn1.Extension[];
}

/** Who signs certificates. */
export interface CertificateSigner {
  readonly subject: asn1.Name;
  /** An ECDSA or RSA key. */
  readonly key: KeyObject;
}

/**
 * A new CA of its own. Its name gets eight random digits behind it: two CAs that are trusted at the same time have two
 * names, so that no TLS library can take one for the other.
 */
export async function makeAuthority(name: string, validity: Validity): Promise<KeyPair> {
  const { key, publicKey } = await makeKeys();
  const subject = commonName(`${name}-${randomBytes(4).toString("hex")}`);
  const extensions = [
    extension(asn1.id_ce_basicConstraints, new asn1.BasicConstraints({ cA: true, pathLenConstraint: 0 }), true),
    extension(
      asn1.id_ce_keyUsage,
      new asn1.KeyUsage(asn1.KeyUsageFlags.keyCertSign | asn1.KeyUsageFlags.cRLSign),
      true,
    ),
    keyIdentifier(publicKey),
  ];
  const certificate = makeCertificate({ ...validity, subject, publicKey, extensions }, { subject, key });
  return { certificate, key: exported(key) };
}

const usages = { serverAuth: asn1.id_kp_serverAuth, clientAuth: asn1.id_kp_clientAuth } as const;

/** A new key and its certificate, signed by a CA. Throws when the CA's certificate or key is not to be read. */
export async function makeLeaf(authority: KeyPair, purpose: LeafPurpose, validity: Validity): Promise<KeyPair> {
  const { key, publicKey } = await makeKeys();
  const { subject, keyId } = issuerParts(authority.certificate);
  const { usage, dnsNames } = purpose;
  const names = dnsNames.map(
    (name) => new asn1.GeneralName(isIP(name) === 0 ? { dNSName: name } : { iPAddress: name }),
  );
  const extensions = [
    extension(asn1.id_ce_basicConstraints, new asn1.BasicConstraints(), true),
    extension(asn1.id_ce_keyUsage, new asn1.KeyUsage(asn1.KeyUsageFlags.digitalSignature), true),
    extension(asn1.id_ce_extKeyUsage, new asn1.ExtendedKeyUsage([usages[usage]])),
    ...(names.length > 0 ? [extension(asn1.id_ce_subjectAltName, new asn1.SubjectAlternativeName(names))] : []),
    keyIdentifier(publicKey),
    ...(keyId === undefined ? [] : [extension(asn1.id_ce_authorityKeyIdentifier, authorityIdentifier(keyId))]),
  ];
  const template = { ...validity, subject: commonName(purpose.commonName), publicKey, extensions };
  const certificate = makeCertificate(template, { subject, key: createPrivateKey(authority.key) });
  return { certificate, key: exported(key) };
}

/** A certificate in PEM with a random serial number. */
export function makeCertificate(template: CertificateTemplate, signer: CertificateSigner): string {
  const { digest, algorithm } = signatures[signingKeyType(signer.key)];
  const content = new asn1.TBSCertificate({
    version: asn1.Version.v3,
    serialNumber: serialNumber(),
    signature: algorithm,
    issuer: signer.subject,
    validity: new asn1.Validity({
      notBefore: new Date(template.now.getTime() - backdatedSeconds * 1000),
      notAfter: new Date(template.now.getTime() + template.lifetimeSeconds * 1000),
    }),
    subject: template.subject,
    subjectPublicKeyInfo: AsnConvert.parse(template.publicKey, asn1.SubjectPublicKeyInfo),
    extensions: new asn1.Extensions([...template.extensions]),
  });
  const signed = AsnConvert.serialize(content);
  const certificate = new asn1.Certificate({
    tbsCertificate: content,
    tbsCertificateRaw: signed,
    signatureAlgorithm: algorithm,
    signatureValue: bytes(sign(digest, new Uint8Array(signed), signer.key)),
  });
  return new X509Certificate(new Uint8Array(AsnConvert.serialize(certificate))).toString();
}

/** Whether a private key is one that this module signs with, and that OpenSSL and Go take in TLS. */
export function isStrongKey(key: KeyObject): boolean {
  if (key.type !== "private") return false;
  const { modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  return key.asymmetricKeyType === "ec" || (key.asymmetricKeyType === "rsa" && modulusLength >= 2048);
}

function signingKeyType(key: KeyObject): keyof typeof signatures {
  if (key.asymmetricKeyType === "ec" || key.asymmetricKeyType === "rsa") return key.asymmetricKeyType;
  throw new TypeError("a CA needs an ECDSA or RSA key");
}

const generateKeys = promisify(generateKeyPair);

async function makeKeys(): Promise<{ readonly key: KeyObject; readonly publicKey: Uint8Array }> {
  const { privateKey, publicKey } = await generateKeys("ec", { namedCurve: "P-256" });
  return { key: privateKey, publicKey: publicKey.export({ type: "spki", format: "der" }) };
}

function exported(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

/** A Name that consists of a common name. */
export function commonName(text: string): asn1.Name {
  const value = new asn1.AttributeValue({ utf8String: text });
  const attribute = new asn1.AttributeTypeAndValue({ type: "2.5.4.3", value });
  return new asn1.Name([new asn1.RelativeDistinguishedName([attribute])]);
}

/** Sixteen bytes, the first of which begins with the bits 01: positive, and never shorter. */
function serialNumber(): ArrayBuffer {
  const random = randomBytes(16);
  random[0] = ((random[0] ?? 0) & 0x3f) | 0x40;
  return bytes(random);
}

/** An extension of a certificate: any of asn1-x509's structures under its identifier. */
export function extension(extnID: string, value: object, critical = false): asn1.Extension {
  return new asn1.Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

/** RFC 7093, method 4: the first 160 bits of the SHA-256 hash of the SubjectPublicKeyInfo. */
function keyIdentifier(publicKey: Uint8Array): asn1.Extension {
  const hash = createHash("sha256").update(publicKey).digest().subarray(0, 20);
  return extension(asn1.id_ce_subjectKeyIdentifier, new asn1.SubjectKeyIdentifier(bytes(hash)));
}

/** The extension's value that names a CA's key. */
export function authorityIdentifier(keyId: ArrayBuffer): asn1.AuthorityKeyIdentifier {
  return new asn1.AuthorityKeyIdentifier({ keyIdentifier: new asn1.KeyIdentifier(keyId) });
}

/**
 * What a certificate takes over from its CA's, as it stands there: Go compares names byte by byte, and a CA that others made may
 * have computed its key identifier in another way.
 */
function issuerParts(certificate: string): { readonly subject: asn1.Name; readonly keyId: ArrayBuffer | undefined } {
  const { tbsCertificate } = AsnConvert.parse(new X509Certificate(certificate).raw, asn1.Certificate);
  const own = tbsCertificate.extensions?.find(({ extnID }) => extnID === asn1.id_ce_subjectKeyIdentifier);
  const keyId = own && AsnConvert.parse(own.extnValue, asn1.SubjectKeyIdentifier).buffer;
  return { subject: tbsCertificate.subject, keyId };
}

/** A copy in a buffer of its own: Node's small Buffers share one. */
function bytes(buffer: Uint8Array): ArrayBuffer {
  return new Uint8Array(buffer).buffer;
}
