import type { Condition, ManagedResource } from "../falco/api/gardener.ts";

/** A condition without its times, which `mergeConditions` sets. */
export type Finding = Omit<Condition, "lastTransitionTime" | "lastUpdateTime">;

/** The types of all conditions that are ours. One without a finding must not stay: Gardener would go by it for ever. */
export const conditionTypes: readonly string[] = ["SystemComponentsHealthy", "ObservabilityComponentsHealthy"];

/** The condition types that Gardener takes into the shoot's own, and the ManagedResource that each depends on here. */
export interface HealthInput {
  /** What runs in the shoot; its health is `SystemComponentsHealthy`. */
  readonly shoot: ManagedResource | undefined;
  /** What is needed in the control plane's namespace; its health is `ObservabilityComponentsHealthy`. Absent when nothing is. */
  readonly controlPlane?: ManagedResource | undefined;
  readonly hibernated: boolean;
}

/** The health of one cluster's Falco, as conditions of its Extension. A hibernated shoot counts as healthy: nothing is meant to run. */
export function healthFindings({ shoot, hibernated, ...rest }: HealthInput): readonly Finding[] {
  const system = finding("SystemComponentsHealthy", shoot, hibernated);
  return "controlPlane" in rest
    ? [system, finding("ObservabilityComponentsHealthy", rest.controlPlane, hibernated)]
    : [system];
}

function finding(type: string, resource: ManagedResource | undefined, hibernated: boolean): Finding {
  if (hibernated) return { type, status: "True", reason: "HealthCheckSuccessful", message: "Shoot is hibernated" };
  const { state, message } = check(resource);
  switch (state) {
    case "healthy":
      return { type, status: "True", reason: "HealthCheckSuccessful", message: "All health checks successful" };
    case "progressing":
      return {
        type,
        status: "Progressing",
        reason: "HealthCheckProgressing",
        message: `Progressing check(s): ${message}`,
      };
    case "failed":
      return { type, status: "False", reason: "HealthCheckUnsuccessful", message: `Failed check(s): ${message}` };
  }
}

interface Check {
  readonly state: "healthy" | "progressing" | "failed";
  readonly message: string;
}

/** Gardener's rule: the latest generation has been seen, everything is applied, and everything that was applied is healthy. */
function check(resource: ManagedResource | undefined): Check {
  if (resource === undefined) return { state: "progressing", message: "The ManagedResource does not exist yet." };
  const { metadata, status = {} } = resource;
  const name = metadata.name ?? "";
  if (status.observedGeneration !== metadata.generation) {
    return {
      state: "progressing",
      message: `ManagedResource ${name}: its latest generation has not been applied yet.`,
    };
  }
  for (const type of ["ResourcesApplied", "ResourcesHealthy"]) {
    const condition = status.conditions?.find((each) => each.type === type);
    if (condition?.status !== "True") return complaint(name, type, condition);
  }
  return { state: "healthy", message: "" };
}

function complaint(name: string, type: string, condition: Condition | undefined): Check {
  const reason = condition?.message ?? condition?.reason ?? `${type} is not known yet.`;
  const state = condition?.status === "False" ? "failed" : "progressing";
  return { state, message: `ManagedResource ${name}: ${reason.replace(/\.?$/, ".")}` };
}
