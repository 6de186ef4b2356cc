import { falcoServiceConfigKind } from "../../api/falco-service-config.ts";
import { combine, failure, problem, type Result, success } from "../../base/problem.ts";
import type { Catalogue } from "../../catalog/catalogue.ts";
import { chooseFalcosidekick, imageOf } from "../../catalog/choose.ts";
import { chooseFalcoRelease, type FalcosidekickRelease } from "../release.ts";
import { standardRuleSets } from "../rule-files.ts";
import type { PlannedCluster } from "./planned-cluster.ts";

/** What a plan is made with. */
export interface PlanContext {
  readonly catalogue: Catalogue;
  readonly now: Date;
  /** The names of the rules files that ship with the extension. */
  readonly ruleFiles: ReadonlySet<string>;
}

/** What the catalogue decides about what runs in a cluster. */
export interface PlannedRelease {
  readonly version: string;
  readonly image: string;
  /** The files of the rule sets, by the sets' names. */
  readonly rules: Readonly<Record<string, string>>;
  readonly falcosidekick?: FalcosidekickRelease;
}

/**
 * What the controller deploys into a cluster whose manifest names `falcoVersion`, or the problems that keep it from doing so: chosen by the
 * same functions as the controller does.
 */
export function releaseOf(
  { configPath, standardRules, falcosidekick }: PlannedCluster,
  falcoVersion: string | undefined,
  context: PlanContext,
): Result<PlannedRelease> {
  const { catalogue, now } = context;
  const config = {
    ...falcoServiceConfigKind,
    ...(falcoVersion !== undefined && { falcoVersion }),
    ...(standardRules !== undefined && { rules: { standard: standardRules } }),
  };
  const falco = chooseFalcoRelease({ config, configPath, catalogue, now });
  const parts = combine({
    falco,
    rules: falco.ok
      ? ruleFilesOf(standardRuleSets(config, { configPath, catalogue, falco: falco.value.version }), context)
      : success({}),
    falcosidekick: falcosidekick ? falcosidekickRelease(context) : success(undefined),
  });
  if (!parts.ok) return parts;
  const { version, image } = parts.value.falco;
  const sidekick = parts.value.falcosidekick;
  return success({
    version: version.version,
    image,
    rules: parts.value.rules,
    ...(sidekick !== undefined && { falcosidekick: sidekick }),
  });
}

function ruleFilesOf(
  sets: ReturnType<typeof standardRuleSets>,
  { ruleFiles }: PlanContext,
): Result<Readonly<Record<string, string>>> {
  if (!sets.ok) return sets;
  const missing = sets.value.filter(({ file }) => !ruleFiles.has(file));
  if (missing.length === 0) return success(Object.fromEntries(sets.value.map(({ name, file }) => [name, file])));
  return failure(
    missing.map(({ name, file, path }) => {
      const message = `The rules "${name}" are to come from the file "${file}", which does not ship with the extension.`;
      return problem("RULES_SOURCE_MISSING", path, message);
    }),
  );
}

/** The falcosidekick of all clusters that need one. */
export function falcosidekickRelease({ catalogue, now }: PlanContext): Result<FalcosidekickRelease> {
  const chosen = chooseFalcosidekick(catalogue, now);
  if (!chosen.ok) return chosen;
  const image = imageOf("falcosidekick", chosen.value);
  return image.ok ? success({ version: chosen.value.version, image: image.value }) : image;
}
