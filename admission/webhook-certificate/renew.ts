import { X509Certificate } from "node:crypto";
import { certificatesOf, type FamilyView } from "../../certificates/family.ts";
import { authorityFault } from "../../certificates/faults.ts";
import { makeAuthority, makeLeaf } from "../../certificates/make-certificate.ts";
import { type Authorities, inspectFamily, readAuthorities } from "../../certificates/read-family.ts";
import type { KeyPair } from "../../falco/base/key-pair.ts";
import { webhookSuffix } from "./webhook-configurations.ts";
import { authorityLifetimeSeconds, type ServerIdentityPlan } from "./policy.ts";
import type { IdentityTexts } from "./secret.ts";

/** What policies need to know of the texts. */
export function inspectIdentity({ bundle, authorityKey, certificate, key }: IdentityTexts): FamilyView {
  return inspectFamily({ certificate: bundle, key: authorityKey }, { certificate, key });
}

/** Whether a bundle can be published: its CA can be used, and there is nothing else in it. */
export function isSound(texts: IdentityTexts, now: Date): boolean {
  const family = inspectIdentity(texts);
  return !family.untidy && authorityFault({ family, purpose: "server", dnsNames: [], now }) === undefined;
}

/** Whether one of the texts holds a CA that is valid. */
export function holdAuthority(bundles: readonly string[], now: Date): boolean {
  return readAuthorities(bundles.join(""), undefined).certificates.some(
    ({ ca, validToDate }) => ca && now < validToDate,
  );
}

/**
 * The texts, with the published CAs added when they have no CA of their own that can be used: running replicas may have
 * certificates of them, and one of them may belong to the key that is left.
 */
export function withPublished(texts: IdentityTexts, published: readonly string[], now: Date): IdentityTexts {
  const family = inspectIdentity(texts);
  if (authorityFault({ family, purpose: "server", dnsNames: [], now }) === undefined) return texts;
  const own = readAuthorities(texts.bundle, undefined).certificates.map(String);
  const all = readAuthorities(published.join(""), undefined).certificates.map(String);
  return { ...texts, bundle: [...new Set([...own, ...all])].join("") };
}

export interface RenewalRequest {
  readonly dnsNames: readonly string[];
  readonly now: Date;
}

/**
 * Carries out a plan. Only here the CA's key is used. When the webhooks are called by other names now, the certificate is for those before
 * as well, which API servers go on calling until they have heard of the new ones; the one after it is not.
 */
export async function renewIdentity(
  texts: IdentityTexts,
  plan: ServerIdentityPlan,
  { dnsNames, now }: RenewalRequest,
): Promise<IdentityTexts> {
  const authorities = readAuthorities(texts.bundle, texts.authorityKey);
  const validity = { now, lifetimeSeconds: authorityLifetimeSeconds };
  const signing =
    plan.newAuthority === undefined ? signingOf(texts, authorities) : await makeAuthority(authorityName, validity);
  const changesBundle = plan.newAuthority !== undefined || plan.newBundle !== undefined;
  const names = plan.newLeaf === "wrong-names" ? [...new Set([...dnsNames, ...namesOf(texts)])] : dnsNames;
  const leaf = plan.newLeaf && (await makeServerPair(signing, names, now));
  return {
    bundle: changesBundle ? bundleOf(signing, plan, authorities) : texts.bundle,
    authorityKey: signing.key,
    certificate: leaf?.certificate ?? texts.certificate,
    key: leaf?.key ?? texts.key,
  };
}

const serverName = webhookSuffix.slice(1).replace(/[.].*/, "-webhook");
const authorityName = `ca-${serverName}`;

function signingOf({ authorityKey }: IdentityTexts, { certificates }: Authorities): KeyPair {
  return { certificate: certificates[0]?.toString() ?? "", key: authorityKey };
}

function namesOf(texts: IdentityTexts): readonly string[] {
  return certificatesOf(inspectIdentity(texts).leaf)[0]?.dnsNames ?? [];
}

function bundleOf(signing: KeyPair, { trusted }: ServerIdentityPlan, { certificates }: Authorities): string {
  return [signing.certificate, ...trusted.map((index) => certificates[index]?.toString() ?? "")].join("");
}

/** A certificate that ends with its CA. */
function makeServerPair(signing: KeyPair, dnsNames: readonly string[], now: Date): Promise<KeyPair> {
  const end = new X509Certificate(signing.certificate).validToDate;
  const lifetimeSeconds = Math.floor((end.getTime() - now.getTime()) / 1000);
  const purpose = { commonName: `${serverName}-server`, usage: "serverAuth", dnsNames } as const;
  return makeLeaf(signing, purpose, { now, lifetimeSeconds });
}
