import { resourceTypes } from "../../controller/resource-types.ts";
import { unbrotli } from "../../falco/base/compress.ts";
import type { Json } from "../../falco/base/json.ts";
import type { KubeObject } from "../../kube/objects.ts";
import { dataOf, secretsOf } from "../support/packed-objects.ts";
import { identityName, timestamp } from "../support/seed-objects.ts";
import type { SeedAccess } from "../support/seed-access.ts";

const limit = 64 * 1024 * 1024;
const collected = "resources.gardener.cloud/garbage-collectable-reference";

/** What there is of one shoot. */
export interface EndState {
  readonly [part: string]: Json;
  /** Secrets that nobody refers to, and that Gardener's garbage collector will not take away either. */
  readonly orphans: readonly string[];
}

/**
 * All that there is of one shoot in a seed, and all that runs because of it, without what differs from shoot to shoot and from time to time:
 * two shoots with which the same was done have the same.
 */
export async function endState(seed: SeedAccess, namespace: string): Promise<EndState> {
  const extension = await seed.rawExtension(namespace);
  const managedResources = await seed.list(resourceTypes.managedResource, namespace);
  const packed = await Promise.all(managedResources.map((each) => secretsOf(each, seed.client)));
  const inUse = packed.flat();
  const identity = await seed.identity(namespace);
  return {
    extension: normalObject(extension, namespace),
    isAnswered: extension === undefined || isAnswered(extension),
    managedResources: managedResources.map((each) => normalObject(each, namespace)),
    packed: packed.map((secrets) => secrets.flatMap((secret) => packedTexts(secret, namespace))),
    identity: Object.keys(dataOf(identity)).sort(),
    certificates: certificatesInUse(identity, inUse),
    orphans: await orphans(seed, namespace, inUse),
  };
}

function normalObject(object: KubeObject | undefined, namespace: string): Json {
  const generations = object?.kind === "ManagedResource" ? ["observedGeneration"] : [];
  const ignored = new Set([...ofTheServer, ...generations]);
  const text = JSON.stringify(object ?? null, (key, value: Json) =>
    ignored.has(key) ? undefined : normalValue(key, value),
  );
  return JSON.parse(normalText(text, namespace)) as Json;
}

const ofTheServer = ["uid", "resourceVersion", "creationTimestamp", "managedFields", "generation"];

function normalValue(key: string, value: Json): Json {
  if (/^last\w*Time$/.test(key) || key === "gardener.cloud/timestamp") return "TIME";
  // What has succeeded may be done again, and is called a reconciliation then; for Gardener both have succeeded.
  if (key === "type" && (value === "Create" || value === "Restore")) return "Reconcile";
  if (key !== "description" || typeof value !== "string") return value;
  return value.replace("restored Extension resource", "reconciled Extension");
}

/** Whether the last answer is not older than Gardener's last request, to the second: it takes no other for one. */
function isAnswered({ metadata, status }: KubeObject): boolean {
  const asked = Date.parse(metadata.annotations?.[timestamp] ?? "");
  const { lastOperation = {} } = (status ?? {}) as { readonly lastOperation?: { readonly lastUpdateTime?: string } };
  return Number.isNaN(asked) || Math.floor(asked / 1000) * 1000 <= Date.parse(lastOperation.lastUpdateTime ?? "");
}

/** The hashes of contents, the contents that are random, and the shoot's own names. */
function normalText(text: string, namespace: string): string {
  return (
    text
      .replaceAll(namespace, "NAMESPACE")
      .replaceAll(namespace.split("--").at(-1) ?? "", "SHOOT")
      .replaceAll(/-----BEGIN ([A-Z ]+)-----[\s\S]+?-----END \1-----/g, "$1")
      // How many CAs are trusted at a moment depends on the dates that the controller has seen.
      .replaceAll(/CERTIFICATE(?:(?:\\+n|\n)CERTIFICATE)+/g, "CERTIFICATE")
      .replaceAll(/secret-[0-9a-f]{8}\b/g, "secret-HASH")
      .replaceAll(/-[0-9a-f]{8}\b/g, "-HASH")
      .replaceAll(/\b[0-9a-f]{16,64}\b/g, "HASH")
      .replaceAll(/(?<=access-token-read-at\W{3,5})[\dTZ:-]+/g, "TIME")
  );
}

const unpackedTexts = new Map<string, string>();
const normalTexts = new Map<string, string>();

/** What is packed in a Secret, as text without its own names. What is the same for many shoots is unpacked once. */
function packedTexts(secret: KubeObject, namespace: string): readonly string[] {
  return textsIn(secret).map((text) => {
    const id = text.includes(namespace) ? namespace + text : text;
    return remembered(normalTexts, id, () => normalText(withPlainData(text), namespace));
  });
}

/** What is packed in a Secret, as it is. */
function textsIn(secret: KubeObject): readonly string[] {
  return Object.entries(dataOf(secret))
    .sort()
    .map(([key, bytes]) =>
      remembered(unpackedTexts, Buffer.from(bytes).toString("base64"), () =>
        key.endsWith(".br") ? unbrotli(bytes, limit) : Buffer.from(bytes).toString(),
      ),
    );
}

function remembered(texts: Map<string, string>, id: string, make: () => string): string {
  const known = texts.get(id);
  if (known !== undefined) return known;
  const made = make();
  texts.set(id, made);
  return made;
}

/** With the base64 of packed Secrets decoded where it is text. */
function withPlainData(text: string): string {
  return text.replaceAll(/(?<![\w+/])[A-Za-z0-9+/]{40,}={0,2}/g, (word) => {
    const plain = Buffer.from(word, "base64").toString();
    return plain.includes("\uFFFD") ? word : JSON.stringify(plain);
  });
}

/** Whether Falco and falcosidekick have got the certificates that are stored. */
function certificatesInUse(identity: KubeObject | undefined, secrets: readonly KubeObject[]): string {
  const stored = Buffer.from(dataOf(identity)["server.crt"] ?? []).toString();
  if (secrets.length === 0 || stored === "") return "none";
  const texts = secrets.flatMap(textsIn);
  const forms = [stored, JSON.stringify(stored).slice(1, -1), Buffer.from(stored).toString("base64")];
  return texts.some((text) => forms.some((form) => text.includes(form))) ? "as stored" : "others";
}

/** Secrets that nobody refers to, and that Gardener's garbage collector will not take away either. */
async function orphans(seed: SeedAccess, namespace: string, inUse: readonly KubeObject[]): Promise<readonly string[]> {
  const used = new Set(inUse.map(({ metadata }) => metadata.name));
  return (await seed.list(resourceTypes.secret, namespace))
    .filter(({ metadata }) => metadata.name !== identityName && !used.has(metadata.name))
    .filter(({ metadata }) => metadata.labels?.[collected] !== "true")
    .map(({ metadata }) => normalText(metadata.name, namespace));
}
