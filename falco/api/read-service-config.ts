import { isObject } from "../base/json.ts";
import { type Result, success } from "../base/problem.ts";
import { decoder } from "./decode.ts";
import { type FalcoServiceConfig, falcoServiceConfigKind, falcoServiceConfigSchema } from "./falco-service-config.ts";
import { convertLegacy, isLegacy } from "./legacy-config.ts";

const decode = decoder(falcoServiceConfigSchema);

/**
 * Reads a `providerConfig`, strictly. An absent one is an empty configuration: Gardener writes none where the extension is switched on
 * for every cluster. The older shape is converted, with a warning. Paths are relative to the configuration.
 */
export function readServiceConfig(raw: unknown): Result<FalcoServiceConfig> {
  if (raw === undefined || raw === null) return success(falcoServiceConfigKind);
  if (!isObject(raw) || !isLegacy(raw)) return decode(raw);
  const converted = convertLegacy(raw);
  if (!converted.ok) return converted;
  const decoded = decode(converted.value);
  return decoded.ok ? success(decoded.value, converted.warnings) : decoded;
}
