import { isObject } from "../base/json.ts";
import { failure, problem, type Problem, type Result, success } from "../base/problem.ts";
import { decoder } from "./decode.ts";
import { type FalcoServiceConfig, falcoServiceConfigKind, falcoServiceConfigSchema } from "./falco-service-config.ts";
import { convertLegacy, isLegacy } from "./legacy-config.ts";

const decode = decoder(falcoServiceConfigSchema);

/** Twenty times what the longest configuration of any sense has. Checks compare entries with each other: this keeps them quick. */
const mostValues = 5_000;

/**
 * Reads a `providerConfig`, strictly. An absent one is an empty configuration: Gardener writes none where the extension is switched on
 * for every cluster. The older shape is converted, with a warning. Paths are relative to the configuration. One that is much too large is
 * not looked at any further.
 */
export function readServiceConfig(raw: unknown): Result<FalcoServiceConfig> {
  if (raw === undefined || raw === null) return success(falcoServiceConfigKind);
  if (hasMoreValues(raw, mostValues)) {
    const message = `The configuration has more than ${String(mostValues)} values. Shorten it.`;
    return failure([problem("INPUT_TOO_LARGE", "", message)]);
  }
  const today: Result<unknown> = isObject(raw) && isLegacy(raw) ? convertLegacy(raw) : success(raw);
  if (!today.ok) return today;
  const decoded = decode(today.value);
  if (decoded.ok) return success(decoded.value, today.warnings);
  return { ok: false, problems: decoded.problems.map((each) => withAdvice(each, today.value)) };
}

/** Whether there are more than `most` values, in lists and mappings of any depth. Not by recursion, which has a depth of its own. */
function hasMoreValues(value: unknown, most: number): boolean {
  const found: unknown[] = [value];
  for (let index = 0; index < found.length && found.length <= most; index += 1) {
    const each = found[index];
    if (typeof each === "object" && each !== null) for (const below of Object.values(each)) found.push(below);
  }
  return found.length > most;
}

/** What to write, where the schema alone does not tell. */
function withAdvice(each: Problem, raw: unknown): Problem {
  const advice = adviceFor(each, raw);
  return advice === undefined ? each : { ...each, message: `${each.message} ${advice}` };
}

function adviceFor({ code, path }: Problem, raw: unknown): string | undefined {
  if (code === "FIELD_REQUIRED" && (path === "apiVersion" || path === "kind")) {
    return `Write ${path}: ${falcoServiceConfigKind[path]}.`;
  }
  // Without quotes YAML reads 0.44 as a number, and 0.40 as 0.4.
  const isNumber = isObject(raw) && typeof raw["falcoVersion"] === "number";
  return path === "falcoVersion" && isNumber ? 'Put the version in quotes, such as "0.44.1".' : undefined;
}
