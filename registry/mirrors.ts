import { failure, problem, type Problem, type Result, success } from "../falco/base/problem.ts";
import type { Reference } from "./reference.ts";

/** Which host is asked instead of which registry. */
export type Mirrors = ReadonlyMap<string, URL>;

/** Where a repository is served. */
export interface Endpoint {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Host and port, by which credentials are found. */
  readonly host: string;
  readonly repository: string;
}

/**
 * Reads `host=mirror[/prefix]`, several separated by commas. A mirror is asked instead of the host, not before it. Plain
 * HTTP needs `http://` before the mirror; this is also how a registry of one's own is reached that has no TLS
 * (`registry.internal=http://registry.internal`).
 */
export function parseMirrors(text: string): Result<Mirrors> {
  const entries = text
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
  const problems: Problem[] = [];
  const mirrors = new Map<string, URL>();
  for (const entry of entries) {
    const [, host, mirror] = /^([^=/@\s]+)=([^=@?#\s]+)$/.exec(entry) ?? [];
    const url = mirror === undefined ? null : URL.parse(mirror.includes("://") ? mirror : schemed(mirror));
    if (host === undefined || url === null || !/^https?:$/.test(url.protocol)) problems.push(malformed(entry));
    else if (mirrors.has(host)) problems.push(problem("FIELD_DUPLICATE", "", `${host} has two mirrors. Keep one.`));
    else mirrors.set(host, url);
  }
  return problems.length > 0 ? failure(problems) : success(mirrors);
}

function malformed(entry: string): Problem {
  // What stands before an @ might be a password.
  const shown = entry.includes("@") ? "A mirror" : `"${entry}"`;
  return problem("FIELD_VALUE", "", `${shown} must be written host=mirror, without user or password.`);
}

/** Where to ask for a repository, the mirrors considered. Plain HTTP only to this machine itself, or as a mirror says. */
export function endpointOf({ registry, repository }: Reference, mirrors: Mirrors): Endpoint {
  const mirror = mirrors.get(registry);
  if (mirror !== undefined) {
    const prefix = mirror.pathname.replace(/^\/+|\/+$/g, "");
    return {
      origin: mirror.origin,
      host: mirror.host,
      repository: prefix === "" ? repository : `${prefix}/${repository}`,
    };
  }
  if (!isDockerHub(registry)) return { origin: schemed(registry), host: registry, repository };
  // Docker's own images have names of one part, which are short for this.
  const name = repository.includes("/") ? repository : `library/${repository}`;
  return { origin: "https://registry-1.docker.io", host: "docker.io", repository: name };
}

/** Docker's registry has several names. */
export function isDockerHub(host: string): boolean {
  return ["docker.io", "index.docker.io", "registry-1.docker.io"].includes(host);
}

/** Whether a URL may be asked, credentials included: TLS, or this machine itself. */
export function isSafe(url: URL): boolean {
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.host));
}

function schemed(host: string): string {
  return `${isLoopback(host) ? "http" : "https"}://${host}`;
}

function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?(\/|$)/.test(host);
}
