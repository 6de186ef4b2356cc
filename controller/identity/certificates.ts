import {
  createHash,
  createPrivateKey,
  generateKeyPair,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from "node:crypto";
import { promisify } from "node:util";
import { type KeyPair } from "../../falco/desired/identity.ts";
import { bitString, der, derValues, explicit, objectIdentifier, sequence, tags, text, time } from "./der.ts";

/** How far before its making a certificate begins, because the clocks of nodes differ. */
const backdatedSeconds = 5 * 60;

const oids = {
  commonName: objectIdentifier("2.5.4.3"),
  subjectKeyIdentifier: objectIdentifier("2.5.29.14"),
  keyUsage: objectIdentifier("2.5.29.15"),
  subjectAltName: objectIdentifier("2.5.29.17"),
  basicConstraints: objectIdentifier("2.5.29.19"),
  authorityKeyIdentifier: objectIdentifier("2.5.29.35"),
  extendedKeyUsage: objectIdentifier("2.5.29.37"),
  serverAuth: objectIdentifier("1.3.6.1.5.5.7.3.1"),
  clientAuth: objectIdentifier("1.3.6.1.5.5.7.3.2"),
};

/** How a CA signs: by what kind of key it has. RSA is for the CAs of the Go extension, which keep signing until they are due. */
const signatures = {
  ec: { digest: "sha256", algorithm: sequence(objectIdentifier("1.2.840.10045.4.3.2")) },
  rsa: { digest: "sha384", algorithm: sequence(objectIdentifier("1.2.840.113549.1.1.12"), der(tags.null)) },
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
  readonly dnsNames: readonly string[];
}

/** Everything that a certificate says, but for its serial number and its issuer. */
export interface CertificateTemplate extends Validity {
  /** An encoded Name. */
  readonly subject: Uint8Array;
  /** An encoded SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** Encoded Extensions. */
  readonly extensions: readonly Uint8Array[];
}

/** Who signs certificates. */
export interface CertificateSigner {
  /** An encoded Name. */
  readonly subject: Uint8Array;
  /** An ECDSA or RSA key. */
  readonly key: KeyObject;
}

/**
 * A new CA of its own. Its name gets eight random digits behind it: two CAs that are trusted at the same time have two
 * names, so that no TLS library can take one for the other.
 */
export async function makeAuthority(name: string, validity: Validity): Promise<KeyPair> {
  const { privateKey, publicKey } = await makeKeys();
  const subject = encodedName(`${name}-${randomBytes(4).toString("hex")}`);
  const extensions = [
    extension(
      oids.basicConstraints,
      sequence(der(tags.boolean, Buffer.from([0xff])), der(tags.integer, Buffer.from([0]))),
      true,
    ),
    extension(oids.keyUsage, bitString(Buffer.from([0b0000_0110]), 1), true),
    keyIdentifier(publicKey),
  ];
  const certificate = makeCertificate({ ...validity, subject, publicKey, extensions }, { subject, key: privateKey });
  return { certificate, key: exported(privateKey) };
}

/** A new key and its certificate, signed by a CA. Throws when the CA's certificate or key is not to be read. */
export async function makeLeaf(authority: KeyPair, purpose: LeafPurpose, validity: Validity): Promise<KeyPair> {
  const { privateKey, publicKey } = await makeKeys();
  const { subject, keyId } = issuerParts(new X509Certificate(authority.certificate));
  const { commonName, usage, dnsNames } = purpose;
  const names = dnsNames.map((name) => der(0x82, Buffer.from(name)));
  const extensions = [
    extension(oids.basicConstraints, sequence(), true),
    extension(oids.keyUsage, bitString(Buffer.from([0b1000_0000]), 7), true),
    extension(oids.extendedKeyUsage, sequence(oids[usage])),
    ...(names.length > 0 ? [extension(oids.subjectAltName, sequence(...names))] : []),
    keyIdentifier(publicKey),
    ...(keyId === undefined ? [] : [extension(oids.authorityKeyIdentifier, sequence(der(0x80, keyId)))]),
  ];
  const template = { ...validity, subject: encodedName(commonName), publicKey, extensions };
  const certificate = makeCertificate(template, { subject, key: createPrivateKey(authority.key) });
  return { certificate, key: exported(privateKey) };
}

/** A certificate in PEM with a random serial number. */
export function makeCertificate(template: CertificateTemplate, signer: CertificateSigner): string {
  const { digest, algorithm } = signatures[signingKeyType(signer.key)];
  const start = new Date(template.now.getTime() - backdatedSeconds * 1000);
  const end = new Date(template.now.getTime() + template.lifetimeSeconds * 1000);
  const content = sequence(
    explicit(0, der(tags.integer, Buffer.from([2]))),
    serialNumber(),
    algorithm,
    signer.subject,
    sequence(time(start), time(end)),
    template.subject,
    template.publicKey,
    explicit(3, sequence(...template.extensions)),
  );
  return pem(sequence(content, algorithm, bitString(sign(digest, content, signer.key))));
}

/** Whether certificates can be signed with a key. */
export function canSign(key: KeyObject): boolean {
  return key.type === "private" && (key.asymmetricKeyType === "ec" || key.asymmetricKeyType === "rsa");
}

function signingKeyType(key: KeyObject): keyof typeof signatures {
  if (key.asymmetricKeyType === "ec" || key.asymmetricKeyType === "rsa") return key.asymmetricKeyType;
  throw new TypeError("a CA needs an ECDSA or RSA key");
}

const generateKeys = promisify(generateKeyPair);

async function makeKeys(): Promise<{ readonly privateKey: KeyObject; readonly publicKey: Uint8Array }> {
  const { privateKey, publicKey } = await generateKeys("ec", { namedCurve: "P-256" });
  return { privateKey, publicKey: publicKey.export({ type: "spki", format: "der" }) };
}

function exported(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

/** A Name that consists of a common name. */
export function encodedName(commonName: string): Uint8Array {
  return sequence(der(tags.set, sequence(oids.commonName, text(commonName))));
}

/** Sixteen bytes, the first of which begins with the bits 01: positive, and never shorter. */
function serialNumber(): Uint8Array {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return der(tags.integer, bytes);
}

function extension(oid: Uint8Array, value: Uint8Array, critical = false): Uint8Array {
  const flag = critical ? [der(tags.boolean, Buffer.from([0xff]))] : [];
  return sequence(oid, ...flag, der(tags.octetString, value));
}

/** RFC 7093, method 1: the first 160 bits of the SHA-256 hash of the public key itself, which ends a SubjectPublicKeyInfo. */
function keyIdentifier(publicKey: Uint8Array): Uint8Array {
  const key = derValues(derValues(publicKey)[0]?.content ?? publicKey)[1]?.content.subarray(1) ?? publicKey;
  const hash = createHash("sha256").update(key).digest().subarray(0, 20);
  return extension(oids.subjectKeyIdentifier, der(tags.octetString, hash));
}

/**
 * What a certificate takes over from its CA's, as the very bytes that stand there: Go compares names byte by byte, and a
 * CA that others made may have computed its key identifier in another way.
 */
function issuerParts(certificate: X509Certificate): {
  readonly subject: Uint8Array;
  readonly keyId: Uint8Array | undefined;
} {
  const content = derValues(derValues(certificate.raw)[0]?.content ?? certificate.raw)[0];
  const fields = derValues(content?.content ?? certificate.raw).filter(({ tag }) => tag !== 0xa0);
  const subject = fields[4];
  if (subject === undefined) throw new RangeError("a certificate without a subject");
  const extensions = fields.find(({ tag }) => tag === 0xa3);
  return { subject: subject.whole, keyId: extensions && subjectKeyIdentifier(extensions.content) };
}

function subjectKeyIdentifier(extensions: Uint8Array): Uint8Array | undefined {
  for (const { content } of derValues(derValues(extensions)[0]?.content ?? extensions)) {
    const [oid, ...rest] = derValues(content);
    const value = rest.at(-1);
    if (oid === undefined || value === undefined || Buffer.compare(oid.whole, oids.subjectKeyIdentifier) !== 0)
      continue;
    return derValues(value.content)[0]?.content;
  }
  return undefined;
}

function pem(bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
