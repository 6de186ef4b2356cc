import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import * as asn1 from "@peculiar/asn1-x509";
import { expect } from "chai";
import type { Secret } from "../../../../falco/api/gardener.ts";
import { identitySecretKeys as keys } from "../../../../falco/desired/identity.ts";
import { defaultLandscape, type Landscape } from "../../../../falco/desired/landscape.ts";
import {
  authorityIdentifier,
  commonName,
  extension,
  makeCertificate,
} from "../../../../certificates/make-certificate.ts";
import type { IdentityRequest } from "../../../../controller/identity/identity.ts";
import type { SecretTexts } from "../../../../controller/identity/inspect.ts";
import { type IdentityMaker, identityMaker } from "../../../../controller/identity/maker.ts";
import type { BundlePlan } from "../../../../controller/identity/policy.ts";

/** What a plan changes, such as `server-ca due`. */
export function changesIn({ server, client }: BundlePlan): readonly string[] {
  return Object.entries({ server, client }).flatMap(([name, { newAuthority, newBundle, newLeaf }]) => [
    ...(newAuthority === undefined ? [] : [`${name}-ca ${newAuthority}`]),
    ...(newBundle === undefined ? [] : [`${name}-bundle ${newBundle}`]),
    ...(newLeaf === undefined ? [] : [`${name} ${newLeaf}`]),
  ]);
}

export const day = 24 * 60 * 60;

export function later(moment: Date, seconds: number): Date {
  return new Date(moment.getTime() + seconds * 1000);
}

export const landscape: Landscape = {
  ...defaultLandscape,
  certificateLifetimeSeconds: 180 * day,
  certificateRenewAfterSeconds: 150 * day,
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

/** The texts but for some keys. */
export function without(texts: SecretTexts, ...gone: readonly string[]): SecretTexts {
  return Object.fromEntries(Object.entries(texts).filter(([key]) => !gone.includes(key)));
}

export function rsaKey(bits = 2048): KeyObject {
  return generateKeyPairSync("rsa", { modulusLength: bits }).privateKey;
}

export function pkcs1(key: KeyObject): string {
  return key.export({ type: "pkcs1", format: "pem" }).toString();
}

/** Made once, as it takes a tenth of a second. */
const goKeys = once(() => ({ authorityKey: rsaKey(), leafKey: rsaKey() }));

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

const keyId = new Uint8Array(Buffer.from("0123456789abcdef0123456789abcdef01234567", "hex")).buffer;

/**
 * A bundle as the Go extension makes them: RSA keys in PKCS#1, SHA-384, one name for all certificates of a cluster, five DNS
 * names in both leaves. Its CAs' key identifiers are not computed as ours are. Its earlier versions gave Falco a certificate for servers only.
 */
export function goBundle(now: Date, clientUsage: "serverAuth" | "clientAuth" = "clientAuth"): SecretTexts {
  const { authorityKey, leafKey } = goKeys();
  const names = ["", ".kube-system", ".kube-system.svc", ".kube-system.svc.cluster", ".kube-system.svc.cluster.local"];
  const { keyCertSign, cRLSign, digitalSignature, keyEncipherment } = asn1.KeyUsageFlags;
  const dnsNames = names.map((name) => new asn1.GeneralName({ dNSName: `falcosidekick${name}` }));
  const caExtensions = [
    extension(asn1.id_ce_keyUsage, new asn1.KeyUsage(keyCertSign | cRLSign), true),
    extension(asn1.id_ce_basicConstraints, new asn1.BasicConstraints({ cA: true }), true),
    extension(asn1.id_ce_subjectKeyIdentifier, new asn1.SubjectKeyIdentifier(keyId)),
  ];
  const leafExtensions = (usage: string): readonly asn1.Extension[] => [
    extension(asn1.id_ce_keyUsage, new asn1.KeyUsage(digitalSignature | keyEncipherment), true),
    extension(asn1.id_ce_extKeyUsage, new asn1.ExtendedKeyUsage([usage])),
    extension(asn1.id_ce_basicConstraints, new asn1.BasicConstraints(), true),
    extension(asn1.id_ce_authorityKeyIdentifier, authorityIdentifier(keyId)),
    extension(asn1.id_ce_subjectAltName, new asn1.SubjectAlternativeName(dnsNames)),
  ];
  const spki = (key: KeyObject): Uint8Array => createPublicKey(key).export({ type: "spki", format: "der" });
  const authority = (name: string): string => {
    const subject = commonName(name);
    const publicKey = spki(authorityKey);
    const template = { subject, now, lifetimeSeconds: 730 * day, publicKey, extensions: caExtensions };
    return makeCertificate(template, { subject, key: authorityKey });
  };
  const leaf = (issuer: string, usage: string): string => {
    const subject = commonName("falcosidekick.kube-system.svc.cluster.local");
    const extensions = leafExtensions(usage);
    const template = { subject, now, lifetimeSeconds: 180 * day, publicKey: spki(leafKey), extensions };
    return makeCertificate(template, { subject: commonName(issuer), key: authorityKey });
  };
  return {
    [keys.serverCaKey]: pkcs1(authorityKey),
    [keys.serverCa]: authority("ca-falco-falcosidekick-a"),
    [keys.clientCaKey]: pkcs1(authorityKey),
    [keys.clientCa]: authority("ca-falco-falco-a"),
    [keys.serverKey]: pkcs1(leafKey),
    [keys.server]: leaf("ca-falco-falcosidekick-a", asn1.id_kp_serverAuth),
    [keys.clientKey]: pkcs1(leafKey),
    [keys.client]: leaf(
      "ca-falco-falco-a",
      clientUsage === "clientAuth" ? asn1.id_kp_clientAuth : asn1.id_kp_serverAuth,
    ),
  };
}
