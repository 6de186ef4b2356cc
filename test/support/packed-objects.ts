import { unbrotli } from "../../falco/base/compress.ts";
import { dataHash } from "../../falco/base/json.ts";
import { parseManifests } from "../../falco/base/yaml.ts";
import { resourceTypes } from "../../controller/resource-types.ts";
import type { Client } from "../../kube/client.ts";
import type { KubeObject } from "../../kube/objects.ts";

const limit = 64 * 1024 * 1024;

/** A ManagedResource's Secrets, in the order in which it names them; throws when one is missing. */
export async function secretsOf(
  managedResource: KubeObject | undefined,
  client: Client,
): Promise<readonly KubeObject[]> {
  const spec = managedResource?.["spec"] as { readonly secretRefs?: readonly { readonly name: string }[] } | undefined;
  const { namespace = "" } = managedResource?.metadata ?? {};
  return Promise.all(
    (spec?.secretRefs ?? []).map(async ({ name }) => {
      const secret = await client.get(resourceTypes.secret, { namespace, name });
      if (secret === undefined) throw new Error(`there is no Secret ${name}`);
      return secret;
    }),
  );
}

/** What gardener-resource-manager would apply. */
export async function packedObjects(
  managedResource: KubeObject | undefined,
  client: Client,
): Promise<readonly KubeObject[]> {
  const secrets = await secretsOf(managedResource, client);
  return secrets.flatMap((secret) =>
    Object.entries(dataOf(secret))
      .sort()
      .flatMap(([key, bytes]) => {
        const text = key.endsWith(".br") ? unbrotli(bytes, limit) : Buffer.from(bytes).toString("utf8");
        return parseManifests(text) as readonly KubeObject[];
      }),
  );
}

/** Objects as one text to search; what Secrets hold stands in it in plain. */
export function plainText(objects: readonly KubeObject[]): string {
  const texts = objects.flatMap((object) => [
    JSON.stringify(object),
    ...(object.kind === "Secret" ? Object.values(dataOf(object)).map((bytes) => Buffer.from(bytes).toString()) : []),
  ]);
  return texts.join("\n");
}

/** A Secret's data, decoded. */
export function dataOf(secret: Readonly<Record<string, unknown>> | undefined): Readonly<Record<string, Uint8Array>> {
  const data = (secret?.["data"] ?? {}) as Readonly<Record<string, string>>;
  return Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text, "base64")]));
}

/** The hash that Gardener puts at the end of an immutable Secret's name. */
export function hashOf(secret: KubeObject): string {
  return dataHash(dataOf(secret));
}
