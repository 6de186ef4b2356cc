import { readFileSync } from "node:fs";
import { isObject } from "../../falco/base/json.ts";
import { parseManifests } from "../../falco/base/yaml.ts";

/** The CustomResourceDefinition of FalcoProfile, as it ships. */
export function profileCrd(): object {
  const file = new URL("../../charts/crds/falco.gardener.cloud_falcoprofiles.yaml", import.meta.url);
  const [crd] = parseManifests(readFileSync(file, "utf8"));
  if (!isObject(crd)) throw new Error("charts/crds holds no CustomResourceDefinition");
  return crd;
}
