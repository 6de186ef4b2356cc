/** Making a bare kube-apiserver serve the kinds that the extension meets. */
import { resourceTypes } from "../../controller/resource-types.ts";
import type { Client } from "../../kube/client.ts";
import { systemClock } from "../../kube/clock.ts";
import { isNotFound } from "../../kube/errors.ts";
import { resource, type ResourceType } from "../../kube/objects.ts";
import { type CustomKind, gardenCrds, seedCrds } from "./gardener-resources.ts";
import { profileCrd } from "./profile-crd.ts";

const crdType = resource("apiextensions.k8s.io/v1", "CustomResourceDefinition", { namespaced: false });
const pauseMs = 50;

/** The kinds whose objects a group of specs makes that has a server for itself; those that every server knows are not among them. */
export const customKinds: readonly ResourceType[] = [
  resourceTypes.falcoProfile,
  ...[...seedCrds, ...gardenCrds].map((crd) => typeOf(crd)),
];

/**
 * Adds the kinds that the server does not know yet; where Gardener's real definitions are installed, they stay. Resolves when all are served.
 * FalcoProfile is applied in any case: its definition is what this checkout ships.
 */
export async function serveKinds(client: Client): Promise<void> {
  const writer = { fieldManager: "specs", force: true };
  await client.apply(crdType, profileCrd() as CustomKind, writer);
  await untilServed(client, resourceTypes.falcoProfile);
  for (const crd of [...seedCrds, ...gardenCrds]) {
    const type = typeOf(crd);
    if (await isServed(client, type)) continue;
    await client.apply(crdType, crd, writer);
    await untilServed(client, type);
  }
}

function typeOf({ spec: { group, scope, names, versions } }: CustomKind): ResourceType {
  const apiVersion = `${group}/${versions[0]?.name ?? ""}`;
  return resource(apiVersion, names.kind, { plural: names.plural, namespaced: scope === "Namespaced" });
}

/** A real server serves a new kind a moment after it has taken its definition, and says nothing when it does. */
async function untilServed(client: Client, type: ResourceType): Promise<void> {
  while (!(await isServed(client, type))) await systemClock.sleep(pauseMs);
}

async function isServed(client: Client, type: ResourceType): Promise<boolean> {
  try {
    await client.list(type, { limit: 1 });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
