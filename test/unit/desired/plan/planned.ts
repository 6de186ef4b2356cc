import { buildCatalogue, type Catalogue } from "../../../../falco/catalog/catalogue.ts";
import { effectText, whenText } from "../../../../falco/desired/plan/effect-text.ts";
import type { ClusterPlan, Effect } from "../../../../falco/desired/plan/effect.ts";
import { plan, type PlanInput } from "../../../../falco/desired/plan/plan.ts";
import type { PlannedCluster } from "../../../../falco/desired/plan/planned-cluster.ts";
import { falco, type ProfileParts, profileOf } from "../../catalog/profile-of.ts";

/** A shoot on 0.43.1 that is maintained from 22:00 to 22:45 and needs falcosidekick. */
export const cluster = (fields: Partial<PlannedCluster> = {}): PlannedCluster => ({
  kind: "Shoot",
  namespace: "garden-team",
  name: "one",
  falcoVersion: "0.43.1",
  autoUpdate: true,
  timeWindow: { begin: "220000+0000", end: "230000+0000" },
  maintainNow: false,
  configPath: "spec.extensions[0].providerConfig",
  readable: true,
  falcosidekick: true,
  hibernated: false,
  ...fields,
});

/** A seed, which nothing maintains. */
export const seedCluster = (fields: Partial<PlannedCluster> = {}): PlannedCluster =>
  cluster({ kind: "Seed", namespace: "", name: "aws", ...fields });

const sidekick = { version: "2.34.1", classification: "supported" } as const;
const rules = [{ name: "falco-rules", version: "1.0.0", source: { file: "falco.yaml" } }];

/** The catalogue of a profile with falcosidekick and rules, unless `parts` says otherwise. */
export const catalogueOf = (parts: ProfileParts): Catalogue =>
  buildCatalogue([profileOf("falco", { falcosidekick: [sidekick], rules, ...parts })]).catalogue;

/** 0.43.1 deprecated or as told, and 0.44.1 supported. */
export const two = (fields: Parameters<typeof falco>[1] = {}, parts: ProfileParts = {}): Catalogue =>
  catalogueOf({ falco: [falco("0.43.1", { classification: "deprecated", ...fields }), falco("0.44.1")], ...parts });

/** Noon, ten hours before the shoot's window. */
export const noon = new Date("2026-11-21T12:00:00Z");

/** The plan of one cluster. */
export function planFor(one: PlannedCluster, input: Partial<PlanInput> & Pick<PlanInput, "after">): ClusterPlan {
  const [made] = plan([one], { now: noon, ruleFiles: new Set(["falco.yaml", "other.yaml"]), ...input });
  if (made === undefined) throw new Error("There is no plan.");
  return made;
}

/** Effects as they are read: `what @ when`. */
export const told = (effects: readonly Effect[]): readonly string[] =>
  effects.map((each) => `${effectText(each)} @ ${whenText(each.when)}`);
