import type { Secret } from "../falco/api/gardener.ts";
import { identitySecretName } from "../falco/desired/identity.ts";
import type { Client } from "../kube/client.ts";
import { resourceTypes } from "./resource-types.ts";

/**
 * Stores an identity. The Secret that was read must not have changed meanwhile: two writers must not mix their certificates. Returns the
 * metadata of what is stored then.
 */
export async function writeIdentitySecret(
  texts: Readonly<Record<string, string>>,
  { namespace, present }: { readonly namespace: string; readonly present: Secret | undefined },
  client: Client,
  signal: AbortSignal,
): Promise<Secret["metadata"]> {
  const data = Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString("base64")]),
  );
  const name = identitySecretName;
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { name, namespace }, type: "Opaque", data };
  if (present === undefined) {
    return (await client.create(resourceTypes.secret, secret, { signal })).metadata;
  }
  const { resourceVersion } = present.metadata;
  const gone = Object.keys(present.data ?? {}).filter((key) => !(key in data));
  const body = {
    metadata: { resourceVersion },
    data: { ...Object.fromEntries(gone.map((key) => [key, null])), ...data },
  };
  return (await client.patch(resourceTypes.secret, { namespace, name }, { body, signal })).metadata;
}
