import { nearest } from "../falco/api/nearest.ts";
import { choiceFlag, namedFlag, numberFlag, parseFlags } from "../falco/base/flags.ts";
import { combine, failure, type Result, success } from "../falco/base/problem.ts";
import { type LogFormat, logFormats, type LogLevel, logLevels } from "../kube/winston-logger.ts";

/** What the command line and the environment say. */
export interface Flags {
  /** The landscape's configuration. */
  readonly configFile?: string;
  /** The seed's API server. */
  readonly kubeconfig?: string;
  /** The garden's API server; the seed's when absent. */
  readonly gardenKubeconfig?: string;
  readonly seedName?: string;
  readonly workers: number;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
}

const flag = { type: "boolean" } as const;
const text = { type: "string" } as const;

const options = {
  config: text,
  "config-file": text,
  kubeconfig: text,
  "garden-kubeconfig": text,
  "seed-name": text,
  "max-concurrent-reconciles": { ...text, default: "5" },
  "log-level": { ...text, default: "info" },
  "log-format": { ...text, default: "json" },
  help: flag,
} as const;

export const usage = `The controller of the extension shoot-falco-service: gives every cluster of a seed its managed Falco.

Usage: node controller/main.ts [flags]

  --config FILE                   the landscape's configuration (--config-file does the same)
  --kubeconfig FILE               the seed; else KUBECONFIG, the pod's own account
  --garden-kubeconfig FILE        the virtual garden, where FalcoProfiles are; else GARDEN_KUBECONFIG, the seed itself
  --seed-name NAME                the Seed that this is; else SEED_NAME
  --max-concurrent-reconciles N   how many clusters are worked on at once (5)
  --log-level LEVEL               ${logLevels.join(", ")} (info)
  --log-format FORMAT             ${logFormats.join(", ")} (json)
`;

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the command line; every mistake is reported. */
export function readFlags(args: readonly string[], environment: Environment): Result<Flags | "help"> {
  const { values, problems } = parseFlags(args, options, nearest);
  if (values["help"] === true) return success("help");
  const workers = values["max-concurrent-reconciles"];
  const read = combine({
    tokens: problems.length > 0 ? failure(problems) : success(undefined),
    workers: numberFlag(workers, "--max-concurrent-reconciles", { lowest: 1, highest: 1000, what: "a number" }),
    logLevel: choiceFlag(logLevels, values["log-level"], "--log-level"),
    logFormat: choiceFlag(logFormats, values["log-format"], "--log-format"),
  });
  if (!read.ok) return read;
  return success({
    workers: read.value.workers,
    logLevel: read.value.logLevel,
    logFormat: read.value.logFormat,
    ...namedFlag("configFile", values["config"] ?? values["config-file"]),
    ...namedFlag("kubeconfig", values["kubeconfig"]),
    ...namedFlag("gardenKubeconfig", values["garden-kubeconfig"] ?? environment["GARDEN_KUBECONFIG"]),
    ...namedFlag("seedName", values["seed-name"] ?? environment["SEED_NAME"]),
  });
}
