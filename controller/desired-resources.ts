import { type Problem, type Result, success } from "../falco/base/problem.ts";
import type { Facts } from "../falco/desired/facts.ts";
import { resolve } from "../falco/desired/resolve.ts";
import { type ManagedResource, type Target, toManagedResource } from "../falco/objects/managed-resource.ts";
import type { PackCache } from "../falco/objects/pack-cache.ts";
import { render, type Templates } from "../falco/objects/render.ts";

/** The ManagedResources that one cluster should have. */
export interface DesiredResources {
  /** What runs in the shoot, or in the seed itself. */
  readonly target: ManagedResource;
  /** What is needed beside the shoot's control plane; absent when nothing is. */
  readonly controlPlane?: ManagedResource;
}

/** What rendering needs beside the facts; made once, at start. */
export interface Rendering {
  readonly templates: Templates;
  readonly packCache: PackCache;
}

/** From facts to what is written, with the warnings of the decision: everything between reading and writing. */
export function desiredResources(
  facts: Facts,
  { templates, packCache }: Rendering,
  kind: Exclude<Target, "control-plane"> = facts.place,
): Result<DesiredResources> {
  const state = resolve(facts);
  if (!state.ok) return state;
  const { target, controlPlane } = render(state.value, templates);
  const { namespace } = facts.cluster;
  return success(
    {
      target: toManagedResource({ target: kind, namespace, objects: target }, packCache),
      ...(controlPlane.length > 0 && {
        controlPlane: toManagedResource({ target: "control-plane", namespace, objects: controlPlane }, packCache),
      }),
    },
    state.warnings,
  );
}

/** Whether every problem may go away by itself: what others bring has not arrived yet. */
export function isWaiting(problems: readonly Problem[]): boolean {
  return problems.every(({ code }) => code === "RESOURCE_MISSING" || code === "CLUSTER_INCOMPLETE");
}
