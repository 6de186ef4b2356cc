import { nearest } from "../falco/api/nearest.ts";
import { choiceFlag, namedFlag, numberFlag, parseFlags, requiredFlag } from "../falco/base/flags.ts";
import { combine, failure, problem, type Result, success } from "../falco/base/problem.ts";
import { type LogFormat, logFormats, type LogLevel, logLevels } from "../kube/winston-logger.ts";

/** What the command line and the environment say. */
export interface Flags {
  /** The landscape's configuration. */
  readonly configFile?: string;
  readonly kubeconfig?: string;
  readonly restrictedUsage: boolean;
  readonly restrictedCentralizedLogging: boolean;
  readonly otlpLogging: boolean;
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly port: number;
  /** Without a host: all interfaces. */
  readonly health: { readonly host?: string; readonly port: number };
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
}

const flag = { type: "boolean" } as const;
const text = { type: "string" } as const;

const options = {
  config: text,
  "config-file": text,
  kubeconfig: text,
  "restricted-usage": flag,
  "restricted-centralized-logging": flag,
  "otlp-logging": flag,
  "tls-cert-file": text,
  "tls-private-key-file": text,
  port: { ...text, default: "10250" },
  "health-bind-address": { ...text, default: ":8081" },
  "log-level": { ...text, default: "info" },
  "log-format": { ...text, default: "json" },
  help: flag,
} as const;

export const usage = `The admission of the extension shoot-falco-service: webhooks for Shoots and Seeds.

Usage: node admission/main.ts --tls-cert-file FILE --tls-private-key-file FILE [flags]

  --config FILE                     the landscape's configuration (--config-file does the same)
  --kubeconfig FILE                 the virtual garden; else GARDEN_KUBECONFIG, KUBECONFIG, the pod's own account
  --restricted-usage                projects need an annotation to switch Falco on (RESTRICTED_USAGE overrides it)
  --restricted-centralized-logging  projects need an annotation for the destination central
  --otlp-logging                    offers the destination otlp
  --tls-cert-file FILE              the webhooks' certificate with its chain, PEM; read again when it changes
  --tls-private-key-file FILE       its key, PEM
  --port PORT                       of the webhooks (10250)
  --health-bind-address HOST:PORT   of /healthz and /readyz (:8081)
  --log-level LEVEL                 ${logLevels.join(", ")} (info)
  --log-format FORMAT               ${logFormats.join(", ")} (json)
`;

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the command line; every mistake is reported. */
export function readFlags(args: readonly string[], environment: Environment): Result<Flags | "help"> {
  const { values, problems } = parseFlags(args, options, nearest);
  if (values["help"] === true) return success("help");
  const read = combine({
    tokens: problems.length > 0 ? failure(problems) : success(undefined),
    certificateFile: requiredFlag(values, "tls-cert-file"),
    keyFile: requiredFlag(values, "tls-private-key-file"),
    port: portOf(values["port"], "--port"),
    health: addressOf(values["health-bind-address"]),
    logLevel: choiceFlag(logLevels, values["log-level"], "--log-level"),
    logFormat: choiceFlag(logFormats, values["log-format"], "--log-format"),
    restrictedUsage: overridden(values["restricted-usage"] === true, environment["RESTRICTED_USAGE"]),
  });
  if (!read.ok) return read;
  const { certificateFile, keyFile, port, health, logLevel, logFormat, restrictedUsage } = read.value;
  return success({
    ...{ certificateFile, keyFile, port, health, logLevel, logFormat, restrictedUsage },
    ...namedFlag("configFile", values["config"] ?? values["config-file"]),
    ...namedFlag("kubeconfig", values["kubeconfig"] ?? environment["GARDEN_KUBECONFIG"]),
    restrictedCentralizedLogging: values["restricted-centralized-logging"] === true,
    otlpLogging: values["otlp-logging"] === true,
  });
}

function portOf(value: unknown, path: string): Result<number> {
  return numberFlag(value, path, { lowest: 0, highest: 65535, what: "a port" });
}

/** `:8081`, `127.0.0.1:8081`, `[::1]:8081`. */
function addressOf(value: unknown): Result<Flags["health"]> {
  const path = "--health-bind-address";
  const [, host = "", digits] = /^(.*):(\d+)$/.exec(typeof value === "string" ? value : "") ?? [];
  if (digits === undefined) {
    return failure([problem("FIELD_VALUE", path, "This must be a host and a port, such as :8081.")]);
  }
  const port = portOf(digits, path);
  return port.ok ? success({ ...namedFlag("host", host.replace(/^\[(.*)\]$/, "$1")), port: port.value }) : port;
}

/** What the environment says, when it says something, as Go reads booleans. */
function overridden(whenAbsent: boolean, value: string | undefined): Result<boolean> {
  if (value === undefined || value === "") return success(whenAbsent);
  if (/^(1|t|true)$/i.test(value)) return success(true);
  if (/^(0|f|false)$/i.test(value)) return success(false);
  return failure([problem("FIELD_VALUE", "RESTRICTED_USAGE", "This must be true or false.")]);
}
