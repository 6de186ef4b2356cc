import { failure, problem, type Result, success } from "../falco/base/problem.ts";

/** Where an OCI artifact is: at least one of tag and digest is there, and the digest is what counts. */
export interface Reference {
  /** Host and port, as written: `ghcr.io`, `registry.internal:5000`. */
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

// The grammar of the OCI distribution specification, with the limits that registries have.
const host = String.raw`(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?`;
const part = "[a-z0-9]+(?:(?:[.]|_{1,2}|-+)[a-z0-9]+)*";
const pattern = new RegExp(
  `^(?<registry>${host})/(?<repository>${part}(?:/${part})*)(?::(?<tag>\\w[\\w.-]{0,127}))?(?:@(?<digest>.+))?$`,
);
const longestName = 255;

/**
 * Reads `host[:port]/path[:tag][@sha256:…]`, with or without `oci://` before it. The host must be there, and a tag or a
 * digest: nothing is guessed.
 */
export function parseReference(text: string): Result<Reference> {
  const { registry = "", repository = "", ...version } = pattern.exec(text.replace(/^oci:\/\//, ""))?.groups ?? {};
  if (!isHost(registry) || repository.length > longestName) return malformed;
  return versioned({ registry, repository }, version);
}

function versioned(
  name: Pick<Reference, "registry" | "repository">,
  { tag, digest }: Readonly<Record<string, string | undefined>>,
): Result<Reference> {
  const tagged = tag === undefined ? name : { ...name, tag };
  if (digest === undefined) return tag === undefined ? unversioned : success(tagged);
  return isDigest(digest) ? success({ ...tagged, digest }) : badDigest;
}

/** Whether a text is a digest as this project takes it: SHA-256 only. */
export function isDigest(text: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}

/** The reference as one text, without a scheme. */
export function formatReference({ registry, repository, tag, digest }: Reference): string {
  const suffix = `${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
  return `${registry}/${repository}${suffix}`;
}

/** A first step without dot or port is the beginning of a path: Docker would take it for one of its own registry. */
function isHost(registry: string): boolean {
  return /[.:]/.test(registry) || registry === "localhost";
}

function wrong(message: string): Result<Reference> {
  return failure([problem("REFERENCE_INVALID", "", message)]);
}

const unversioned = wrong("Add a tag or a digest: ghcr.io/example/chart:1.2.3");
const badDigest = wrong("The digest must be sha256: and 64 hexadecimal digits, in lower case.");
const malformed = wrong("Write the reference as host[:port]/path:tag or host[:port]/path@sha256:…");
