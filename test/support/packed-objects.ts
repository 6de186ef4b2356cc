import { unbrotli } from "../../falco/base/compress.ts";
import { dataHash } from "../../falco/base/json.ts";
import { parseManifests } from "../../falco/base/yaml.ts";
import type { JsonObject, KubeObject } from "./apiserver/json.ts";
import type { ObjectStore } from "./apiserver/store.ts";

const limit = 64 * 1024 * 1024;

/** A ManagedResource's Secrets, in the order in which it names them; throws when one is missing. */
export function secretsOf(managedResource: KubeObject | undefined, store: ObjectStore): readonly KubeObject[] {
  const spec = managedResource?.["spec"] as { readonly secretRefs?: readonly { readonly name: string }[] } | undefined;
  return (spec?.secretRefs ?? []).map(({ name }) => {
    const secret = store.get("secrets", name, managedResource?.metadata.namespace);
    if (secret === undefined) throw new Error(`there is no Secret ${name}`);
    return secret;
  });
}

/** What gardener-resource-manager would apply. */
export function packedObjects(managedResource: KubeObject | undefined, store: ObjectStore): readonly KubeObject[] {
  return secretsOf(managedResource, store).flatMap((secret) =>
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
export function dataOf(secret: JsonObject | undefined): Readonly<Record<string, Uint8Array>> {
  const data = (secret?.["data"] ?? {}) as Readonly<Record<string, string>>;
  return Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text, "base64")]));
}

/** The hash that Gardener puts at the end of an immutable Secret's name. */
export function hashOf(secret: JsonObject): string {
  return dataHash(dataOf(secret));
}
