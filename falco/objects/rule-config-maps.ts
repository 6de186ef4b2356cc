import type { DesiredState } from "../desired/state.ts";
import type { KubeObject } from "./kube-object.ts";
import { labelsOf } from "./labels.ts";

/** One ConfigMap for each rules file: a file may have 1 MiB, and so may a ConfigMap. The text goes in as it is. */
export function ruleConfigMaps({ namespace, falco }: DesiredState): readonly KubeObject[] {
  return falco.ruleFiles.map(({ configMap, file, text }) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: configMap, namespace, labels: labelsOf("falco") },
    data: { [file]: text },
  }));
}
