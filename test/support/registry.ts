import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { sha256Hex } from "../../falco/base/json.ts";
import type { ServingIdentity } from "./apiserver/tls.ts";

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string;
}

/** What the registry answers instead of what it has; `cut` breaks the connection after the body, before its length is reached. */
export interface Instead {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly cut?: boolean;
}

/** Who may pull; `bearer` sends clients to the registry's own /token. */
export interface Access {
  readonly kind: "basic" | "bearer";
  /** Absent: anybody gets a token. */
  readonly credential?: string;
}

const manifestType = "application/vnd.oci.image.manifest.v1+json";
const indexType = "application/vnd.oci.image.index.v1+json";
export const chartType = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const token = "token-of-the-registry";

/** An OCI registry for tests: what it is given can be pulled, over HTTP on loopback, or with TLS. */
export class EmbeddedRegistry {
  readonly seen: SeenRequest[] = [];
  access: Access | undefined;
  /** Asked before each request, tokens included; "hang" never answers. */
  fault: (request: SeenRequest) => Instead | "hang" | undefined = () => undefined;
  readonly #content = new Map<string, { readonly bytes: Uint8Array; readonly mediaType: string }>();
  readonly #server: Server;

  private constructor(tls: ServingIdentity | undefined) {
    const handle = (request: IncomingMessage, response: ServerResponse): void => {
      this.#handle(request, response);
    };
    this.#server =
      tls === undefined
        ? createServer(handle)
        : createSecureServer({ cert: tls.certificatePem, key: tls.keyPem }, handle);
  }

  static async start(tls?: ServingIdentity): Promise<EmbeddedRegistry> {
    const registry = new EmbeddedRegistry(tls);
    await new Promise<void>((resolve) => registry.#server.listen(0, "127.0.0.1", resolve));
    return registry;
  }

  get host(): string {
    return `127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** The paths that were asked for, without `/v2/`. */
  get paths(): readonly string[] {
    return this.seen.map(({ path }) => path.replace("/v2/", ""));
  }

  putBlob(repository: string, bytes: Uint8Array): string {
    const digest = `sha256:${sha256Hex(bytes)}`;
    this.#content.set(`/v2/${repository}/blobs/${digest}`, { bytes, mediaType: "application/octet-stream" });
    return digest;
  }

  /** A manifest or an index, by its digest and, if given, by a tag. */
  putManifest(repository: string, manifest: object, tag?: string): { readonly digest: string; readonly size: number } {
    const bytes = Buffer.from(JSON.stringify(manifest));
    const digest = `sha256:${sha256Hex(bytes)}`;
    const mediaType = "manifests" in manifest ? indexType : manifestType;
    for (const name of [digest, ...(tag === undefined ? [] : [tag])]) {
      this.#content.set(`/v2/${repository}/manifests/${name}`, { bytes, mediaType });
    }
    return { digest, size: bytes.length };
  }

  /** An artifact of one layer. Returns the digest of its manifest and that of its layer. */
  putArtifact(
    repository: string,
    bytes: Uint8Array,
    { tag, mediaType = chartType }: { readonly tag?: string; readonly mediaType?: string } = {},
  ): { readonly digest: string; readonly size: number; readonly layer: string } {
    const layer = this.putBlob(repository, bytes);
    const manifest = {
      schemaVersion: 2,
      mediaType: manifestType,
      config: {
        mediaType: "application/vnd.cncf.helm.config.v1+json",
        digest: this.putBlob(repository, Buffer.from("{}")),
        size: 2,
      },
      layers: [{ mediaType, digest: layer, size: bytes.length }],
    };
    return { ...this.putManifest(repository, manifest, tag), layer };
  }

  /** Other content under the same digest. */
  falsify(repository: string, kind: "blobs" | "manifests", digest: string, bytes: Uint8Array): void {
    this.#content.set(`/v2/${repository}/${kind}/${digest}`, { bytes, mediaType: manifestType });
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    // A proxy is asked for whole URLs.
    const { pathname } = new URL(request.url ?? "", `http://${this.host}`);
    const seen = { method: request.method ?? "", path: pathname, authorization: request.headers.authorization ?? "" };
    this.seen.push(seen);
    const instead = this.fault(seen) ?? this.#refusal(seen);
    if (instead === "hang") return;
    if (instead !== undefined) {
      send(response, instead);
      return;
    }
    const found = this.#content.get(pathname);
    if (found === undefined) send(response, { status: 404, body: '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}' });
    else send(response, { status: 200, headers: { "content-type": found.mediaType }, body: found.bytes });
  }

  #refusal({ path, authorization }: SeenRequest): Instead | undefined {
    if (this.access === undefined) return undefined;
    const { kind, credential } = this.access;
    const basic = `Basic ${Buffer.from(credential ?? "").toString("base64")}`;
    const origin = `http://${this.host}`;
    if (path === "/token") {
      const isKnown = credential === undefined || authorization === basic;
      return isKnown ? { status: 200, body: JSON.stringify({ token }) } : { status: 401 };
    }
    if (authorization === (kind === "basic" ? basic : `Bearer ${token}`)) return undefined;
    const challenge = kind === "basic" ? 'Basic realm="x"' : `Bearer realm="${origin}/token",service="test"`;
    return { status: 401, headers: { "www-authenticate": challenge } };
  }
}

function send(response: ServerResponse, { status, headers = {}, body = "", cut = false }: Instead): void {
  const length = { "content-length": String(Buffer.byteLength(body) + (cut ? 1000 : 0)) };
  response.writeHead(status, { ...length, ...headers });
  if (!cut) response.end(body);
  else response.write(body, () => response.destroy());
}
