import { resource } from "../kube/objects.ts";

/** The kinds that the controller reads and writes. */
export const resourceTypes = {
  extension: resource("extensions.gardener.cloud/v1alpha1", "Extension"),
  cluster: resource("extensions.gardener.cloud/v1alpha1", "Cluster", { namespaced: false }),
  managedResource: resource("resources.gardener.cloud/v1alpha1", "ManagedResource"),
  namespace: resource("v1", "Namespace", { namespaced: false }),
  secret: resource("v1", "Secret"),
  configMap: resource("v1", "ConfigMap"),
  falcoProfile: resource("falco.gardener.cloud/v1alpha1", "FalcoProfile", { namespaced: false }),
  garden: resource("operator.gardener.cloud/v1alpha1", "Garden", { namespaced: false }),
  seed: resource("core.gardener.cloud/v1beta1", "Seed", { namespaced: false }),
} as const;
