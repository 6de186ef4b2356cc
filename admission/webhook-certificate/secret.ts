import { isObject } from "../../falco/base/json.ts";
import { absentIfNotFound } from "../../kube/apply.ts";
import type { Client } from "../../kube/client.ts";
import { type KubeObject, type ObjectName, resource } from "../../kube/objects.ts";
import { configurationName } from "./webhook-configurations.ts";

export const secretType = resource("v1", "Secret");

/**
 * The one Secret with everything, so that each step of a rotation is one write. It has a name of its own, and not the labels of
 * Gardener's secrets manager: the Go extension's takes away all Secrets with its labels that it does not know.
 */
export const identitySecretName = `${configurationName}-webhook`;

const labels = { "app.kubernetes.io/name": configurationName };

/** The Secret's keys, as Gardener calls them: `bundle.crt` has the CA that signs, whose key is `ca.key`, and those trusted beside it. */
const keys = { bundle: "bundle.crt", authorityKey: "ca.key", certificate: "tls.crt", key: "tls.key" } as const;

/** What the Secret holds, in PEM; what is missing is empty. */
export type IdentityTexts = Readonly<Record<keyof typeof keys, string>>;

/** Reads a Secret, whatever has become of it. */
export function identityTexts(secret: KubeObject | undefined): IdentityTexts {
  const data = isObject(secret?.["data"]) ? secret["data"] : {};
  const read = (key: string): string => {
    const encoded = data[key];
    return typeof encoded === "string" ? Buffer.from(encoded, "base64").toString("utf8") : "";
  };
  const { bundle, authorityKey, certificate, key } = keys;
  return {
    bundle: read(bundle),
    authorityKey: read(authorityKey),
    certificate: read(certificate),
    key: read(key),
  };
}

export interface SecretWrite {
  readonly client: Pick<Client, "create" | "patch" | "delete">;
  readonly namespace: string;
  /** As it was read: a conflict, or that it exists, is thrown when somebody else has written since. */
  readonly present: KubeObject | undefined;
  readonly signal: AbortSignal;
}

/** Stores the texts. An immutable Secret is deleted first, since somebody must have made it so by hand. */
export async function storeIdentity(texts: IdentityTexts, write: SecretWrite): Promise<void> {
  const { client, namespace, present, signal } = write;
  const name: ObjectName = { namespace, name: identitySecretName };
  const encoded = (part: keyof IdentityTexts): string => Buffer.from(texts[part]).toString("base64");
  const data = {
    [keys.bundle]: encoded("bundle"),
    [keys.authorityKey]: encoded("authorityKey"),
    [keys.certificate]: encoded("certificate"),
    [keys.key]: encoded("key"),
  };
  const { uid, resourceVersion } = present?.metadata ?? {};
  if (present !== undefined && present["immutable"] !== true) {
    await client.patch(secretType, name, { body: { metadata: { resourceVersion, labels }, data }, signal });
    return;
  }
  if (present !== undefined) await absentIfNotFound(client.delete(secretType, name, { uid, resourceVersion, signal }));
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { ...name, labels }, type: "Opaque", data };
  await client.create(secretType, secret, { signal });
}
