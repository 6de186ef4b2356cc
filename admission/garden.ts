import { extensionType } from "../falco/api/gardener.ts";
import type { Client } from "../kube/client.ts";
import { type KubeObject, resource } from "../kube/objects.ts";
import type { ObjectMetadata, Reads } from "./observe.ts";

const namespaces = resource("v1", "Namespace", { namespaced: false });
const projects = resource("core.gardener.cloud/v1beta1", "Project", { namespaced: false });

/** Where the FalcoProfiles are, for who watches them. */
export const falcoProfiles = resource("falco.gardener.cloud/v1alpha1", "FalcoProfile", { namespaced: false });

/** Where the clusters are that can use Falco. */
export const shoots = resource("core.gardener.cloud/v1beta1", "Shoot");
export const seeds = resource("core.gardener.cloud/v1beta1", "Seed", { namespaced: false });

/** Selects those that do: Gardener's own API server puts this label on whatever lists an extension and has not disabled it. */
export const usesFalco = `extensions.extensions.gardener.cloud/${extensionType}=true`;

/** Reads of the virtual garden: live, so that an annotation that was just set counts; only few requests need one. */
export function gardenReads(client: Client): Reads {
  return {
    namespace: async (name, signal) => metadataOf(await client.get(namespaces, { name }, { signal })),
    project: async (name, signal) => metadataOf(await client.get(projects, { name }, { signal })),
  };
}

function metadataOf(object: KubeObject | undefined): ObjectMetadata | undefined {
  const { labels = {}, annotations = {} } = object?.metadata ?? {};
  return object && { labels, annotations };
}
