import { failure, problem, type Result, success } from "../falco/base/problem.ts";
import type { BlobCache } from "./cache.ts";
import {
  chooseFrom,
  type Descriptor,
  layerOf,
  type Manifest,
  manifestTypes,
  type Platform,
  readManifest,
} from "./manifest.ts";
import { endpointOf, type Mirrors } from "./mirrors.ts";
import { formatReference, type Reference } from "./reference.ts";
import { createGet, type Get, type RequestOptions } from "./request.ts";
import { SingleFlight } from "./single-flight.ts";
import { TransientError } from "./transient.ts";

/** What is wanted of an artifact: one of its layers. */
interface ArtifactRequest {
  readonly reference: Reference;
  /** The layer's kinds, the preferred one first. */
  readonly mediaTypes: readonly string[];
  /** The most that the layer may have, in bytes. */
  readonly limit: number;
  /** Which one of an index; without it, the one that is for any machine. */
  readonly platform?: Platform;
}

/** A layer of an artifact, as its digests say. */
interface Artifact {
  /** Of what the reference stands for: another one means another artifact. */
  readonly digest: string;
  readonly layer: Descriptor;
  readonly bytes: Uint8Array;
}

/**
 * OCI registries. Everything is checked against its digest. What a user has to set right is a Problem without a path; what
 * may go away by itself is thrown, after a few tries.
 */
export interface Registry {
  /** The digest that a reference stands for at present; without a request when it has one. */
  readonly resolve: (reference: Reference, signal: AbortSignal) => Promise<Result<string>>;
  /** One layer. Content that was pulled before comes from the cache. */
  readonly pull: (request: ArtifactRequest, signal: AbortSignal) => Promise<Result<Artifact>>;
}

export interface RegistryOptions extends RequestOptions {
  readonly mirrors: Mirrors;
  readonly cache: BlobCache;
}

// The limit that the distribution specification asks registries to have.
const manifestLimit = 4 * 1024 * 1024;
const manifestTimeMs = 30_000;
const blobTimeMs = 300_000;

export function createRegistry(options: RegistryOptions): Registry {
  const registry = new OciRegistry(options);
  return {
    resolve: (reference, signal) => registry.resolve(reference, signal),
    pull: (request, signal) => registry.pull(request, signal),
  };
}

class OciRegistry {
  readonly #get: Get;
  readonly #mirrors: Mirrors;
  readonly #cache: BlobCache;
  readonly #flights = new SingleFlight<Result<Uint8Array>>();

  constructor({ mirrors, cache, ...options }: RegistryOptions) {
    this.#get = createGet(options);
    this.#mirrors = mirrors;
    this.#cache = cache;
  }

  async resolve(reference: Reference, signal: AbortSignal): Promise<Result<string>> {
    if (reference.digest !== undefined) return success(reference.digest);
    const manifest = await this.#fetchManifest(reference, reference.tag ?? "", signal);
    if (!manifest.ok) return manifest;
    await this.#cache.put(manifest.value.digest, manifest.value.bytes);
    return success(manifest.value.digest);
  }

  async pull(request: ArtifactRequest, signal: AbortSignal): Promise<Result<Artifact>> {
    const { reference, mediaTypes, limit } = request;
    const digest = await this.resolve(reference, signal);
    if (!digest.ok) return digest;
    const layers = await this.#layersOf(request, digest.value, signal);
    if (!layers.ok) return layers;
    const layer = layerOf(layers.value, mediaTypes);
    if (!layer.ok) return layer;
    if (layer.value.size > limit) return tooLarge(reference, "The artifact", limit);
    const fetch = (): Promise<Result<Fetched>> => this.#fetchBlob(reference, layer.value, signal);
    const bytes = await this.#cached(layer.value.digest, signal, fetch);
    return bytes.ok ? success({ digest: digest.value, layer: layer.value, bytes: bytes.value }) : bytes;
  }

  async #layersOf(
    { reference, platform }: ArtifactRequest,
    digest: string,
    signal: AbortSignal,
  ): Promise<Result<readonly Descriptor[]>> {
    const manifest = await this.#manifest(reference, digest, signal);
    if (!manifest.ok) return manifest;
    if (manifest.value.kind === "manifest") return success(manifest.value.layers);
    const chosen = chooseFrom(manifest.value.entries, platform);
    if (!chosen.ok) return chosen;
    const artifact = await this.#manifest(reference, chosen.value.digest, signal);
    if (!artifact.ok) return artifact;
    return artifact.value.kind === "manifest" ? success(artifact.value.layers) : nested;
  }

  async #manifest(reference: Reference, digest: string, signal: AbortSignal): Promise<Result<Manifest>> {
    const bytes = await this.#cached(digest, signal, () => this.#fetchManifest(reference, digest, signal));
    return bytes.ok ? readManifest(bytes.value) : bytes;
  }

  /** Content by its digest: from the cache, or by `fetch`, whose result is checked; at the same time only once. */
  #cached(digest: string, signal: AbortSignal, fetch: () => Promise<Result<Fetched>>): Promise<Result<Uint8Array>> {
    return this.#flights.run(digest, signal, async () => {
      const kept = await this.#cache.get(digest);
      if (kept !== undefined) return success(kept);
      const fetched = await fetch();
      if (!fetched.ok) return fetched;
      if (fetched.value.digest !== digest) return wrongDigest(digest, fetched.value.digest);
      await this.#cache.put(digest, fetched.value.bytes);
      return success(fetched.value.bytes);
    });
  }

  async #fetchManifest(reference: Reference, name: string, signal: AbortSignal): Promise<Result<Fetched>> {
    const endpoint = endpointOf(reference, this.#mirrors);
    const wanted = { endpoint, path: `manifests/${name}`, accept: manifestTypes.join(", ") };
    const body = await this.#get({ ...wanted, limit: manifestLimit, timeMs: manifestTimeMs }, signal);
    if (!body.ok) return body;
    return body.value.kind === "bytes" ? success(body.value) : tooLarge(reference, "The manifest", manifestLimit);
  }

  async #fetchBlob(reference: Reference, { digest, size }: Descriptor, signal: AbortSignal): Promise<Result<Fetched>> {
    const endpoint = endpointOf(reference, this.#mirrors);
    const wanted = { endpoint, path: `blobs/${digest}`, accept: "*/*" };
    const body = await this.#get({ ...wanted, limit: size, timeMs: blobTimeMs }, signal);
    if (!body.ok) return body;
    if (body.value.kind === "too-large") return wrongDigest(digest, "more bytes than the manifest says");
    // Without a length, a connection that broke looks like one that ended.
    if (body.value.bytes.length < size) throw new TransientError(`${formatReference(reference)} came incompletely`);
    return success(body.value);
  }
}

interface Fetched {
  readonly bytes: Uint8Array;
  readonly digest: string;
}

function tooLarge(reference: Reference, what: string, limit: number): Result<never> {
  const message = `${what} of ${formatReference(reference)} is larger than ${String(limit)} bytes.`;
  return failure([problem("INPUT_TOO_LARGE", "", message)]);
}

function wrongDigest(wanted: string, found: string): Result<never> {
  const message = `The registry sent other content than ${wanted}: ${found}. Check the registry and the mirror; do not trust it until then.`;
  return failure([problem("ARTIFACT_DIGEST", "", message)]);
}

const nested = failure([
  problem("ARTIFACT_INVALID", "", "The index leads to another index. Reference one artifact by its digest."),
]);
