import { type LeafPurpose, makeAuthority, makeLeaf } from "../../certificates/make-certificate.ts";
import { type Authorities, readAuthorities } from "../../certificates/read-family.ts";
import type { KeyPair } from "../../falco/base/key-pair.ts";
import { identitySecretKeys as keys } from "../../falco/desired/identity.ts";
import type { Family } from "./bundle-view.ts";
import type { SecretTexts } from "./inspect.ts";
import { authorityLifetimeSeconds } from "./moments.ts";
import type { FamilyPlan } from "./policy.ts";

const familyKeys = {
  server: { ca: keys.serverCa, caKey: keys.serverCaKey, leaf: keys.server, leafKey: keys.serverKey },
  client: { ca: keys.clientCa, caKey: keys.clientCaKey, leaf: keys.client, leafKey: keys.clientKey },
} as const;

/** What a family's certificates are made for. */
export interface PairRequest {
  readonly dnsNames: readonly string[];
  readonly certificateLifetimeSeconds: number;
  readonly now: Date;
}

/** Carries out a plan: the texts of a family that change. Only here a CA's key is used. */
export async function newPairs(
  family: Family,
  plan: FamilyPlan,
  texts: SecretTexts,
  request: PairRequest,
): Promise<SecretTexts> {
  const { ca, caKey } = familyKeys[family];
  const authorities = readAuthorities(texts[ca], texts[caKey]);
  const present = { certificate: authorities.certificates[0]?.toString() ?? "", key: texts[caKey] ?? "" };
  const { now } = request;
  const made =
    plan.newAuthority &&
    (await makeAuthority(`ca-falco-${family}`, { now, lifetimeSeconds: authorityLifetimeSeconds }));
  const signing = made ?? present;
  return {
    ...(changesBundle(plan, authorities) && { [ca]: bundleOf(signing, plan, authorities) }),
    ...(made && { [caKey]: made.key }),
    ...(plan.newLeaf && (await newLeaf(family, plan.leafSigner === "present" ? present : signing, request))),
  };
}

/** A bundle that stays the same stays so byte for byte. CAs that are not needed any more go when something else changes. */
function changesBundle(
  { newAuthority, newBundle, newLeaf, trusted }: FamilyPlan,
  { certificates }: Authorities,
): boolean {
  if (newAuthority !== undefined || newBundle !== undefined) return true;
  return newLeaf !== undefined && certificates.length !== trusted.length + 1;
}

/** The CA that signs, and those beside it that stay trusted. */
function bundleOf(signing: KeyPair, { trusted }: FamilyPlan, { certificates }: Authorities): string {
  return [signing.certificate, ...trusted.map((index) => certificates[index]?.toString() ?? "")].join("");
}

async function newLeaf(
  family: Family,
  signer: KeyPair,
  { dnsNames, certificateLifetimeSeconds, now }: PairRequest,
): Promise<SecretTexts> {
  const { leaf, leafKey } = familyKeys[family];
  const lifetimeSeconds = certificateLifetimeSeconds;
  const { certificate, key } = await makeLeaf(signer, purposeOf(family, dnsNames), { now, lifetimeSeconds });
  return { [leaf]: certificate, [leafKey]: key };
}

function purposeOf(family: Family, dnsNames: readonly string[]): LeafPurpose {
  return family === "server"
    ? { commonName: "falcosidekick", usage: "serverAuth", dnsNames }
    : { commonName: "falco", usage: "clientAuth", dnsNames: [] };
}
