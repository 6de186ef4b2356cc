import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseManifests } from "../../falco/base/yaml.ts";

/** The module that has Gardener's own CustomResourceDefinitions in it. */
export const crdModule = "github.com/gardener/gardener";

/** Where they stand in that module (v1.149.0); what a seed has of them that the extension meets. */
export const crdFiles: readonly string[] = [
  "pkg/component/extensions/crds/assets/crd-extensions.gardener.cloud_extensions.yaml",
  "pkg/component/extensions/crds/assets/crd-extensions.gardener.cloud_clusters.yaml",
  "pkg/component/gardener/resourcemanager/assets/crd-resources.gardener.cloud_managedresources.yaml",
  "pkg/component/observability/monitoring/prometheusoperator/templates/crd-monitoring.coreos.com_scrapeconfigs.yaml",
];

/** The CustomResourceDefinitions of a seed, as Gardener ships them; `folder` is where they were put when the programs were built. */
export function readCrds(folder: string): readonly object[] {
  return crdFiles.flatMap((file) => {
    const text = readFileSync(join(folder, crdFileName(file)), "utf8");
    return parseManifests(text).filter((each): each is object => typeof each === "object" && each !== null);
  });
}

/** Their names are unique without the folders. */
export function crdFileName(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1);
}
