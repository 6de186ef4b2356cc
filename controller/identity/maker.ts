import type { Secret } from "../../falco/api/gardener.ts";
import { failure, type Result, success } from "../../falco/base/problem.ts";
import { identitySecretKeys } from "../../falco/desired/identity.ts";
import type { Landscape } from "../../falco/desired/landscape.ts";
import { inspectBundle, type SecretTexts } from "./inspect.ts";
import type { Lifetimes } from "./moments.ts";
import { type Inspected, tokenKeys } from "./plan.ts";
import { inspectToken, type TokenKind, type TokenSigner, tokenSigner } from "./tokens.ts";

/** What makes the identities of one landscape: made once, at start, and shared by all reconciles. */
export interface IdentityMaker {
  readonly lifetimes: Lifetimes;
  readonly signers: Readonly<Partial<Record<TokenKind, TokenSigner>>>;
  /** What has been found in Secrets, by their uid, the least recently used first. */
  readonly remembered: Map<string, RememberedSecret>;
  readonly rememberedLimit: number;
}

interface RememberedSecret {
  readonly resourceVersion: string;
  readonly inspected: Inspected;
}

/**
 * Reads the keys of a landscape; each one that cannot be used is a Problem. What is found in up to `rememberedLimit`
 * Secrets is remembered, without their credentials: about 2 kB each.
 */
export function identityMaker(landscape: Landscape, rememberedLimit = 20_000): Result<IdentityMaker> {
  const { centralStorage, clusterIdentityToken } = landscape;
  const central = centralStorage && tokenSigner(centralStorage, "falco.centralStorage.tokenIssuerPrivateKey");
  const clusterIdentity =
    clusterIdentityToken && tokenSigner(clusterIdentityToken, "falco.clusterIdentityToken.tokenIssuerPrivateKey");
  const problems = [central, clusterIdentity].flatMap((signer) => (signer?.ok === false ? signer.problems : []));
  if (problems.length > 0) return failure(problems);
  return success({
    lifetimes: landscape,
    signers: {
      ...(central?.ok === true && { central: central.value }),
      ...(clusterIdentity?.ok === true && { clusterIdentity: clusterIdentity.value }),
    },
    remembered: new Map(),
    rememberedLimit,
  });
}

/** What is in a Secret; certificates and tokens are read only when its resourceVersion is a new one. */
export function inspectSecret(secret: Secret | undefined, maker: IdentityMaker): Inspected {
  if (secret === undefined) return inspectTexts({}, maker);
  const { uid, resourceVersion } = secret.metadata;
  const found = uid === undefined ? undefined : maker.remembered.get(uid);
  const inspected =
    found !== undefined && found.resourceVersion === resourceVersion
      ? found.inspected
      : inspectTexts(textsOf(secret), maker);
  rememberInspected(secret.metadata, inspected, maker);
  return inspected;
}

/** Spares reading what has just been stored: `inspected` was found in the Secret with this uid and resourceVersion. */
export function rememberInspected(
  { uid, resourceVersion }: Secret["metadata"],
  inspected: Inspected,
  { remembered, rememberedLimit }: IdentityMaker,
): void {
  if (uid === undefined || resourceVersion === undefined) return;
  remembered.delete(uid);
  remembered.set(uid, { resourceVersion, inspected });
  if (remembered.size <= rememberedLimit) return;
  for (const oldest of remembered.keys()) {
    remembered.delete(oldest);
    return;
  }
}

/** What is in the texts of a Secret. */
export function inspectTexts(texts: SecretTexts, { signers }: IdentityMaker): Inspected {
  const central = texts[tokenKeys.central];
  const clusterIdentity = texts[tokenKeys.clusterIdentity];
  return {
    bundle: inspectBundle(texts),
    tokens: {
      ...(central !== undefined && { central: inspectToken(central, signers.central) }),
      ...(clusterIdentity !== undefined && { clusterIdentity: inspectToken(clusterIdentity, signers.clusterIdentity) }),
    },
  };
}

/** The identity's part of a Secret, in plain text: what else somebody has put there is left out. */
export function textsOf(secret: Secret): SecretTexts {
  return Object.fromEntries(
    Object.values(identitySecretKeys).flatMap((key) => {
      const encoded = secret.data?.[key];
      return encoded === undefined ? [] : [[key, Buffer.from(encoded, "base64").toString("utf8")]];
    }),
  );
}
