import { choiceFlag, type Environment, namedFlag, parseFlags } from "../falco/base/flags.ts";
import { combine, failure, problem, type Result, success } from "../falco/base/problem.ts";
import { nearest } from "../falco/api/nearest.ts";
import { parseDate } from "../falco/catalog/versions.ts";

/** What the command line of `plan` says. */
export interface PlanFlags {
  /** The virtual garden's API server. */
  readonly kubeconfig?: string;
  /** Files with the FalcoProfiles that are to be applied. */
  readonly profiles: readonly string[];
  /** The landscape's configuration. */
  readonly configFile?: string;
  /** When they are to be applied; now when absent. */
  readonly now?: Date;
  readonly output: "table" | "json";
  readonly all: boolean;
}

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const options = {
  kubeconfig: text,
  profile: { type: "string", multiple: true },
  config: text,
  now: text,
  output: { type: "string", short: "o", default: "table" },
  all: flag,
  help: { type: "boolean", short: "h" },
} as const;

/** What `plan --help` prints; `program` is how the admission was started. */
export function planUsage(program: string): string {
  return `Says what applying FalcoProfiles would do to which clusters of a garden, and when. Nothing is written.

Usage: ${program} plan --profile FILE [flags]

  --profile FILE     FalcoProfiles to be applied, any number of times; each takes the place of the one of its name
  --kubeconfig FILE  the virtual garden; else GARDEN_KUBECONFIG, KUBECONFIG, the pod's own account
  --config FILE      the landscape's configuration; it says where events go by default
  --now TIME         when they are to be applied, such as 2027-01-31T00:00:00Z; default: the present
  --output FORMAT    table or json (table); -o does the same
  --all              a line for each cluster, however many there are

It needs the right to list Shoots, Seeds and FalcoProfiles, and no other.
"gardener-falco plan" does the same with files, and prints the same. What it means: docs/plan.md

Exit codes:
  0  no cluster is left without a usable version because of the change
  1  the FalcoProfiles have problems: the webhook would refuse them
  2  there was nothing to work with: a wrong flag, a file or a garden that cannot be read
  3  a cluster would be left without a usable version
`;
}

/** Reads what follows the word `plan`; every mistake is reported. */
export function readPlanFlags(args: readonly string[], environment: Environment): Result<PlanFlags | "help"> {
  const { values, problems } = parseFlags(args, options, nearest);
  if (values["help"] === true) return success("help");
  const read = combine({
    tokens: problems.length > 0 ? failure(problems) : success(undefined),
    profiles: profilesFlag(values["profile"]),
    now: timeFlag(values["now"]),
    output: choiceFlag(["table", "json"] as const, values["output"], "--output"),
  });
  if (!read.ok) return read;
  const { profiles, now, output } = read.value;
  return success({
    ...namedFlag("kubeconfig", values["kubeconfig"] ?? environment["GARDEN_KUBECONFIG"]),
    ...namedFlag("configFile", values["config"]),
    ...(now !== undefined && { now }),
    ...{ profiles, output, all: values["all"] === true },
  });
}

function profilesFlag(value: unknown): Result<readonly string[]> {
  if (Array.isArray(value)) return success(value.filter((each) => typeof each === "string"));
  return failure([problem("FIELD_REQUIRED", "--profile", "Name a file with the FalcoProfiles.")]);
}

function timeFlag(value: unknown): Result<Date | undefined> {
  if (value === undefined) return success(undefined);
  const time = parseDate(typeof value === "string" ? value : "");
  if (time !== undefined) return success(new Date(time));
  const message = "This must be date and time as RFC 3339, such as 2027-01-31T00:00:00Z.";
  return failure([problem("FIELD_VALUE", "--now", message)]);
}
