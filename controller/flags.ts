import { nearest } from "../falco/api/nearest.ts";
import {
  choiceFlag,
  type Environment,
  namedFlag,
  numberFlag,
  parseFlags,
  type ReadFlags,
} from "../falco/base/flags.ts";
import { combine, failure, type Result, success } from "../falco/base/problem.ts";
import type { BucketLimits } from "../kube/bucket.ts";
import {
  addressFlag,
  type ElectionFlags,
  electionFlags,
  electionOptions,
  type InspectorAddress,
  inspectFlag,
} from "../kube/program-flags.ts";
import type { Serving } from "../kube/serve.ts";
import { type LogFormat, logFormats, type LogLevel, logLevels } from "../kube/winston-logger.ts";
import { classesFlag, type ExtensionClass, extensionClasses } from "./extension-class.ts";
import { type ChartFlags, chartFlagOptions, chartUsage, readChartFlags } from "./additional/chart-flags.ts";
import type { HeartbeatSettings } from "./heartbeat.ts";

/** What the command line and the environment say. */
export interface Flags extends ChartFlags {
  /** The landscape's configuration. */
  readonly configFile?: string;
  /** The seed's API server. */
  readonly kubeconfig?: string;
  /** The garden's API server; the seed's when absent. */
  readonly gardenKubeconfig?: string;
  readonly seedName?: string;
  readonly classes: readonly ExtensionClass[];
  readonly ignoresRequests: boolean;
  readonly workers: number;
  /** Of each API server's client. */
  readonly limits: BucketLimits;
  /** Absent: there is one replica only. */
  readonly election?: ElectionFlags;
  readonly heartbeat?: HeartbeatSettings;
  readonly serving: Serving;
  readonly inspect?: InspectorAddress;
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
  "extension-classes": { ...text, default: "shoot,seed" },
  "ignore-operation-annotation": flag,
  "max-concurrent-reconciles": { ...text, default: "5" },
  "kube-api-qps": { ...text, default: "100" },
  "kube-api-burst": { ...text, default: "130" },
  ...electionOptions,
  "leader-election-id": { ...text, default: "extension-shoot-falco-service-leader-election" },
  "heartbeat-namespace": text,
  "heartbeat-renew-interval-seconds": { ...text, default: "30" },
  "health-bind-address": { ...text, default: ":8081" },
  "metrics-bind-address": { ...text, default: ":8080" },
  "log-level": { ...text, default: "info" },
  "log-format": { ...text, default: "json" },
  inspect: text,
  ...chartFlagOptions,
  help: flag,
} as const;

const inspectDefault = "127.0.0.1:9229";

/** What `--help` prints; `program` is how it was started. */
export function usage(program: string): string {
  return `The controller of the extension shoot-falco-service: gives every cluster of a seed its managed Falco.

Usage: ${program} [flags]

What it works with
  --config FILE                         the landscape's configuration, read at the start (--config-file does the same)
  --kubeconfig FILE                     the seed; else KUBECONFIG, the pod's own account, ~/.kube/config
  --garden-kubeconfig FILE              the virtual garden, where FalcoProfiles are; else GARDEN_KUBECONFIG, the seed itself
  --seed-name NAME                      the Seed that this is; else SEED_NAME; without it Extensions of the class seed wait
  --extension-classes CLASSES           which Extensions, of ${extensionClasses.join(", ")} (shoot,seed); garden stands alone
  --ignore-operation-annotation         works on changes at once, without Gardener's request

How much it does at a time
  --max-concurrent-reconciles N         clusters that are worked on at once (5)
  --kube-api-qps N                      requests a second to an API server (100)
  --kube-api-burst N                    requests at once after a pause (130)

Several replicas, of which one works (D is a duration such as 15s or 1m30s)
  --leader-election                     on if there is a namespace for it (next flag); =false switches it off
  --leader-election-namespace NAME      of the Lease, and of the charts for the seed; else LEADER_ELECTION_NAMESPACE
  --leader-election-id NAME             its name (extension-shoot-falco-service-leader-election)
  --leader-election-lease-duration D    others take over after this long without a renewal (15s)
  --leader-election-renew-deadline D    who cannot renew it for this long stops (10s)
  --leader-election-retry-period D      how often it is renewed or asked for (2s)

How it shows what it does
  --heartbeat-namespace NAME            of the Lease gardener-extension-heartbeat; else LEADER_ELECTION_NAMESPACE
  --heartbeat-renew-interval-seconds N  how often that is renewed (30)
  --health-bind-address HOST:PORT       of /healthz and /readyz (:8081); 0 switches them off
  --metrics-bind-address HOST:PORT      of /metrics (:8080); 0 switches it off
  --log-level LEVEL                     ${logLevels.join(", ")} (info)
  --log-format FORMAT                   ${logFormats.join(", ")} (json)
  --inspect[=HOST:PORT]                 opens Node's inspector for debugging and profiles (${inspectDefault})

${chartUsage}
In detail, with the environment: docs/operations.md
`;
}

/** Reads the command line; every mistake is reported. */
export function readFlags(args: readonly string[], environment: Environment): Result<Flags | "help"> {
  const { values, problems } = parseFlags(args.map(withInspectDefault), options, nearest);
  if (values["help"] === true) return success("help");
  const namespace = environment["LEADER_ELECTION_NAMESPACE"];
  const checked = checkValues(values, namespace);
  const read = combine({ tokens: problems.length > 0 ? failure(problems) : success(undefined), checked });
  if (!read.ok) return read;
  const { perSecond, burst, everySeconds, health, metrics, election, inspect, ...rest } = read.value.checked;
  const heart = namedFlag("namespace", values["heartbeat-namespace"] ?? namespace);
  return success({
    ...rest,
    ...{ limits: { perSecond, burst }, serving: { health, metrics } },
    ignoresRequests: values["ignore-operation-annotation"] === true,
    ...(election !== undefined && { election }),
    ...(heart.namespace !== undefined && { heartbeat: { namespace: heart.namespace, everySeconds } }),
    ...(inspect !== undefined && { inspect }),
    ...texts(values, environment),
  });
}

function texts(values: ReadFlags["values"], environment: Environment) {
  return {
    ...namedFlag("configFile", values["config"] ?? values["config-file"]),
    ...namedFlag("kubeconfig", values["kubeconfig"]),
    ...namedFlag("gardenKubeconfig", values["garden-kubeconfig"] ?? environment["GARDEN_KUBECONFIG"]),
    ...namedFlag("seedName", values["seed-name"] ?? environment["SEED_NAME"]),
    ...readChartFlags(values, environment),
  };
}

/** What has to be more than just some text. */
function checkValues(values: ReadFlags["values"], namespace: string | undefined) {
  const count = (name: keyof typeof options, highest: number): Result<number> =>
    numberFlag(values[name], `--${name}`, { lowest: 1, highest, what: "a number" });
  return combine({
    classes: classesFlag(values["extension-classes"]),
    workers: count("max-concurrent-reconciles", 1000),
    perSecond: count("kube-api-qps", 100_000),
    burst: count("kube-api-burst", 100_000),
    election: electionFlags(values, namespace),
    everySeconds: count("heartbeat-renew-interval-seconds", 3600),
    health: addressFlag(values["health-bind-address"], "--health-bind-address"),
    metrics: addressFlag(values["metrics-bind-address"], "--metrics-bind-address"),
    inspect: inspectFlag(values["inspect"]),
    logLevel: choiceFlag(logLevels, values["log-level"], "--log-level"),
    logFormat: choiceFlag(logFormats, values["log-format"], "--log-format"),
  });
}

/** `--inspect` may stand alone, as Node's own flag may. */
function withInspectDefault(arg: string): string {
  return arg === "--inspect" ? `--inspect=${inspectDefault}` : arg;
}
