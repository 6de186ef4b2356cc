import { readFile } from "node:fs/promises";
import { isObject } from "../falco/base/json.ts";
import { at, combine, failure, problem, type Result, success } from "../falco/base/problem.ts";
import { createBlobCache } from "./cache.ts";
import { loadCredentials } from "./credentials.ts";
import { createHttp } from "./http.ts";
import { parseMirrors } from "./mirrors.ts";
import { createRegistry, type Registry } from "./registry.ts";
import type { RegistryClock } from "./transient.ts";

/** How a program reaches registries: what its flags say. */
export interface RegistrySettings {
  /** `--registry-mirror`: `host=mirror`, several separated by commas. */
  readonly mirrors?: string | undefined;
  /** `--registry-config`: a docker configuration with credentials. */
  readonly configFile?: string | undefined;
  /** `--registry-ca`: authorities in PEM that are trusted instead of the public ones. */
  readonly caFile?: string | undefined;
  /** `--registry-cache`: a directory that need not exist. */
  readonly cacheDirectory: string;
  /** For proxies and `DOCKER_CONFIG`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What opening registries needs of the world. */
export interface RegistryWorld {
  readonly clock: RegistryClock;
  /** Told what the cache's disk does not do. */
  readonly onTrouble: (message: string) => void;
}

const cacheLimit = 256 * 1024 * 1024;

/** The registries of a program. Every mistake in the settings is reported; the credentials are read again whenever they are needed. */
export async function openRegistry(settings: RegistrySettings, world: RegistryWorld): Promise<Result<Registry>> {
  const { mirrors = "", configFile, caFile, cacheDirectory, environment } = settings;
  const { clock, onTrouble } = world;
  const credentials = (): ReturnType<typeof loadCredentials> =>
    loadCredentials({ file: configFile, directory: environment["DOCKER_CONFIG"] });
  const read = combine({
    mirrors: at("--registry-mirror", parseMirrors(mirrors)),
    credentials: at("--registry-config", await credentials()),
    ca: at("--registry-ca", await readAuthorities(caFile)),
  });
  if (!read.ok) return read;
  return success(
    createRegistry({
      mirrors: read.value.mirrors,
      cache: createBlobCache({ directory: cacheDirectory, limit: cacheLimit, now: clock.now, onTrouble }),
      http: createHttp({ ca: read.value.ca, environment }),
      credentials,
      clock,
    }),
  );
}

async function readAuthorities(file: string | undefined): Promise<Result<string | undefined>> {
  if (file === undefined) return success(undefined);
  try {
    return success(await readFile(file, "utf8"));
  } catch (error) {
    const reason = isObject(error) && typeof error["code"] === "string" ? error["code"] : "unknown";
    return failure([problem("INPUT_UNREADABLE", "", `${file} cannot be read (${reason}).`)]);
  }
}
