import { isObject } from "../falco/base/json.ts";
import { failure, problem, type Result, success } from "../falco/base/problem.ts";
import { isDigest } from "./reference.ts";

/** A pointer to content: its kind, its digest, its size in bytes. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** For which machine an artifact is meant. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
}

/** What a reference leads to: the layers of an artifact, or a list of artifacts to choose from. */
export type Manifest =
  | { readonly kind: "manifest"; readonly layers: readonly Descriptor[] }
  | { readonly kind: "index"; readonly entries: readonly IndexEntry[] };

interface IndexEntry {
  readonly descriptor: Descriptor;
  readonly platform?: Platform;
}

/** The kinds of manifests that we ask for: OCI's and docker's, single ones and lists. */
export const manifestTypes = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];

/** Reads a manifest or an index; only what pulling needs. */
export function readManifest(bytes: Uint8Array): Result<Manifest> {
  const value = parsed(bytes);
  if (!isObject(value)) return invalid("The registry's answer is no manifest.");
  const { layers, manifests } = value;
  if (Array.isArray(manifests)) return readIndex(manifests);
  if (!Array.isArray(layers)) return invalid("The manifest has neither layers nor manifests. Is this an OCI artifact?");
  const descriptors = layers.map(readDescriptor);
  if (descriptors.some((each) => each === undefined)) return invalid(badDescriptor);
  return success({ kind: "manifest", layers: descriptors.filter((each) => each !== undefined) });
}

/**
 * The artifact of an index that is meant: the one for `platform`, else one for any platform, else the only one. Signatures
 * and other attachments, which some tools list here, say that they are for an unknown platform.
 */
export function chooseFrom(entries: readonly IndexEntry[], platform: Platform | undefined): Result<Descriptor> {
  const candidates = entries.filter((each) => each.platform?.os !== "unknown");
  const found =
    candidates.find((each) => platform !== undefined && isSame(each.platform, platform)) ??
    candidates.find((each) => each.platform === undefined) ??
    (candidates.length === 1 && platform === undefined ? candidates[0] : undefined);
  if (found !== undefined) return success(found.descriptor);
  const wanted = platform === undefined ? "any platform" : nameOf(platform);
  const names = candidates.flatMap((each) => (each.platform === undefined ? [] : [nameOf(each.platform)]));
  return invalid(`The index has nothing for ${wanted}; it has ${listed(names)}. Reference one artifact by its digest.`);
}

/** The layer with one of these media types; the types are in order of preference. */
export function layerOf(layers: readonly Descriptor[], mediaTypes: readonly string[]): Result<Descriptor> {
  for (const mediaType of mediaTypes) {
    const found = layers.find((layer) => layer.mediaType === mediaType);
    if (found !== undefined) return success(found);
  }
  const present = listed(layers.map(({ mediaType }) => mediaType));
  return invalid(`The artifact has no layer of type ${mediaTypes.join(" or ")}; it has ${present}.`);
}

function readIndex(entries: readonly unknown[]): Result<Manifest> {
  const read = entries.map((entry) => {
    const descriptor = readDescriptor(entry);
    const platform = isObject(entry) ? readPlatform(entry["platform"]) : undefined;
    return descriptor === undefined ? undefined : { descriptor, ...(platform !== undefined && { platform }) };
  });
  if (read.some((each) => each === undefined)) return invalid(badDescriptor);
  return success({ kind: "index", entries: read.filter((each) => each !== undefined) });
}

function readDescriptor(value: unknown): Descriptor | undefined {
  if (!isObject(value)) return undefined;
  const { mediaType, digest, size } = value;
  if (typeof mediaType !== "string" || typeof digest !== "string" || !isDigest(digest)) return undefined;
  return typeof size === "number" && Number.isSafeInteger(size) && size >= 0 ? { mediaType, digest, size } : undefined;
}

function readPlatform(value: unknown): Platform | undefined {
  if (!isObject(value)) return undefined;
  const { os, architecture } = value;
  return typeof os === "string" && typeof architecture === "string" ? { os, architecture } : undefined;
}

const badDescriptor = "The manifest refers to something without a type, a size or a SHA-256 digest.";

function isSame(left: Platform | undefined, right: Platform): boolean {
  return left?.os === right.os && left.architecture === right.architecture;
}

function nameOf({ os, architecture }: Platform): string {
  return `${os}/${architecture}`;
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return "none";
  const shown = names.slice(0, 5).map((each) => each.slice(0, 100));
  return shown.join(", ") + (names.length > shown.length ? ", …" : "");
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return undefined;
  }
}

function invalid(message: string): Result<never> {
  return failure([problem("ARTIFACT_INVALID", "", message)]);
}
