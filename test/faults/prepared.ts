import { resourceTypes } from "../../controller/resource-types.ts";
import { secretNames } from "../../controller/remove-managed-resource.ts";
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
  await untilAll(stage, shoots, ({ namespace }) => isWell(stage, namespace));
  // Gardener's next request is another second's.
  stage.jump(2000);
}

async function isWell({ seed }: Stage, namespace: string): Promise<boolean> {
  const { conditions = [] } = (await seed.extension(namespace)).status;
  return conditions.length > 0 && conditions.every(({ status }) => status === "True");
}

/** gardener-resource-manager says that all is well wherever it is and that has not been said yet. */
export async function acceptAll({ seed }: Stage, namespaces: readonly string[]): Promise<void> {
  await Promise.all(
    namespaces.map(async (namespace) => {
      const live = await seed.list(resourceTypes.managedResource, namespace);
      const secrets = new Set((await seed.list(resourceTypes.secret, namespace)).map(({ metadata }) => metadata.name));
      const isWhole = ({ spec }: KubeObject): boolean => secretNames(spec).every((name) => secrets.has(name));
      const news = live.filter((each) => isWhole(each) && !isAccepted(each));
      await Promise.all(news.map(({ metadata }) => seed.accept(namespace, metadata.name)));
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
