import type { Agent } from "node:https";
import type { Clock } from "./clock.ts";

/** What proves who we are; asked for before each request, so that a rotated token or certificate is taken up. */
export interface Credentials {
  readonly authorization?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** Where an API server is and how to speak to it. */
export interface Connection {
  readonly server: URL;
  readonly ca?: string | undefined;
  /** Do not check the server's certificate; only if a kubeconfig says so. */
  readonly insecure: boolean;
  readonly serverName?: string | undefined;
  /** The namespace of the kubeconfig's context or of the pod. */
  readonly namespace: string;
  readonly credentials: () => Promise<Credentials>;
  /** The URL of an HTTP proxy that the way goes through. */
  readonly proxy?: string | undefined;
  /** Set if the way goes through another kind of proxy. */
  readonly agent?: Agent | undefined;
}

/** What finding a connection needs of the world. */
export interface ConnectionWorld {
  readonly readFile: (path: string) => Promise<string>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

/** The text of a kubeconfig. */
export interface KubeconfigFile {
  readonly text: string;
  /** Where it came from: paths in it are relative to that. Empty if it was no file. */
  readonly path: string;
}

/** A kubeconfig to read. */
export interface KubeconfigSource {
  /** Merged as kubectl does: what an earlier one says counts. */
  readonly files: readonly KubeconfigFile[];
  /** Instead of the kubeconfig's current context. */
  readonly context: string | undefined;
}

/** Projected tokens are renewed on disk long before they expire; a minute is how long client-go keeps them. */
const rereadMs = 60_000;

/**
 * Reads files again once a minute. If that fails, the content of before is kept: a file that is being replaced must not
 * fail a request.
 */
export function rereading({ readFile, clock }: ConnectionWorld): (path: string) => Promise<string> {
  const kept = new Map<string, { readonly text: string; readonly at: number }>();
  return async (path) => {
    const before = kept.get(path);
    const now = clock.monotonic();
    if (before !== undefined && now - before.at < rereadMs) return before.text;
    try {
      const text = await readFile(path);
      kept.set(path, { text, at: now });
      return text;
    } catch (error) {
      if (before === undefined) throw error;
      return before.text;
    }
  };
}
