import { parseArgs } from "node:util";
import { nearest } from "../falco/api/nearest.ts";
import { combine, failure, problem, type Problem, type Result, success } from "../falco/base/problem.ts";

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

const logLevels = ["debug", "info", "warn", "error"] as const;
const logFormats = ["json", "text"] as const;
export type LogLevel = (typeof logLevels)[number];
export type LogFormat = (typeof logFormats)[number];

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
type Name = keyof typeof options;
type Values = Readonly<Partial<Record<string, unknown>>>;

/** Reads the command line; every mistake is reported. Booleans may be written as Go's are: `--otlp-logging=false`. */
export function readFlags(args: readonly string[], environment: Environment): Result<Flags | "help"> {
  const { values, tokens } = parseArgs({
    args: args.map(asNodeWritesIt),
    options,
    strict: false,
    allowNegative: true,
    tokens: true,
  });
  if (values.help === true) return success("help");
  const read = combine({
    certificateFile: required(values, "tls-cert-file"),
    keyFile: required(values, "tls-private-key-file"),
    port: portOf(values.port, "--port"),
    health: addressOf(values["health-bind-address"]),
    logLevel: oneOf(logLevels, values["log-level"], "--log-level"),
    logFormat: oneOf(logFormats, values["log-format"], "--log-format"),
    restrictedUsage: overridden(values["restricted-usage"] === true, environment["RESTRICTED_USAGE"]),
  });
  const problems = [...tokens.flatMap(tokenProblems), ...(read.ok ? [] : read.problems)];
  if (!read.ok || problems.length > 0) return failure(problems);
  return success({
    ...read.value,
    ...named("configFile", values.config ?? values["config-file"]),
    ...named("kubeconfig", values.kubeconfig ?? environment["GARDEN_KUBECONFIG"]),
    restrictedCentralizedLogging: values["restricted-centralized-logging"] === true,
    otlpLogging: values["otlp-logging"] === true,
  });
}

/** `--flag=true` as `--flag`, and `--flag=false` as `--no-flag`. */
function asNodeWritesIt(arg: string): string {
  const [, name = "", value] = /^--([a-z-]+)=(true|false)$/.exec(arg) ?? [];
  if (!Object.hasOwn(options, name) || options[name as Name].type !== "boolean") return arg;
  return value === "true" ? `--${name}` : `--no-${name}`;
}

type Token = NonNullable<ReturnType<typeof parseArgs>["tokens"]>[number];

function tokenProblems(token: Token): readonly Problem[] {
  if (token.kind === "option-terminator") return [];
  if (token.kind === "positional") {
    return [problem("FIELD_UNKNOWN", token.value, "This is no flag. Flags begin with --.")];
  }
  const { rawName, value } = token;
  const name = rawName.replace(/^--(no-)?/, "");
  if (!Object.hasOwn(options, name)) {
    const suggestion = nearest(name, Object.keys(options));
    const hint = suggestion === undefined ? "See --help." : `Did you mean --${suggestion}?`;
    return [problem("FIELD_UNKNOWN", rawName, `There is no such flag. ${hint}`)];
  }
  const isBoolean = options[name as Name].type === "boolean";
  if (isBoolean && value !== undefined)
    return [problem("FIELD_TYPE", rawName, "Write it alone, or with =true or =false.")];
  return isBoolean || value !== undefined ? [] : [problem("FIELD_REQUIRED", rawName, "This flag needs a value.")];
}

function required(values: Values, name: Name): Result<string> {
  const value = values[name];
  if (typeof value === "string" && value !== "") return success(value);
  return failure([problem("FIELD_REQUIRED", `--${name}`, "This flag is required.")]);
}

function named<K extends string>(key: K, value: unknown): { readonly [each in K]?: string } {
  return typeof value === "string" && value !== "" ? ({ [key]: value } as { [each in K]: string }) : {};
}

function portOf(value: unknown, path: string): Result<number> {
  const port = typeof value === "string" && /^\d{1,5}$/.test(value) ? Number(value) : -1;
  return port >= 0 && port <= 65535
    ? success(port)
    : failure([problem("FIELD_VALUE", path, "This must be a port from 0 to 65535.")]);
}

/** `:8081`, `127.0.0.1:8081`, `[::1]:8081`. */
function addressOf(value: unknown): Result<Flags["health"]> {
  const path = "--health-bind-address";
  const [, host = "", digits] = /^(.*):(\d+)$/.exec(typeof value === "string" ? value : "") ?? [];
  if (digits === undefined) {
    return failure([problem("FIELD_VALUE", path, "This must be a host and a port, such as :8081.")]);
  }
  const port = portOf(digits, path);
  return port.ok ? success({ ...named("host", host.replace(/^\[(.*)\]$/, "$1")), port: port.value }) : port;
}

function oneOf<T extends string>(allowed: readonly T[], value: unknown, path: string): Result<T> {
  const found = allowed.find((each) => each === value);
  return found === undefined
    ? failure([problem("FIELD_VALUE", path, `This must be one of ${allowed.join(", ")}.`)])
    : success(found);
}

/** What the environment says, when it says something, as Go reads booleans. */
function overridden(whenAbsent: boolean, value: string | undefined): Result<boolean> {
  if (value === undefined || value === "") return success(whenAbsent);
  if (/^(1|t|true)$/i.test(value)) return success(true);
  if (/^(0|f|false)$/i.test(value)) return success(false);
  return failure([problem("FIELD_VALUE", "RESTRICTED_USAGE", "This must be true or false.")]);
}
