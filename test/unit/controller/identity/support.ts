import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { expect } from "chai";
import { type Secret } from "../../../../falco/api/gardener.ts";
import { identitySecretKeys as keys } from "../../../../falco/desired/identity.ts";
import { type Landscape } from "../../../../falco/desired/landscape.ts";
import { encodedName, makeCertificate } from "../../../../controller/identity/certificates.ts";
import { bitString, der, objectIdentifier, sequence, tags } from "../../../../controller/identity/der.ts";
import { type IdentityRequest } from "../../../../controller/identity/identity.ts";
import { type SecretTexts } from "../../../../controller/identity/inspect.ts";
import { type IdentityMaker, identityMaker } from "../../../../controller/identity/maker.ts";

export const day = 24 * 60 * 60;

export function later(moment: Date, seconds: number): Date {
  return new Date(moment.getTime() + seconds * 1000);
}

export const landscape: Landscape = {
  priorityClassName: "falco",
  certificateLifetimeSeconds: 180 * day,
  certificateRenewAfterSeconds: 150 * day,
  defaultEventDestination: "logging",
  globalDestinations: [],
  otlpLogging: false,
  healthSyncPeriodSeconds: 30,
};

export function makerFor(configuration: Landscape): IdentityMaker {
  const made = identityMaker(configuration);
  if (!made.ok) throw new Error("the landscape has unusable keys");
  return made.value;
}

/** A request without tokens. */
export function plainRequest(present: Secret | undefined, now: Date): IdentityRequest {
  return {
    present,
    needs: { central: false, clusterIdentity: false },
    clusterIdentity: "shoot--a--b-1234",
    namespace: "kube-system",
    now,
  };
}

/** The Secret as the API server would return it. */
export function secretOf(texts: SecretTexts, metadata: Secret["metadata"] = {}): Secret {
  const data = Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString("base64")] as const);
  return { metadata, data: Object.fromEntries(data) };
}

/** A value that the test needs to go on. */
export function present<T>(value: T | undefined): T {
  expect(value).not.equal(undefined);
  if (value === undefined) throw new Error("unreachable");
  return value;
}

export function rsaKey(bits = 2048): KeyObject {
  return generateKeyPairSync("rsa", { modulusLength: bits }).privateKey;
}

export function pkcs1(key: KeyObject): string {
  return key.export({ type: "pkcs1", format: "pem" }).toString();
}

const yes = der(tags.boolean, Buffer.from([0xff]));
const keyId = Buffer.from("0123456789abcdef0123456789abcdef01234567", "hex");

function extension(oid: string, value: Uint8Array, ...critical: readonly Uint8Array[]): Uint8Array {
  return sequence(objectIdentifier(oid), ...critical, der(tags.octetString, value));
}

/**
 * A bundle as the Go extension makes them: RSA keys in PKCS#1, SHA-384, one name for all certificates of a cluster, five DNS
 * names and server authentication in both leaves. Its CAs' key identifiers are not computed as ours are.
 */
export function goBundle(now: Date): SecretTexts {
  const authorityKey = rsaKey();
  const leafKey = rsaKey();
  const caExtensions = [
    extension("2.5.29.15", bitString(Buffer.from([0b0000_0110]), 1), yes),
    extension("2.5.29.19", sequence(yes), yes),
    extension("2.5.29.14", der(tags.octetString, keyId)),
  ];
  const names = ["", ".kube-system", ".kube-system.svc", ".kube-system.svc.cluster", ".kube-system.svc.cluster.local"];
  const leafExtensions = [
    extension("2.5.29.15", bitString(Buffer.from([0b1010_0000]), 5), yes),
    extension("2.5.29.37", sequence(objectIdentifier("1.3.6.1.5.5.7.3.1"))),
    extension("2.5.29.19", sequence(), yes),
    extension("2.5.29.35", sequence(der(0x80, keyId))),
    extension("2.5.29.17", sequence(...names.map((name) => der(0x82, Buffer.from(`falcosidekick${name}`))))),
  ];
  const spki = (key: KeyObject): Uint8Array => createPublicKey(key).export({ type: "spki", format: "der" });
  const authority = (name: string): string => {
    const subject = encodedName(name);
    const template = {
      subject,
      now,
      lifetimeSeconds: 730 * day,
      publicKey: spki(authorityKey),
      extensions: caExtensions,
    };
    return makeCertificate(template, { subject, key: authorityKey });
  };
  const leaf = (issuer: string): string => {
    const subject = encodedName("falcosidekick.kube-system.svc.cluster.local");
    const template = { subject, now, lifetimeSeconds: 180 * day, publicKey: spki(leafKey), extensions: leafExtensions };
    return makeCertificate(template, { subject: encodedName(issuer), key: authorityKey });
  };
  return {
    [keys.serverCaKey]: pkcs1(authorityKey),
    [keys.serverCa]: authority("ca-falco-falcosidekick-a"),
    [keys.clientCaKey]: pkcs1(authorityKey),
    [keys.clientCa]: authority("ca-falco-falco-a"),
    [keys.serverKey]: pkcs1(leafKey),
    [keys.server]: leaf("ca-falco-falcosidekick-a"),
    [keys.clientKey]: pkcs1(leafKey),
    [keys.client]: leaf("ca-falco-falco-a"),
  };
}
