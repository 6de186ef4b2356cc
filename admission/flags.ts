import { nearest } from "../falco/api/nearest.ts";
import { parseDuration } from "../falco/base/duration.ts";
import {
  choiceFlag,
  type Environment,
  namedFlag,
  numberFlag,
  parseFlags,
  type ReadFlags,
} from "../falco/base/flags.ts";
import { combine, failure, problem, type Result, success } from "../falco/base/problem.ts";
import type { BucketLimits } from "../kube/bucket.ts";
import {
  addressFlag,
  type ElectionFlags,
  electionFlags,
  type InspectorAddress,
  inspectFlag,
} from "../kube/program-flags.ts";
import type { Serving } from "../kube/serve.ts";
import { type LogFormat, logFormats, type LogLevel, logLevels } from "../kube/winston-logger.ts";
import { type Certificate, certificateFlags } from "./certificate-flags.ts";
import { flagOptions, inspectDefault } from "./usage.ts";

/** What the command line and the environment say. */
export interface Flags {
  /** The landscape's configuration. */
  readonly configFile?: string;
  /** The virtual garden's API server. */
  readonly kubeconfig?: string;
  /** The API server of the cluster that the program runs in; the garden's when absent. */
  readonly source?: { readonly kubeconfig?: string };
  readonly restrictedUsage: boolean;
  readonly restrictedCentralizedLogging: boolean;
  readonly otlpLogging: boolean;
  readonly certificate: Certificate;
  readonly port: number;
  /** How long requests are still taken after the program has begun to end. */
  readonly drainMs: number;
  /** Of each API server's client. */
  readonly limits: BucketLimits;
  /** Absent: there is one replica only. */
  readonly election?: ElectionFlags;
  readonly serving: Serving;
  readonly inspect?: InspectorAddress;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
}

type Values = ReadFlags["values"];

/** Reads the command line; every mistake is reported. */
export function readFlags(args: readonly string[], environment: Environment): Result<Flags | "help"> {
  const { values, problems } = parseFlags(args.map(withInspectDefault), flagOptions, nearest);
  if (values["help"] === true) return success("help");
  const checked = checkValues(values, environment);
  const read = combine({ tokens: problems.length > 0 ? failure(problems) : success(undefined), checked });
  if (!read.ok) return read;
  const { perSecond, burst, health, metrics, election, inspect, ...rest } = read.value.checked;
  const source = sourceOf(environment);
  return success({
    ...rest,
    ...{ limits: { perSecond, burst }, serving: { health, metrics } },
    restrictedCentralizedLogging: values["restricted-centralized-logging"] === true,
    otlpLogging: values["otlp-logging"] === true,
    ...(election !== undefined && { election }),
    ...(inspect !== undefined && { inspect }),
    ...(source !== undefined && { source }),
    ...namedFlag("configFile", values["config"] ?? values["config-file"]),
    ...namedFlag("kubeconfig", values["kubeconfig"] ?? environment["GARDEN_KUBECONFIG"]),
  });
}

/** What has to be more than just some text. */
function checkValues(values: Values, environment: Environment) {
  const number = (name: keyof typeof flagOptions, lowest: number, highest: number): Result<number> =>
    numberFlag(values[name], `--${name}`, { lowest, highest, what: lowest === 0 ? "a port" : "a number" });
  return combine({
    certificate: certificateFlags(values, environment),
    port: number("port", 0, 65_535),
    drainMs: drainFlag(values["shutdown-delay-duration"]),
    perSecond: number("kube-api-qps", 1, 100_000),
    burst: number("kube-api-burst", 1, 100_000),
    election: electionFlags(values, environment["LEADER_ELECTION_NAMESPACE"]),
    health: addressFlag(values["health-bind-address"], "--health-bind-address"),
    metrics: addressFlag(values["metrics-bind-address"], "--metrics-bind-address"),
    inspect: inspectFlag(values["inspect"]),
    logLevel: choiceFlag(logLevels, values["log-level"], "--log-level"),
    logFormat: choiceFlag(logFormats, values["log-format"], "--log-format"),
    restrictedUsage: overridden(values["restricted-usage"] === true, environment["RESTRICTED_USAGE"]),
  });
}

/** What is left of the 10 s that a program has for its end must do for the requests under way. */
const longestDrainSeconds = 4;

function drainFlag(value: unknown): Result<number> {
  const seconds = typeof value === "string" ? parseDuration(value) : undefined;
  if (seconds !== undefined && seconds <= longestDrainSeconds) return success(seconds * 1000);
  const message = `This must be a duration up to ${String(longestDrainSeconds)}s, such as 3s or 0.`;
  return failure([problem("FIELD_VALUE", "--shutdown-delay-duration", message)]);
}

/** As all of Gardener's admission programs have it. */
function sourceOf({ SOURCE_CLUSTER, SOURCE_KUBECONFIG }: Environment): Flags["source"] {
  if ((SOURCE_KUBECONFIG ?? "") !== "") return namedFlag("kubeconfig", SOURCE_KUBECONFIG);
  return SOURCE_CLUSTER === "enabled" ? {} : undefined;
}

/** What the environment says, when it says something, as Go reads booleans. */
function overridden(whenAbsent: boolean, value: string | undefined): Result<boolean> {
  if (value === undefined || value === "") return success(whenAbsent);
  if (/^(1|t|true)$/i.test(value)) return success(true);
  if (/^(0|f|false)$/i.test(value)) return success(false);
  return failure([problem("FIELD_VALUE", "RESTRICTED_USAGE", "This must be true or false.")]);
}

/** `--inspect` may stand alone, as Node's own flag may. */
function withInspectDefault(arg: string): string {
  return arg === "--inspect" ? `--inspect=${inspectDefault}` : arg;
}
