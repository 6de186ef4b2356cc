import { brotli } from "../base/compress.ts";
import { dataHash, type JsonObject, sha256Hex } from "../base/json.ts";
import { toFlow } from "./flow.ts";
import type { KubeObject } from "./kube-object.ts";
import type { PackCache } from "./pack-cache.ts";

/** A ManagedResource and the immutable Secrets that it refers to. The Secrets have to be written first. */
export interface ManagedResource {
  readonly managedResource: KubeObject;
  readonly secrets: readonly KubeObject[];
}

/**
 * Whose objects a ManagedResource holds: those of a shoot, of a seed or a garden's cluster that Falco runs in, or of a shoot's control plane.
 */
export type Target = "shoot" | "seed" | "garden" | "control-plane";

/** What there is to pack, and for whom. */
export interface ManagedResourceInput {
  readonly target: Target;
  /** Where the ManagedResource goes: the control plane's namespace, or `garden` for a seed and a garden's cluster. */
  readonly namespace: string;
  /** At least one. */
  readonly objects: readonly KubeObject[];
}

/**
 * The ManagedResources' names: those of the Go extension, whose objects are taken over. It has none for the garden's cluster, which may be a
 * seed as well.
 */
export const managedResourceNames: Readonly<Record<Target, string>> = {
  shoot: "extension-shoot-falco-service-shoot",
  seed: "extension-shoot-falco-service-shoot",
  garden: "extension-shoot-falco-service-garden",
  "control-plane": "extension-shoot-falco-service-seed",
};

const specs: Readonly<Record<Target, JsonObject>> = {
  // Without the label Gardener cleans up the objects itself, too, while it deletes the shoot.
  shoot: { keepObjects: false, injectLabels: { "shoot.gardener.cloud/no-cleanup": "true" } },
  seed: { class: "seed", keepObjects: false },
  garden: { class: "seed", keepObjects: false },
  "control-plane": { class: "seed", keepObjects: false, forceOverwriteAnnotations: false },
};

/**
 * Packs objects into a ManagedResource: the same objects give the same names and bytes. A large ConfigMap holds rules, which many clusters share:
 * it is packed by way of `cache` (a ConfigMap holds no secret), with a data key of its own, in a Secret that need not be written again when
 * something else changes. All other objects share a key. No Secret passes 1 MiB; an object that alone does so throws.
 */
export function toManagedResource(input: ManagedResourceInput, cache: PackCache): ManagedResource {
  const { target, namespace, objects } = input;
  const name = managedResourceNames[target];
  const base = target === "control-plane" ? name : `managedresource-${name}`;
  const texts = objects.map((each): ManifestText => ({ object: each, text: toFlow(each) }));
  const rules = texts.filter(isLargeConfigMap).map((each) => packAlone(each, cache));
  const others = ownPieces(packTogether(texts.filter((each) => !isLargeConfigMap(each)).map(({ text }) => text)));
  const secrets = [rules, others].flatMap(distribute).map((each) => toSecret(each, base, namespace));
  return refer({ name, namespace, labels: labelsFor(target, namespace) }, specs[target], secrets);
}

/** Manifests of others, such as a chart's, and the ManagedResource that they go into. */
export interface ManifestsInput {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** YAML documents, one object each. */
  readonly manifests: readonly string[];
}

/** Packs manifests as they are written into a ManagedResource for the seed, as `toManagedResource` does with objects. */
export function packManifests({ name, namespace, labels, manifests }: ManifestsInput): ManagedResource {
  const pieces = ownPieces(packTogether(manifests));
  const secrets = distribute(pieces).map((each) => toSecret(each, `managedresource-${name}`, namespace));
  return refer({ name, namespace, labels: { ...labelsFor("seed", namespace), ...labels } }, specs.seed, secrets);
}

function refer(
  metadata: Pick<ManifestsInput, "name" | "namespace" | "labels">,
  spec: JsonObject,
  secrets: readonly KubeObject[],
): ManagedResource {
  const secretNames = secrets.map((secret) => secret.metadata.name);
  const managedResource = {
    apiVersion: "resources.gardener.cloud/v1alpha1",
    kind: "ManagedResource",
    metadata: { ...metadata, annotations: referencesTo(secretNames) },
    spec: { ...spec, secretRefs: secretNames.map((each) => ({ name: each })) },
  };
  return { managedResource, secrets };
}

function labelsFor(target: Target, namespace: string): Readonly<Record<string, string>> {
  if (target === "shoot") return { origin: "extension-shoot-falco-service" };
  // Gardener counts what is outside of control planes among the seed's own components.
  return namespace.startsWith("shoot-") ? {} : { "gardener.cloud/role": "seed-system-component" };
}

/** Keep the garbage collector from the Secrets. */
function referencesTo(secretNames: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(secretNames.map((name) => [referenceKey(name), name]));
}

/** The annotation by which an object says that it needs the Secret `name`. */
export function referenceKey(name: string): string {
  return `reference.resources.gardener.cloud/secret-${sha256Hex(name).slice(0, 8)}`;
}

/** The data of a Secret may have that many bytes. */
const secretLimit = 1024 * 1024;

/** Rules take more than that, and every other ConfigMap less. In characters. */
const largeText = 16 * 1024;

/** A data key of a Secret, and what stands there. */
interface Piece {
  readonly key: string;
  readonly bytes: Uint8Array;
}

/** An object, and how it stands in a Secret: as JSON, which Gardener reads quicker than YAML. */
interface ManifestText {
  readonly object: KubeObject;
  readonly text: string;
}

function isLargeConfigMap({ object, text }: ManifestText): boolean {
  return object.kind === "ConfigMap" && text.length >= largeText;
}

function packAlone({ object, text }: ManifestText, cache: PackCache): Piece {
  return { key: `configmap-${object.metadata.name}.yaml.br`, bytes: cache.get(text, (each) => brotli(each)) };
}

function ownPieces(packs: readonly Uint8Array[]): readonly Piece[] {
  return packs.map((bytes, index) => ({ key: `data${index === 0 ? "" : `-${String(index)}`}.yaml.br`, bytes }));
}

/** The manifests in one pack, or in as many as it takes for each to fit into a Secret. */
function packTogether(manifests: readonly string[]): readonly Uint8Array[] {
  if (manifests.length === 0) return [];
  // What every cluster has for itself is small, and packed for each of them anew.
  const bytes = brotli(textOf(manifests), 3);
  if (bytes.length <= secretLimit || manifests.length === 1) return [bytes];
  const half = Math.ceil(manifests.length / 2);
  return [...packTogether(manifests.slice(0, half)), ...packTogether(manifests.slice(half))];
}

/** A single manifest stands alone; several are YAML documents. */
function textOf(texts: readonly string[]): string {
  return texts.length === 1 ? (texts[0] ?? "") : texts.map((text) => `---\n${text}\n`).join("");
}

/** Fills one Secret after the other. */
function distribute(pieces: readonly Piece[]): readonly (readonly Piece[])[] {
  const secrets: Piece[][] = [];
  let room = 0;
  for (const piece of pieces) {
    const size = piece.bytes.length;
    if (size > secretLimit) throw new Error(`${piece.key} has ${String(size)} bytes, more than fit into a Secret.`);
    if (size > room) {
      secrets.push([]);
      room = secretLimit;
    }
    secrets.at(-1)?.push(piece);
    room -= size;
  }
  return secrets;
}

function toSecret(pieces: readonly Piece[], base: string, namespace: string): KubeObject {
  const data = Object.fromEntries(pieces.map(({ key, bytes }) => [key, bytes]));
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: `${base}-${dataHash(data)}`,
      namespace,
      labels: { "resources.gardener.cloud/garbage-collectable-reference": "true" },
    },
    type: "Opaque",
    immutable: true,
    data: Object.fromEntries(pieces.map(({ key, bytes }) => [key, Buffer.from(bytes).toString("base64")])),
  };
}
