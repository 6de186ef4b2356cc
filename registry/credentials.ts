import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { isObject } from "../falco/base/json.ts";
import { failure, problem, type Result, success } from "../falco/base/problem.ts";
import { type Endpoint, isDockerHub } from "./mirrors.ts";

/** What proves who we are to one registry. */
export type Credential =
  | { readonly kind: "basic"; readonly user: string; readonly password: string }
  /** Exchanged for a token at the registry's authorization server. */
  | { readonly kind: "identity-token"; readonly token: string }
  /** Sent as it is. */
  | { readonly kind: "bearer"; readonly token: string };

/** Finds the credential for an endpoint; undefined where none is known. */
export type Credentials = (endpoint: Endpoint) => Credential | undefined;

/** Where the docker configuration with the credentials is. */
export interface CredentialsSource {
  /** A file; it must be there. */
  readonly file?: string | undefined;
  /** `DOCKER_CONFIG`: a directory with a `config.json`, which may be missing. */
  readonly directory?: string | undefined;
}

/** Reads the credentials afresh, so that a Secret that was rotated counts at once. Messages hold no part of the file. */
export async function loadCredentials({ file, directory = "" }: CredentialsSource): Promise<Result<Credentials>> {
  if (file !== undefined) return read(file);
  const path = join(directory, "config.json");
  return directory === "" || !(await isThere(path)) ? none : read(path);
}

const none: Result<Credentials> = success(() => undefined);

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}

async function read(path: string): Promise<Result<Credentials>> {
  try {
    return parseDockerConfig(await readFile(path, "utf8"));
  } catch (error) {
    return failure([problem("INPUT_UNREADABLE", "", `${path} with credentials cannot be read (${codeOf(error)}).`)]);
  }
}

/**
 * Reads a docker `config.json`, or the `.dockerconfigjson` of a Secret. Keys are hosts, with a path where credentials are for
 * a part of a registry; the longest that fits counts. Credential helpers are programs of a workstation and are not used.
 */
export function parseDockerConfig(text: string): Result<Credentials> {
  const config = parsed(text);
  const auths = isObject(config) ? (config["auths"] ?? {}) : undefined;
  if (!isObject(auths)) {
    return failure([problem("FIELD_TYPE", "", 'The docker configuration must be JSON with an object "auths".')]);
  }
  const known = Object.entries(auths)
    .map(([key, entry]) => ({ prefix: normalized(key), credential: credentialOf(entry) }))
    .sort((left, right) => right.prefix.length - left.prefix.length);
  return success(({ host, repository }) => {
    const place = `${normalized(host)}/${repository}/`;
    return known.find(({ prefix, credential }) => credential !== undefined && place.startsWith(`${prefix}/`))
      ?.credential;
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `https://index.docker.io/v1/` is how docker writes its own registry. */
function normalized(key: string): string {
  const place = key.replace(/^https?:\/\//, "").replace(/(\/v[12])?\/*$/, "");
  return isDockerHub(place) ? "docker.io" : place;
}

function credentialOf(entry: unknown): Credential | undefined {
  if (!isObject(entry)) return undefined;
  const identity = textOf(entry["identitytoken"]);
  if (identity !== "") return { kind: "identity-token", token: identity };
  const bearer = textOf(entry["registrytoken"]);
  if (bearer !== "") return { kind: "bearer", token: bearer };
  const [user = "", ...rest] = Buffer.from(textOf(entry["auth"]), "base64").toString("utf8").split(":");
  if (user !== "") return { kind: "basic", user, password: rest.join(":").replace(/\0+$/, "") };
  const name = textOf(entry["username"]);
  return name === "" ? undefined : { kind: "basic", user: name, password: textOf(entry["password"]) };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function codeOf(error: unknown): string {
  return isObject(error) && typeof error["code"] === "string" ? error["code"] : "unknown";
}
