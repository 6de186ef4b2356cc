/**
 * A certificate authority and a serving certificate for 127.0.0.1, EC P-256.
 * The few DER structures are written by hand: synchronous, in a millisecond, and without a package whose start is slow.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** What a TLS server needs, and what its clients need to trust it. */
export interface ServingIdentity {
  readonly caPem: string;
  readonly certificatePem: string;
  readonly keyPem: string;
}

const DAY = 24 * 60 * 60 * 1000;

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, "hex"));
const integer = (hex: string): Buffer => der(0x02, Buffer.from(hex, "hex"));
const octets = (content: Uint8Array): Buffer => der(0x04, content);
const bits = (content: Uint8Array, unused = 0): Buffer => der(0x03, Buffer.from([unused]), content);
const yes = der(0x01, Buffer.from([0xff]));
const ecdsaWithSha256 = sequence(oid("2a8648ce3d040302"));

/** CN=NAME */
function distinguishedName(name: string): Buffer {
  return sequence(der(0x31, sequence(oid("550403"), der(0x0c, Buffer.from(name)))));
}

/** UTCTime, good until 2049. */
function time(date: Date): Buffer {
  const text = date.toISOString().replaceAll(/[-:T]/g, "").slice(2, 14);
  return der(0x17, Buffer.from(`${text}Z`));
}

const extension = (id: string, critical: boolean, value: Buffer): Buffer =>
  sequence(oid(id), ...(critical ? [yes] : []), octets(value));

const BASIC_CONSTRAINTS = "551d13";
const KEY_USAGE = "551d0f";
const EXTENDED_KEY_USAGE = "551d25";
const ALTERNATIVE_NAMES = "551d11";
const SUBJECT_KEY_ID = "551d0e";
const AUTHORITY_KEY_ID = "551d23";
const SERVER_AUTH = "2b06010505070301";
const CLIENT_AUTH = "2b06010505070302";

const publicDer = (key: KeyObject): Buffer => key.export({ type: "spki", format: "der" });
const keyId = (key: KeyObject): Buffer => createHash("sha1").update(publicDer(key)).digest();

interface Signed {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly signingKey: KeyObject;
  readonly extensions: readonly Buffer[];
}

function certificate({ subject, issuer, publicKey, signingKey, extensions }: Signed): string {
  const now = Date.now();
  const body = sequence(
    der(0xa0, integer("02")),
    integer(`01${randomBytes(15).toString("hex")}`),
    ecdsaWithSha256,
    distinguishedName(issuer),
    sequence(time(new Date(now - DAY)), time(new Date(now + 3650 * DAY))),
    distinguishedName(subject),
    publicDer(publicKey),
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign("sha256", body, signingKey);
  const text = sequence(body, ecdsaWithSha256, bits(signature)).toString("base64");
  return `-----BEGIN CERTIFICATE-----\n${text.replaceAll(/.{64}/g, "$&\n").trim()}\n-----END CERTIFICATE-----\n`;
}

/**
 * Makes a new authority and one certificate signed by it, good from yesterday for ten years: for 127.0.0.1, localhost and `hosts`, and for a client, too.
 */
export function makeServingIdentity(name: string, hosts: readonly string[] = []): ServingIdentity {
  const authority = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const server = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const issuer = `${name}-ca`;
  const caPem = certificate({
    subject: issuer,
    issuer,
    publicKey: authority.publicKey,
    signingKey: authority.privateKey,
    extensions: [
      extension(BASIC_CONSTRAINTS, true, sequence(yes)),
      extension(KEY_USAGE, true, bits(Buffer.from([0x06]), 1)),
      extension(SUBJECT_KEY_ID, false, octets(keyId(authority.publicKey))),
    ],
  });
  const dnsNames = ["localhost", ...hosts].map((host) => der(0x82, Buffer.from(host)));
  const alternatives = [der(0x87, Buffer.from([127, 0, 0, 1])), ...dnsNames];
  const certificatePem = certificate({
    subject: name,
    issuer,
    publicKey: server.publicKey,
    signingKey: authority.privateKey,
    extensions: [
      extension(KEY_USAGE, true, bits(Buffer.from([0x80]), 7)),
      extension(EXTENDED_KEY_USAGE, false, sequence(oid(SERVER_AUTH), oid(CLIENT_AUTH))),
      extension(ALTERNATIVE_NAMES, false, sequence(...alternatives)),
      extension(AUTHORITY_KEY_ID, false, sequence(der(0x80, keyId(authority.publicKey)))),
    ],
  });
  return { caPem, certificatePem, keyPem: server.privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
}
