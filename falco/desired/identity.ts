import type { Secret } from "../api/gardener.ts";
import type { KeyPair } from "../base/key-pair.ts";

/** What one cluster's Falco and falcosidekick prove themselves with. Made by the controller, kept in a Secret. */
export interface Identity {
  /** The CA, or two during a rotation, that Falco trusts falcosidekick's certificate by. */
  readonly serverCa: string;
  /** The CA, or two during a rotation, that falcosidekick trusts Falco's certificate by. */
  readonly clientCa: string;
  readonly server: KeyPair;
  readonly client: KeyPair;
  /** The token of the destination `central`; absent when it is not in use. */
  readonly centralToken?: string;
  /** The token behind `<<.ClusterIdentityToken>>`; absent when it is not in use. */
  readonly clusterIdentityToken?: string;
  /**
   * When falcosidekick was last made to read its ServiceAccount's token anew, in RFC 3339. It reads it only when it starts;
   * the token lives for 30 days and is replaced every day, so its pods are rolled when this moment changes, every 15 days.
   */
  readonly accessTokenReadAt: string;
}

/** The Secret in the control plane's namespace that holds the identity; the name that the Go extension gave it. */
export const identitySecretName = "gardener-extension-shoot-falco-service-certificates";

/** The Secret's keys. The first eight are those of the Go extension, whose Secrets are taken over (`.cert` is no slip). */
export const identitySecretKeys = {
  serverCaKey: "server-ca.key",
  serverCa: "server-ca.cert",
  clientCaKey: "client-ca.key",
  clientCa: "client-ca.crt",
  serverKey: "server.key",
  server: "server.crt",
  clientKey: "client.key",
  client: "client.crt",
  centralToken: "central.token",
  clusterIdentityToken: "cluster-identity.token",
  accessTokenReadAt: "access-token-read-at",
} as const;

/**
 * The identity that a Secret holds, or undefined when it lacks one of the certificates or keys. Tokens may be absent.
 */
export function identityFromSecret(secret: Secret): Identity | undefined {
  const read = (key: keyof typeof identitySecretKeys): string | undefined => {
    const encoded = secret.data?.[identitySecretKeys[key]];
    return encoded === undefined ? undefined : Buffer.from(encoded, "base64").toString("utf8");
  };
  const serverCa = read("serverCa");
  const clientCa = read("clientCa");
  const server = keyPair(read("server"), read("serverKey"));
  const client = keyPair(read("client"), read("clientKey"));
  if (serverCa === undefined || clientCa === undefined || server === undefined || client === undefined)
    return undefined;
  const centralToken = read("centralToken");
  const clusterIdentityToken = read("clusterIdentityToken");
  return {
    serverCa,
    clientCa,
    server,
    client,
    ...(centralToken !== undefined && { centralToken }),
    ...(clusterIdentityToken !== undefined && { clusterIdentityToken }),
    accessTokenReadAt: read("accessTokenReadAt") ?? "",
  };
}

function keyPair(certificate: string | undefined, key: string | undefined): KeyPair | undefined {
  return certificate === undefined || key === undefined ? undefined : { certificate, key };
}

/** Stands where certificates and tokens will be, for manifests that are rendered without a cluster's Secret. */
export const placeholderIdentity: Identity = {
  serverCa: "PLACEHOLDER: the certificate of the server CA, made by the controller\n",
  clientCa: "PLACEHOLDER: the certificate of the client CA, made by the controller\n",
  server: {
    certificate: "PLACEHOLDER: the certificate of falcosidekick, made by the controller\n",
    key: "PLACEHOLDER: the key of falcosidekick, made by the controller\n",
  },
  client: {
    certificate: "PLACEHOLDER: the certificate of Falco, made by the controller\n",
    key: "PLACEHOLDER: the key of Falco, made by the controller\n",
  },
  centralToken: "PLACEHOLDER-central-token",
  clusterIdentityToken: "PLACEHOLDER-cluster-identity-token",
  accessTokenReadAt: "PLACEHOLDER",
};
