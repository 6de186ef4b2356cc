import { resourceTypes } from "../../controller/resource-types.ts";
import type { KubeObject } from "../../kube/objects.ts";
import { configOf, operation } from "../support/seed-objects.ts";
import { stateOf } from "../support/seed-access.ts";
import { untilAll } from "./flow.ts";
import type { Stage } from "./stage.ts";

/** The configuration that shoots are created with, and the one that they are changed to. */
export const first = configOf({ falcoVersion: "0.43.1" });
export const second = configOf({ falcoVersion: "0.44.1" });

/** Whether the last operation has this state and nothing is asked any more. */
export async function isIn(stage: Stage, namespace: string, state: string): Promise<boolean> {
  const live = await stage.seed.rawExtension(namespace);
  return live?.metadata.annotations?.[operation] === undefined && stateOf(live) === state;
}

/** Shoots that are there, as the first configuration says, and well. */
export async function createAll(stage: Stage, namespaces: readonly string[]): Promise<void> {
  await Promise.all(
    namespaces.map(async (namespace) => {
      await stage.seed.addShoot(namespace);
      await stage.seed.deploy(namespace, { providerConfig: first });
    }),
  );
  const shoots = namespaces.map((namespace) => ({ namespace }));
  await untilAll(stage, shoots, ({ namespace }) => isIn(stage, namespace, "Create/Succeeded"));
  await acceptAll(stage, namespaces);
  // Gardener's next request is another second's.
  stage.seed.clock.jump(2000);
}

/** gardener-resource-manager says that all is well, of everything that it has not yet said so of. */
export async function acceptAll({ seed }: Stage, namespaces: readonly string[]): Promise<void> {
  await Promise.all(
    namespaces.map(async (namespace) => {
      const live = await seed.list(resourceTypes.managedResource, namespace);
      for (const { metadata } of live.filter((each) => !isAccepted(each))) await seed.accept(namespace, metadata.name);
    }),
  );
}

function isAccepted({ metadata, status }: KubeObject): boolean {
  const { observedGeneration, conditions } = (status ?? {}) as ReportedStatus;
  return observedGeneration === metadata.generation && conditions?.every((each) => each.status === "True") === true;
}

interface ReportedStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly { readonly status: string }[];
}
