import type { Problem } from "../../base/problem.ts";
import type { PlannedCluster } from "./planned-cluster.ts";

/** When something happens to a cluster. Times are in UTC, as RFC 3339. */
export type When =
  /** The controller follows the profile as soon as it sees it. */
  | { readonly kind: "atOnce" }
  /** The shoot is hibernated: the controller follows when it wakes up. */
  | { readonly kind: "wakeUp" }
  /**
   * At a random moment of a maintenance window. `orDayLater`: that window has begun before, so the shoot may have had its moment in it, and
   * then it is the next day's. `after`: the expiration date that it follows on.
   */
  | {
      readonly kind: "window";
      readonly begin: string;
      readonly end: string;
      readonly orDayLater?: true;
      readonly after?: string;
    }
  /** When a version's expiration date has passed; the controller notices within an hour. */
  | { readonly kind: "expiry"; readonly at: string }
  /** Only when somebody changes the manifest: the webhooks answer then. */
  | { readonly kind: "nextChange" };

/** Something that happens to a cluster. */
export type Effect =
  /** The manifest gets a higher version, because it says `autoUpdate`. */
  | { readonly kind: "autoUpdate"; readonly from: string; readonly to: string; readonly when: When }
  /** The manifest gets another version, because its own expired or is gone from every profile. */
  | {
      readonly kind: "forced";
      readonly from: string;
      readonly to: string;
      readonly reason: "expired" | "unknown";
      /** The expiration date, when that is the reason. */
      readonly expires?: string;
      readonly when: When;
    }
  /** The manifest names no version, so the cluster runs the default, and that is another one from then on. */
  | { readonly kind: "default"; readonly from: string; readonly to: string; readonly when: When }
  /** The same version comes from another image: the DaemonSet is rolled. */
  | {
      readonly kind: "image";
      readonly version: string;
      readonly from: string;
      readonly to: string;
      readonly when: When;
    }
  /** The rule sets that the cluster selects come from other files. */
  | { readonly kind: "rules"; readonly sets: readonly string[]; readonly when: When }
  | { readonly kind: "falcosidekick"; readonly from: string; readonly to: string; readonly when: When }
  | {
      readonly kind: "falcosidekickImage";
      readonly version: string;
      readonly from: string;
      readonly to: string;
      readonly when: When;
    }
  /** The controller cannot deploy what the manifest asks for until something moves the cluster on, which will happen. */
  | { readonly kind: "blocked"; readonly version?: string; readonly problem: Problem; readonly when: When }
  /** There is no version that can be used, and nothing will move the cluster on. */
  | { readonly kind: "stranded"; readonly version?: string; readonly problem: Problem; readonly when: When }
  /** The version of a Seed expires. It runs on: nothing but a person changes a Seed. */
  | { readonly kind: "expires"; readonly version: string; readonly expires: string; readonly when: When }
  /** The version expires within 30 days, and changes of the manifest are answered with a warning. */
  | { readonly kind: "warned"; readonly version: string; readonly expires: string; readonly when: When };

export type EffectKind = Effect["kind"];

/** What happens to one cluster. */
export interface ClusterPlan {
  readonly cluster: PlannedCluster;
  /** What the change of the profiles brings; without profiles to compare with, all that will happen. */
  readonly effects: readonly Effect[];
  /** What happens with the profiles of before as well. */
  readonly anyway: readonly Effect[];
  /** What would have happened with the profiles of before, and does not any more. */
  readonly noLonger: readonly Effect[];
}

/** Whether the change of the profiles leaves some cluster without a version that can be used. */
export function leavesStranded(plans: readonly ClusterPlan[]): boolean {
  return plans.some(({ effects }) => effects.some(({ kind }) => kind === "stranded"));
}
